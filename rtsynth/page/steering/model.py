"""The model of the control page: what pages see of a session beside its sound."""

import asyncio
from collections.abc import Set
from typing import Any

import numpy as np

from rtsynth_engine.checking import RefusedError

from ...errors import HostError
from ...lineup import Lineup, setup_lineup
from ...presets import Preset
from ...setups import parse_setup
from . import parts, volume
from .background import Background, Run, in_thread
from .catalogue import Catalogue
from .favourites import Favourites
from .hand import Hand
from .keeping import as_heard
from .listening import Listening
from .macros import Macros
from .pad import Pad
from .settings import Settings
from .wires import Message, Wires

TURN = 1.0 / 60.0  # seconds between two turns while the pad moves by itself
REST = 0.1  # and while it does not
FACTS = (
    *("version", "driver", "rate", "period", "latency_ms", "inputs"),
    *("polyphony", "network", "memory", "quality"),
)


def opened_lineup(opened: Message) -> Lineup:
    """The line-up of a session, from what its host says of it. Takes a moment; any thread.

    Raises EngineError.
    """
    try:
        return setup_lineup(parse_setup(opened["setup"].encode()))
    except RefusedError as error:
        raise HostError(f"the session's setup cannot be read: {error}") from error


class Model:
    """One session's. asyncio's thread, which calls `turn` before every look.

    Called with the topics that are watched it gives its own, each the same object until it changes.
    """

    def __init__(
        self,
        lineup: Lineup,
        wires: Wires,
        opened: Message,
        draw: np.random.Generator | None = None,
        run: Run = in_thread,
    ) -> None:
        """`opened`: what the host says of the session. `draw` finds surprises, `run` runs what takes long.

        Takes a second; any thread.
        """
        self.wires, self.opened = wires, opened
        self.catalogue, self.favourites = Catalogue(lineup.bundle), Favourites()
        self.hand, self.background = Hand(lineup, self.catalogue, wires), Background(run)
        self.macros, self.listening = Macros(wires), Listening(wires)
        chance = draw or np.random.default_rng()
        self.pad = Pad(self.catalogue, wires, chance, self.hand.preset, self.hand.program)
        self.settings = Settings(lineup, self.hand, wires, self.background)
        self.settings.hear(opened)
        self._topics: dict[str, Any] = {}
        self._remarks = [each for each in (self.favourites.broken, self.pad.bookmarks.broken) if each]

    def turn(self) -> None:
        """Follow what MIDI and the engine do, and go on with what takes its time."""
        while self._remarks:
            self.wires.say(self._remarks.pop(0))
        self.hand.look()
        self.follow()
        self.pad.look()
        self.listening.look()

    def follow(self) -> None:
        """Let the pad be the preset's in hand."""
        still = self.hand.plays(self.pad.preset, self.pad.program)
        self.pad.follow(self.hand.preset, self.hand.program, still)

    async def run(self) -> None:
        """Turn, for ever; who looks turns as well."""
        while True:
            self.turn()
            await asyncio.sleep(TURN if self.pad.recorder.busy else REST)

    def hear(self, message: Message) -> None:
        """Take in what the host says has changed: the names of the `inputs`."""
        self.opened = self.opened | message

    def sounding(self) -> Preset:
        """The preset in hand as it is heard. Raises HostError where no preset can say that."""
        preset, latent = self.hand.preset, self.pad.latent if self.pad.moved else None
        return as_heard(preset, self.macros.standing(preset), latent, self.catalogue.bundle)

    def __call__(self, watched: Set[str]) -> dict[str, Any]:
        """All topics: none of them has to be watched."""
        for name, value in self._look().items():
            if name not in self._topics or self._topics[name] != value:
                self._topics[name] = value
        return self._topics.copy()

    def _look(self) -> dict[str, Any]:
        return {
            "session": self._session(),
            "presets": self.catalogue.listed,
            "favourites": self.favourites.ids,
            "preset": self._preset(),
            "parts": parts.shown(self.hand),
            "macros": self.macros.shown(self.hand.preset, self.listening.labels),
            "learning": self.listening.topic,
            "volume": volume.standing(self.wires.memory),
            "pad": self.pad.shown,
            "map": self.pad.terrain.map,
            "trace": self.pad.recorder.trace,
            "settings": self.settings.shown(),
            "doctor": self.background.doctor,
        }

    def _session(self) -> dict[str, Any]:
        bundle = self.catalogue.bundle
        instrument = {key: getattr(bundle, key) for key in ("id", "name", "author", "licence", "latent")}
        low, high = bundle.pitch_range
        instrument |= {"family": f"{bundle.generator}, {bundle.head.kind}", "low": low, "high": high}
        facts = {fact: self.opened.get(fact) for fact in FACTS}
        remote = bool(self.opened.get("remote"))
        return facts | {"title": self._title(), "remote": remote, "instrument": instrument}

    def _title(self) -> str:
        more = len(self.hand.slots) - 1
        first = self.hand.preset_of(0).name + (f" and {more} more" if more else "")
        return self.hand.setup.name or first

    def _preset(self) -> dict[str, Any]:
        preset = self.hand.preset
        sound = self.catalogue.sound(preset.id)
        own = {key: getattr(preset, key) for key in ("id", "name", "category", "instrument")}
        changed = self.pad.moved or self.macros.changed(preset)
        return own | {"changed": changed, "low": sound.low, "high": sound.high}
