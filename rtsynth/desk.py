"""What a person can ask of a session while it plays, by a key of its terminal or by another command."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from rtsynth_engine.engine import Engine

from .capture import WINDOW, Capture, keep
from .errors import HostError
from .keys import Keys
from .midi.score import Score
from .midi.writer import write_midi
from .panel import say
from .remote import Remote

NOTE_ON = 9  # status >> 4
KEYS = "k keeps what you just played, p is panic, q or Ctrl-C ends"


class Desk:
    """Polled by the host's main thread."""

    def __init__(self, engine: Engine, capture: Capture, keys: Keys) -> None:
        self.engine, self.capture, self.keys = engine, capture, keys
        self.remote: Remote | None = None

    @property
    def ending(self) -> str:
        """What a person may press."""
        return KEYS if self.keys.there else "Ctrl-C ends"

    def look(self) -> bool:
        """Follow the playing and do what has been asked since the last call; False when the end was."""
        self.capture.look()
        if self.remote is not None:
            self.remote.look()
        pressed = self.keys.pressed().lower()
        if "p" in pressed:
            say(self.panic())
        if "k" in pressed:
            self._keep_here()
        return "q" not in pressed

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what another command asks. Raises HostError."""
        what, folder, name = (request.get(key) for key in ("command", "folder", "name"))
        if what == "panic":
            return {"said": self.panic()}
        if what == "keep" and isinstance(folder, str) and isinstance(name, str | None):
            return {"said": self.keep(Path(folder), name)}
        raise HostError("the session does not understand; is it of another version?")

    def panic(self) -> str:
        """Silence, pedals up, nothing waiting; returns words for it."""
        self.engine.panic()
        return "panic: all sound off, pedals up"

    def keep(self, folder: Path, name: str | None = None) -> str:
        """Write what was played in the last minutes to a file; returns words for it. Raises HostError."""
        score = self.capture.score(WINDOW)
        return f"{keep(score, folder, name)}: {_described(score)}"

    def record(self, path: Path) -> None:
        """Write everything that was played to a file, and say so."""
        score = self.capture.score(math.inf)
        try:
            write_midi(path, score)
            say(f"{path}: {_described(score)}")
        except HostError as error:
            say(str(error))

    def _keep_here(self) -> None:
        try:
            say(self.keep(Path()))
        except HostError as error:
            say(str(error))


def _described(score: Score) -> str:
    notes = int(((score.events["status"] >> 4 == NOTE_ON) & (score.events["data2"] > 0)).sum())
    minutes, seconds = divmod(round(score.length), 60)
    return f"{notes} notes in {minutes}:{seconds:02}"


@contextmanager
def desk(engine: Engine, preset: str, take: Path | None, setup: Callable[[], str] = str) -> Iterator[Desk]:
    """A desk while the block runs, with keys where there is a terminal, and open to other commands where
    possible. At the end everything that was played goes to the MIDI file `take`, if there is to be one.

    `preset`: id of the one that channels start on; `setup` gives the TOML of a setup that is played.
    """
    with ExitStack() as parts:
        keys = parts.enter_context(Keys())
        made = Desk(engine, Capture(engine, preset, math.inf if take else WINDOW, setup), keys)
        if take is not None:
            parts.callback(made.record, take)
        try:
            made.remote = parts.enter_context(closing(Remote(made.answer)))
        except HostError as error:
            say(f"`rtsynth keep` and `rtsynth panic` cannot reach this session: {error}")
        yield made
