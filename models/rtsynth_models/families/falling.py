"""How fast the notes of a set fall, after their key is released and late in a long hold."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.slopes import MOST_SLOPE, SILENT_DB, fall
from rtsynth_models.sounds import Sounds

PER_SECOND = 100  # levels
RELEASED_DB = 40.0  # of a release that are measured
GONE = 60.0  # dB/s of notes that are silent before they are released


def slopes_of(data: Sounds, held_seconds: float) -> NDArray[np.float32]:
    """Release and late decay (N, 2) in dB per second."""
    off = round(held_seconds * PER_SECOND)
    levels = (_level_db(sound, data.rate) for sound in data.sound)
    return np.array([_slopes(level, off) for level in levels], np.float32)


def _level_db(sound: NDArray[np.int16], rate: int) -> NDArray[np.float64]:
    """Level in dBFS of every hundredth of a second."""
    step = rate // PER_SECOND
    rows = sound[: len(sound) // step * step].reshape(-1, step) / 32768.0
    return np.asarray(10.0 * np.log10(np.mean(rows**2, axis=1) + 1e-14))


def _slopes(level: NDArray[np.float64], off: int) -> tuple[float, float]:
    """Of levels whose key is released at `off`."""
    late = fall(level[off - PER_SECOND : off - 2])
    after = level[off + 1 :]
    if level[off - 2] <= SILENT_DB:
        return GONE, 0.0
    if after[2] <= SILENT_DB:
        return MOST_SLOPE, late
    gone = np.flatnonzero(after < max(after[0] - RELEASED_DB, SILENT_DB))
    return fall(after[: max(int(gone[0]) if len(gone) else len(after), 3)]), late
