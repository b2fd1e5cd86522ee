"""What moves while a note sounds: 19 statistics of its partials, for real and generated notes alike."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.modulation import MOST_CENTS, MOST_DB, WIDEST_CENTS, local_lines, split
from rtsynth_models.analysis.partials import FRAMES, PARTIALS

Array = NDArray[np.float64]
BAND_NAMES = ("slow", "middle", "fast")
SPECTRA = ("am", "fm", "am_common", "fm_common")
DEPTHS = ("amplitude_db", "cents", "common_cents")  # those that a family is judged by
NAMES = (
    *DEPTHS,
    *("amplitude_jitter", "cents_jitter", "skew", "dips"),
    *(f"{kind}_{band}" for kind in SPECTRA for band in BAND_NAMES),
)
SUSTAIN = slice(100, 500)  # frames
LOUD_DB = 35.0
TREND_FRAMES = 47.0  # sigma of what counts as the slow trend: a quarter second
DIPPED = 12  # partials whose dips are looked at


def statistics(frames: NDArray[np.float16], slots: int) -> Array:
    """NAMES of one note's frames (FRAMES, O) in dB and cents, `slots` partials of which lie below 20 kHz."""
    count = min(slots, PARTIALS)
    level = frames[:, :count].astype(np.float64)
    cents = np.clip(frames[:, PARTIALS : PARTIALS + count].astype(np.float64), -WIDEST_CENTS, WIDEST_CENTS)
    trend = _smoother() @ level
    am = np.clip(level - trend, -MOST_DB, MOST_DB)
    fm = np.clip(cents - _smoother() @ cents, -MOST_CENTS, MOST_CENTS)
    mean = level[SUSTAIN].mean(0)
    loud = mean > mean.max() - LOUD_DB
    still = _depths(level[SUSTAIN, loud], cents[SUSTAIN, loud])
    return np.nan_to_num(
        np.concatenate([still, _dips(am[SUSTAIN, loud], fm[SUSTAIN, loud]), _spectra(trend, am, fm)])
    )


@cache
def _smoother() -> Array:
    """The matrix that smooths a note, (FRAMES, FRAMES)."""
    return local_lines(np.clip(0.35 * np.arange(FRAMES), 1.0, TREND_FRAMES))


def _depths(level: Array, cents: Array) -> Array:
    """Deviations in dB and cents, of the cents common to all, and from frame to frame; (F, loud partials)."""
    line = np.linspace(0, 1, len(level))[:, None] * (level[-1] - level[0])
    return np.array(
        [
            np.std(level - line, axis=0).mean(),
            np.std(cents, axis=0).mean(),
            np.std(cents.mean(1)),
            np.abs(np.diff(level, axis=0)).mean(),
            np.abs(np.diff(cents, axis=0)).mean(),
        ]
    )


def _dips(am: Array, fm: Array) -> Array:
    """Skew of the level, and how far the frequency strays while the level dips."""
    x = am - am.mean(0)
    skew = (x**3).mean() / ((x**2).mean() ** 1.5 + 1e-9)
    pairs = [(am[:, k], np.abs(fm[:, k])) for k in range(min(am.shape[1], DIPPED))]
    strays = [np.corrcoef(-a, f)[0, 1] for a, f in pairs if a.std() > 0 and f.std() > 0]
    return np.array([skew, np.mean(strays) if strays else 0.0])


def _spectra(trend: Array, am: Array, fm: Array) -> Array:
    """Level in dB of both modulations by band, and their correlation between partials: 12 numbers."""
    part = trend[SUSTAIN]
    heard = np.clip((part - max(trend.max() - 70, -105)) / 20, 0, 1).mean(0)
    loud = (part > np.maximum(part.max(1, keepdims=True) - 45, trend.max() - 60)).mean(0)
    heard, loud = heard * (heard > 0.3), loud * (loud > 0.6)
    mix = np.sqrt(10 ** (part / 20)).mean(0) * (loud > 0)
    mix = np.minimum(mix, 0.3 * mix.sum())
    parts = [split(x * (weight > 0))[:, SUSTAIN] for x, weight in ((am, heard), (fm, loud))]
    powers = [_power_db(x, w) for x, w in zip(parts, (heard, loud), strict=True)]
    return np.concatenate([*powers, *(_correlation(x, mix) for x in parts)])


def _power_db(x: Array, weight: Array) -> Array:
    variance = (x**2).mean(1)
    return np.asarray(10 * np.log10((variance @ weight + 1e-5) / (weight.sum() + 1e-3) + 1e-4))


def _correlation(x: Array, mix: Array) -> Array:
    """Mean correlation between partials, weighted by `mix` (K,), in each band of (3, F, K)."""
    level = x / np.sqrt((x**2).mean(1) + 1e-6)[:, None]
    own = (mix**2).sum()
    return np.asarray((((level @ mix) ** 2).mean(1) - own) / (mix.sum() ** 2 - own + 1e-20))
