"""The chorus: one delay line read at two places that sway against each other. Runs in the audio callback."""

import math

import numpy as np
from numpy.typing import NDArray

from .compiling import realtime
from .layout import CHORUS_LENGTH, TICK, Memory

SECONDS, SWAY_SECONDS, HERTZ = 0.012, 0.003, 0.6  # middle of the delay, how far it sways, how often
HALF, ZERO = np.float32(0.5), np.float32(0.0)
SILENT = np.float32(1e-9)


@realtime
def add_chorus(
    memory: Memory,
    send: NDArray[np.float32],
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    frames: int,
) -> None:
    """Add the chorus of `send` to `left` and `right`, each (frames,) within one tick."""
    state, line = memory.state[0], memory.chorus
    loud = ZERO
    for n in range(frames):
        loud = max(loud, abs(send[n]))
    state.chorus_left = CHORUS_LENGTH if loud > SILENT else max(state.chorus_left - frames, 0)
    if state.chorus_left == 0:
        return
    begun = TICK - state.tick_left  # frames since the tick began: what sways must not depend on the period
    turn = 2.0 * math.pi * HERTZ * ((state.clock - begun) / state.rate)
    sway = np.float32(SWAY_SECONDS * state.rate * math.sin(turn))
    step = np.float32(SWAY_SECONDS * 2.0 * math.pi * HERTZ * math.cos(turn))
    middle = np.float32(min(SECONDS * state.rate, CHORUS_LENGTH - SWAY_SECONDS * state.rate - 8.0))
    for n in range(frames):
        at = state.clock + n
        line[at & (CHORUS_LENGTH - 1)] = send[n]
        moved = sway + step * np.float32(begun + n)
        left[n] += HALF * read(line, at, middle + moved)
        right[n] += HALF * read(line, at, middle - moved)


@realtime
def read(line: NDArray[np.float32], at: int, delay: np.float32) -> np.float32:
    """The line `delay` frames before `at`, between its samples."""
    whole = int(delay)
    share = delay - np.float32(whole)
    near, far = line[(at - whole) & (CHORUS_LENGTH - 1)], line[(at - whole - 1) & (CHORUS_LENGTH - 1)]
    return near + share * (far - near)
