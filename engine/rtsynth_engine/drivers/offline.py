"""The offline renderer: the same block, the same generator, no clock."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine import Engine

AT_ONCE = 1024  # events pushed between two blocks: so few that none is dropped
GRID = 256  # frames of the engine's clock between two turns of the generator: less than any stream's lead


def render(
    engine: Engine,
    events: NDArray[Any],
    frames: int,
    block: int = 256,
    progress: Callable[[int], None] = lambda done: None,
) -> NDArray[np.float32]:
    """Play EVENT records, sorted by absolute frame, and return (2, frames) samples.

    The generator takes its turn at multiples of GRID whatever the `block`, so its batches, and with them
    every sample, do not depend on the block. `progress` hears the frames done so far.
    """
    out = np.zeros((2, frames), np.float32)
    done, sent, served = 0, 0, -1
    while done < frames:
        count = min(block - done % block, GRID - done % GRID, frames - done)
        first, sent = sent, _send(engine, events, sent, engine.clock + count)
        if sent - first == AT_ONCE:  # the rest must wait for these to act, and time with it
            count = min(count, max(int(events[sent - 1]["time"]) - engine.clock, 0))
        if done % GRID == 0 and done > served:
            engine.feeder.settle()
            progress(done)
            served = done
        engine.process(out[0, done : done + count], out[1, done : done + count])
        done += count
    progress(frames)
    return out


def _send(engine: Engine, events: NDArray[Any], sent: int, until: int) -> int:
    """Push what comes before frame `until`, AT_ONCE events at most; returns how many were sent so far."""
    for event in events[sent : sent + AT_ONCE]:
        if event["time"] >= until:
            break
        time, port, status, data1, data2, value = event.item()
        if not engine.push(time, status, data1, data2, port, value):
            break  # the ring is full: the rest comes with the next block
        sent += 1
    return sent
