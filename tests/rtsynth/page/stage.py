"""A session on stage: the shipped instrument in a real engine, played offline, and the model of its page."""

import functools
from pathlib import Path
from typing import Any

import numpy as np

from rtsynth.lineup import Lineup, setup_lineup, to_sound
from rtsynth.page.steering.background import Run
from rtsynth.page.steering.doing import handlers
from rtsynth.page.steering.model import Model
from rtsynth.page.steering.wires import Wires
from rtsynth.presets import parse_preset
from rtsynth.routing import engine_parts
from rtsynth.setups import Part, Setup, parse_setup
from rtsynth.tunings import Tables
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import PAGE_PORT
from rtsynth_engine.rings import EVENT
from tests.engine.parts import Organ

PIANO, FLUTE, VIOLIN, VIBRAPHONE = "acoustic-grand-piano", "flute", "violin", "vibraphone"
TURN = 1024  # frames that pass between two turns of the model
NOTHING = np.zeros(0, EVENT)
OPENED = {
    "version": "0",
    "driver": "jack: rtsynth",
    "rate": 48_000.0,
    "period": 128,
    "latency_ms": 2.7,
    "inputs": ["JACK"],
    "polyphony": 128,
    "network": "on the processor",
    "memory": "locked",
    "quality": "adaptive",
}

lineup_of = functools.cache(setup_lineup)  # the shipped presets are the same for every test


def alone(preset: str = PIANO) -> Lineup:
    """One part that follows program changes."""
    return lineup_of(Setup(parts=(Part(preset, follow_programs=True),)))


def at_once(look: Any, done: Any) -> None:
    """Runs what takes long here and now."""
    done(look())


class Stage:
    """`told` is what the host has been asked, which it does; `said` are remarks; `now` is in seconds.

    Sound comes from a generator of no network unless `network` is set.
    """

    def __init__(self, lineup: Lineup | None = None, network: bool = False, run: Run = at_once) -> None:
        self.lineup = lineup or alone()
        self.engine = Engine(self.lineup.bundle, generator=None if network else Organ())
        self.lineup.load(self.engine)
        self.engine.set_parts(engine_parts(self.lineup, {}))
        self.told: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.now = 0.0
        self.deaf = False  # a host that does nothing yet
        self.play()
        wires = Wires(self.engine.memory, self.push, self.tell, self.said.append, lambda: self.now)
        self.model = Model(self.lineup, wires, OPENED, np.random.default_rng(7), run)
        self._do = handlers(self.model)

    def push(self, status: int, data1: int, data2: int, value: float = 0.0, port: int = PAGE_PORT) -> None:
        self.engine.push(self.engine.clock, status, data1, data2, port, value)

    def tell(self, message: dict[str, Any]) -> None:
        self.told.append(message)
        if not self.deaf:
            self.obey(message)

    def obey(self, message: dict[str, Any]) -> None:
        if message["do"] == "latent":
            self.engine.move(message["program"], message["latent"])
        elif message["do"] == "sound":
            preset = parse_preset(message["preset"].encode(), Path("preset.toml"))
            self.engine.set_sound(message["program"], to_sound(preset, self.lineup.bundle, Tables()))
        elif message["do"] == "setup":
            self._set_up(setup_lineup(parse_setup(message["toml"].encode())))

    def _set_up(self, lineup: Lineup) -> None:
        for program, sound in lineup.sounds.items():
            if self.lineup.sounds.get(program) != sound:
                self.engine.set_sound(program, sound)
        self.engine.set_parts(engine_parts(lineup, {}))
        self.lineup = lineup

    def ask(self, what: str, **arguments: Any) -> None:
        """Ask as a page does, and let time pass."""
        self._do[what]({"do": what} | arguments)
        self.turn()

    def turn(self, seconds: float = TURN / 48_000.0) -> None:
        """Let the time pass, and the engine act."""
        self.now += seconds
        self.play()
        self.model.turn()

    def play(self, frames: int = TURN) -> Any:
        """Samples (2, frames)."""
        return render(self.engine, NOTHING, frames)

    def see(self, topic: str) -> Any:
        """A topic as pages see it."""
        return self.model(set())[topic]

    def latent(self, program: int) -> Any:
        """Where the engine has a program's latent."""
        return self.engine.timbres.latents[program]

    def asked(self, what: str) -> list[dict[str, Any]]:
        """What the host was asked of a kind."""
        return [message for message in self.told if message["do"] == what]
