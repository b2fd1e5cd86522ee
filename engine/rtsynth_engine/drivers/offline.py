"""The offline renderer: the same block, the same generator, no clock."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine import Engine

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
    done = sent = 0
    while done < frames:
        count = min(block - done % block, GRID - done % GRID, frames - done)
        sent = _send(engine, events, sent, engine.clock + count)
        if done % GRID == 0:
            engine.feeder.settle()
            progress(done)
        engine.process(out[0, done : done + count], out[1, done : done + count])
        done += count
    progress(frames)
    return out


def _send(engine: Engine, events: NDArray[Any], sent: int, until: int) -> int:
    while sent < len(events) and events[sent]["time"] < until:
        time, port, status, data1, data2, value = events[sent].item()
        engine.push(time, status, data1, data2, port, value)
        sent += 1
    return sent
