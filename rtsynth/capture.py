"""What was played: every event of the last minutes stays in memory and can be kept afterwards, as a MIDI file
that renders to the same notes.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import ACTED, PORTS
from rtsynth_engine.midi.commands import COMMAND, COUNT, IDENTITY, PANIC, PORT_GONE
from rtsynth_engine.rings import EVENT

from .chasing import CONTROL, Chase
from .errors import HostError
from .following import Follower
from .midi.score import EVENTS, Move, Score
from .midi.writer import midi_bytes

WINDOW = 600.0  # seconds
MOST, MOST_MOVES = 1 << 22, 1 << 16  # events: 64 MB; moves of latents
SUSTAIN, SOSTENUTO, SOUND_OFF, NOTES_OFF = 64, 66, 120, 123
NOTHING = np.zeros(0, EVENT)


class Capture:
    """The log of a session. Host's main thread, which looks at least every few seconds.

    What is older than the window, and the oldest beyond MOST events, is kept only as the state it led to.
    """

    def __init__(
        self, engine: Engine, preset: str, window: float = WINDOW, setup: Callable[[], str] = str
    ) -> None:
        """`preset`: its id; channels start on it. `window`: seconds. `setup`: gives its TOML, or nothing."""
        self.engine, self.preset, self.window, self.setup = engine, preset, window, setup
        self._reader = Follower(engine.memory.history, engine.memory.marks, ACTED)
        self._log: deque[NDArray[Any]] = deque()
        self._moves: deque[tuple[int, int, tuple[float, ...]]] = deque()
        self._stood: dict[int, tuple[float, ...]] = {}  # latents, by program, before the first of the moves
        self._before = Chase()
        self._start = 0  # frame of the engine's clock from which on the log is whole

    def look(self) -> None:
        """Take in what has acted since the last call."""
        _, events = self._reader.read()
        if len(events):
            self._log.append(in_messages(events))
        while self.engine.moves:
            self._moves.append(self.engine.moves.popleft())
        self._forget()

    def _forget(self) -> None:
        begin, logged = self._begin(self.window), sum(map(len, self._log))
        while self._log and (logged > MOST or self._log[0]["time"][-1] < begin):
            events = self._log.popleft()
            logged -= len(events)
            self._before.feed(events)
            self._start = int(events["time"][-1])
        while self._moves and (len(self._moves) > MOST_MOVES or self._moves[0][0] < begin):
            _, program, latent = self._moves.popleft()
            self._stood[program] = latent

    def _begin(self, seconds: float) -> int:
        """Frame of the engine's clock at which the last `seconds` of the log begin."""
        if seconds * self.engine.rate >= self.engine.clock - self._start:
            return self._start
        return self.engine.clock - round(seconds * self.engine.rate)

    def score(self, seconds: float) -> Score:
        """What was played in the last `seconds`, or since the log begins if that is less.

        What came before stands at its beginning, in the few events that lead to the same state.
        """
        self.look()
        begin, end = self._begin(seconds), self.engine.clock
        events = np.concatenate([NOTHING, *self._log])
        split = int(np.searchsorted(events["time"], begin))
        before = deepcopy(self._before)
        before.feed(events[:split])
        events["time"] -= begin
        played = _timed(np.concatenate([before.events(), events[split:]]), self.engine.rate)
        length, moves = (end - begin) / self.engine.rate, tuple(self._moved(begin))
        return Score(played, length, (), self.preset, moves, self.setup() or None)

    def _moved(self, begin: int) -> Iterator[Move]:
        """Where each program's latent stood, and how it moved from then on."""
        stood = self._stood | {program: latent for at, program, latent in self._moves if at < begin}
        for program, latent in stood.items():
            yield Move(0.0, program, latent)
        for at, program, latent in self._moves:
            if at >= begin:
                yield Move((at - begin) / self.engine.rate, program, latent)


def in_messages(events: NDArray[Any]) -> NDArray[Any]:
    """EVENT records without what only concerns the session; ports that went and panics in MIDI's words."""
    own = events["status"] == COMMAND
    events = events[~(own & np.isin(events["data1"], (COUNT, IDENTITY)))]
    places = np.flatnonzero((events["status"] == COMMAND) & np.isin(events["data1"], (PORT_GONE, PANIC)))
    for place in places[::-1]:
        time, port, _, what = events[place].item()[:4]
        ports, end = (range(PORTS), SOUND_OFF) if what == PANIC else ((port,), NOTES_OFF)
        events = np.concatenate([events[:place], _ending(time, ports, end), events[place + 1 :]])
    return events


def _ending(time: int, ports: Any, end: int) -> NDArray[Any]:
    """Pedals up and notes ended, on every channel of `ports`."""
    return np.array(
        [
            (time, port, CONTROL << 4 | channel, number, 0, 0.0)
            for port in ports
            for channel in range(16)
            for number in (SUSTAIN, SOSTENUTO, end)
        ],
        EVENT,
    )


def _timed(events: NDArray[Any], rate: float) -> NDArray[Any]:
    played = np.zeros(len(events), EVENTS)
    played["seconds"] = events["time"] / rate
    for field in ("port", "status", "data1", "data2", "value"):
        played[field] = events[field]
    return played


def keep(score: Score, folder: Path, name: str | None = None) -> Path:
    """Write a score to a new file: `name`, or one made of the time; none is overwritten.

    Raises HostError.
    """
    content = midi_bytes(score)
    for path in [folder / name] if name else _names(folder):
        try:
            with path.open("xb") as file:
                file.write(content)
            return path
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            cause = getattr(error, "strerror", None) or str(error)
            raise HostError(f"cannot write {path}: {cause}; name another file with -o") from error
    raise HostError(f"there is a file {name} already; name another with -o")


def _names(folder: Path) -> Iterator[Path]:
    stem = time.strftime("rtsynth-%Y%m%d-%H%M%S")
    yield folder / f"{stem}.mid"
    for number in count(2):
        yield folder / f"{stem}-{number}.mid"
