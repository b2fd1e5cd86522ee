"""How fast a note falls: after its key is released, and late in a long hold."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.data.soundfont import HOLD_SECONDS, LEAD_SECONDS, SAMPLE_RATE

Array = NDArray[np.float64]
STEP = SAMPLE_RATE // 100
SILENT_DB = -120.0
LEAST_SLOPE, MOST_SLOPE = 1.0, 2000.0  # dB/s: under the first a tremolo would pass for a decay


def level_db(signal: Array) -> Array:
    """RMS level in dBFS of every 10 ms, shape (len // 480,)."""
    rows = signal[: len(signal) // STEP * STEP].reshape(-1, STEP)
    return np.asarray(10 * np.log10(np.mean(rows.astype(np.float64) ** 2, axis=1) + 1e-14))


def fall(level: Array) -> float:
    """Slope in dB/s, >= 0, of a straight line through the 10 ms levels; NaN with fewer than three heard."""
    heard = level > SILENT_DB
    if heard.sum() < 3:
        return float("nan")
    slope = -np.polyfit(np.flatnonzero(heard) * 0.01, level[heard], 1)[0]
    return float(min(slope, MOST_SLOPE)) if slope >= LEAST_SLOPE else 0.0


def measure_release(signal: Array, hold: float = HOLD_SECONDS) -> float:
    """Slope in dB/s of the first 40 dB after note-off, of a note held `hold` seconds; NaN when silent."""
    level, off = level_db(signal), round((LEAD_SECONDS + hold) * 100)
    after = level[off + 1 :]
    if level[off - 2] > SILENT_DB >= after[2]:
        return MOST_SLOPE
    gone = np.flatnonzero(after < max(after[0] - 40, SILENT_DB))
    return fall(after[: max(int(gone[0]) if len(gone) else len(after), 3)])


def measure_late_decay(signal: Array, hold: float = HOLD_SECONDS) -> float:
    """Slope in dB/s over the last second of a hold of `hold` seconds; NaN when silent."""
    off = round((LEAD_SECONDS + hold) * 100)
    return fall(level_db(signal)[off - 100 : off - 2])
