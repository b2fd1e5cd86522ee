"""The same moment of an engine, played again and again: what follows from one more event is then plain."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.engine import Engine, _push
from rtsynth_engine.memory import CACHED

Event = tuple[int, int, int, int]  # frames from the moment on, status, two bytes


class Moment:
    """What the callback owns, as it was when this was made. Nothing may drive the engine meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        memory = engine.memory
        arrays = [memory.block.view(np.uint8)[:CACHED], *memory.midi]
        self._kept = [(array, array.copy()) for array in arrays]

    def restore(self) -> None:
        """Bring it back."""
        for array, kept in self._kept:
            array[...] = kept

    def play(self, events: Sequence[Event], frames: int, period: int) -> NDArray[np.float32]:
        """What sounds in the next `frames`, in blocks of `period`: (2, frames)."""
        self.restore()
        for at, *message in events:
            self.engine.push(self.engine.clock + at, *message)
        return render(self.engine, frames, period)


def render(engine: Engine, frames: int, period: int) -> NDArray[np.float32]:
    """Drive the block as a driver with that period does; the network is not asked."""
    out = np.zeros((2, -(-frames // period) * period), np.float32)
    for start in range(0, out.shape[1], period):
        engine.process(out[0, start : start + period], out[1, start : start + period])
    return out[:, :frames]


def push_stamped(engine: Engine, nanoseconds: int, status: int, data1: int, data2: int) -> None:
    """Queue a message as the MIDI process does, with CLOCK_MONOTONIC time."""
    _push(engine.memory.midi, nanoseconds, 0, status, data1, data2, 0.0)


def first_change(a: NDArray[Any], b: NDArray[Any]) -> int:
    """Frame of the first sample in which two sounds (2, frames) differ; -1 where there is none."""
    differs = np.flatnonzero((a != b).any(axis=0))
    return int(differs[0]) if len(differs) else -1
