"""One claim, three ways: bytes through the parser, messages through the live path, a MIDI file.

A desk is an engine and one of these ways to it. Everything renders offline, so a test takes milliseconds.
"""

import random
from collections import deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.files import read_midi
from rtsynth.midi.inlet import Inlet
from rtsynth.scores import to_events
from rtsynth_engine.compiling import offline
from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine
from rtsynth_engine.events import collect
from rtsynth_engine.midi.parser import make_parser, parse_all
from rtsynth_engine.rings import EVENT, Ring
from tests.engine.parts import F4, Steady, keys, make_engine, sounding
from tests.midi.smf import write_file
from tests.midi.wire import cc, on

PORTS = 8
GRID = 256  # frames between two looks at the ports
SECOND = 1_000_000_000
NOTHING = np.zeros(0, EVENT)


class Item(NamedTuple):
    """Bytes that arrive at a frame from now."""

    frame: int
    port: int
    data: bytes


class Way(Protocol):
    """How MIDI reaches an engine."""

    def render(self, engine: Engine, items: Sequence[Item], frames: int) -> NDArray[F4]:
        """Play `items`, sorted by frame, from now on: (2, frames) samples."""


class Bytes:
    """Raw bytes, cut into odd pieces, through a parser for each port."""

    def __init__(self, folder: Path) -> None:
        self.parsers = [make_parser() for _ in range(PORTS)]
        self.cuts = random.Random(5)

    def render(self, engine: Engine, items: Sequence[Item], frames: int) -> NDArray[F4]:
        """See Way."""
        found = [self._events(item, engine.clock) for item in items]
        return render(engine, np.concatenate([NOTHING, *found]), frames)

    def _events(self, item: Item, start: int) -> NDArray[Any]:
        parser, rest, found = self.parsers[item.port], item.data, [NOTHING]
        while rest:
            size = self.cuts.randint(1, 4)
            found.append(parse_all(parser, rest[:size]).copy())
            rest = rest[size:]
        events = np.concatenate(found)
        events["time"], events["port"] = start + item.frame, item.port
        return events


@offline
def take(memory: NDArray[Any], ring: Ring, time: float) -> None:
    """What the callback does with the ring of the MIDI process, at `time` (ns) and not at the real one."""
    memory[0].state[0].anchor = time
    collect(memory[0], ring, True)


class Live:
    """What a MIDI system delivers: a backend's ports, the inlet, the ring of the MIDI process."""

    def __init__(self, folder: Path) -> None:
        self.names = [f"Port {port}" for port in range(PORTS)]
        self.backend: FakeBackend | None = None

    def render(self, engine: Engine, items: Sequence[Item], frames: int) -> NDArray[F4]:
        """See Way. What is sent comes, with its time, before the period it falls in is rendered."""
        backend, start, sound = self._open(engine), engine.clock, [np.zeros((2, 0), F4)]
        waiting = deque(items)
        for at in range(0, frames, GRID):
            while waiting and waiting[0].frame < at + GRID:
                frame, port, data = waiting.popleft()
                backend.send(self.names[port], data, round((start + frame) * SECOND / engine.rate))
            self.inlet.retry()
            take(engine.memory.block, engine.memory.midi, (start + at) * SECOND / engine.rate)
            sound.append(render(engine, NOTHING, min(GRID, frames - at)))
        return np.concatenate(sound, 1)

    def _open(self, engine: Engine) -> FakeBackend:
        if self.backend is None:
            self.backend, self.inlet = FakeBackend(*self.names), Inlet(engine.memory.midi)
            for port in range(len(self.backend.inputs())):
                self.backend.open(port, partial(self.inlet.receive, port))
        return self.backend


class File:
    """A MIDI file, read and rendered as `rtsynth render` does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "score.mid"

    def render(self, engine: Engine, items: Sequence[Item], frames: int) -> NDArray[F4]:
        """See Way."""
        write_file(self.path, [(item.frame, item.port, item.data) for item in items], engine.rate)
        events = to_events(read_midi(self.path), engine.rate)
        events["time"] += engine.clock
        return render(engine, events, frames)


WAYS: dict[str, type[Bytes] | type[Live] | type[File]] = {"bytes": Bytes, "live": Live, "file": File}


class Desk:
    """An engine and one way to it. `set` chooses the engine; without it, a plain one."""

    def __init__(self, way: type[Way], folder: Path) -> None:
        self.folder, self.make_way = folder, way

    def set(self, generator: Any = None, **options: Any) -> Engine:
        """Another engine, its reverb off unless told: what is heard is the notes."""
        options = {"generator": generator or Steady((0.2,)), "reverb": 0.0} | options
        self.engine, self.way = make_engine(**options), self.make_way(self.folder)
        return self.engine

    def __getattr__(self, name: str) -> Any:
        if name not in ("engine", "way"):
            raise AttributeError(name)
        self.set()
        return getattr(self, name)

    def play(self, *messages: tuple[float, bytes] | tuple[float, bytes, int], seconds: float) -> NDArray[F4]:
        """Play (second from now, bytes[, port]): (2, n) samples."""
        timed = sorted(messages, key=lambda message: message[0])
        items = [Item(round(m[0] * self.engine.rate), (*m, 0)[2], m[1]) for m in timed]
        return self.way.render(self.engine, items, round(seconds * self.engine.rate))

    def send(self, *data: bytes, port: int = 0, seconds: float = 0.01) -> NDArray[F4]:
        """Play `data` now: (2, n) samples."""
        return self.play(*((0.0, one, port) for one in data), seconds=seconds)

    def listen(self, seconds: float = 0.5) -> NDArray[F4]:
        """What sounds from now on: (2, n) samples."""
        return self.play(seconds=seconds)

    def note(self, key: int = 69, channel: int = 0, port: int = 0, velocity: int = 100) -> NDArray[F4]:
        """Half a second of a note without its start; then the channel is silent again."""
        self.send(on(key, velocity, channel), port=port, seconds=0.1)
        sound = self.listen()
        self.send(cc(120, 0, channel), port=port, seconds=0.1)
        return sound

    def keys(self, *stages: int) -> list[int]:
        """Keys of the voices in `stages`, of all that sound without one, oldest first."""
        return keys(self.engine, *stages)

    def voices(self, *stages: int) -> NDArray[Any]:
        """Copies of these voices."""
        return sounding(self.engine, *stages)

    def faults(self, kind: int) -> int:
        """How often the engine was told of bytes that were wrong in this way."""
        return int(self.engine.memory.telemetry[0]["faults"][kind])

    def channel(self, channel: int = 0, port: int = 0) -> Any:
        """A copy of what a channel knows."""
        return self.engine.memory.channels[16 * port + channel].copy()
