"""What comes after the end of a generated note: its steady part to and fro, as long as the key is held.

The phase goes on turning, so nothing has to be crossfaded. A note that was dying away goes on dying, every
band at its own rate; one that was not stays as loud as it is.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
F4 = np.float32
STEADY = 0.5  # of a note: before it is its attack
SHORTEST = 8  # columns of a steady part
ENOUGH = 16  # columns that tell how fast a note falls
STAYING = -0.7  # nepers of power per second: a note that falls slower, by 3 dB, is taken to stay
SMOOTHED = 9  # bands whose rates of fall are averaged


def steady_part(columns: int) -> tuple[int, int]:
    """First and last column of the steady part of a note of so many columns."""
    return max(min(int(columns * STEADY), columns - SHORTEST), 0), columns - 1


def folded(time: Numbers, first: Numbers, last: int) -> Numbers:
    """Columns of the image that sound as columns `time` of a note whose `first` … `last` are steady."""
    length = np.maximum(last - first, 1)
    place = (time - first) % (2 * length)
    beyond = first + np.where(place > length, 2 * length - place, place)
    return np.where(time <= last, time, beyond)


def falling(power: NDArray[np.float32], column_seconds: float) -> NDArray[np.float32]:
    """Change per column (bins,), at most 0, of the logarithmic powers (columns, bins) of a steady part.

    Where the whole falls, every band does at least half as fast.
    """
    time = np.arange(len(power)) - (len(power) - 1) / 2
    weight = time / max(np.square(time).sum(), 1.0)
    whole = weight @ np.logaddexp.reduce(power, axis=1)
    if whole > STAYING * column_seconds:
        return np.zeros(power.shape[1], F4)
    each = np.pad(weight @ power, SMOOTHED // 2, mode="edge")
    return np.minimum(np.convolve(each, np.full(SMOOTHED, 1 / SMOOTHED), "valid"), whole / 2).astype(F4)
