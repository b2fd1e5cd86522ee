"""How fast a note falls: after its key is released, and late in a long hold."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.soundfont import HOLD_SECONDS, LEAD_SECONDS, SAMPLE_RATE

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


def measure_slopes(signal: Array) -> tuple[float, float]:
    """Release and late decay of a rendered note in dB/s; NaN where too little is heard to tell.

    The release is fitted to the first 40 dB after note-off, the late decay to the last second of the hold.
    """
    off = LEAD_SECONDS + HOLD_SECONDS
    level = level_db(signal)
    after = level[round(off * 100) + 1 :]
    gone = np.flatnonzero(after < max(after[0] - 40, SILENT_DB))
    end = max(int(gone[0]) if len(gone) else len(after), 3)
    return fall(after[:end]), fall(level[round(off * 100) - 100 : round(off * 100) - 2])
