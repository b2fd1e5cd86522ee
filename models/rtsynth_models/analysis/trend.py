"""The slow trend of a note: what the step network learns. What moves faster is left to `motion`.

A note is smoothed over a time that grows with its age, so that its attack stays sharp, and kept at steps that
lie ever further apart.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.modulation import local_lines
from rtsynth_models.analysis.partials import FRAMES, PARTIALS
from rtsynth_models.analysis.resynthesis import BIN_WEIGHTS, measure_noise
from rtsynth_models.analysis.tuning import fit_pitch

Array = NDArray[np.float64]
F4 = NDArray[np.float32]
FRAMES_PER_STEP = 2
CLOSE_STEPS, STEPS = 16, 64  # the first steps one by one, then ever further apart
# sigma in frames: GROWTH (frame - SHARP_FRAMES), at most a quarter second
GROWTH, SHARP_FRAMES, WIDEST = 0.35, 8, 47.0
TUNE_HARMONICS, TUNE_FRAMES = 10, slice(20, 300)
FARTHEST_CENTS, TOLERATED_CENTS = 60.0, 2.0  # harmonics further away have no say; what is left as it is


def trend_steps() -> NDArray[np.int64]:
    """The steps whose trend is kept, (STEPS,), of two frames each."""
    last = FRAMES // FRAMES_PER_STEP - 1
    far = np.geomspace(CLOSE_STEPS, last, STEPS - CLOSE_STEPS)
    rising = np.maximum(np.round(far), CLOSE_STEPS + np.arange(len(far))).astype(np.int64)
    return np.concatenate([np.arange(CLOSE_STEPS), rising])


@cache
def smoother() -> F4:
    """The matrix that smooths a note, (FRAMES, FRAMES): row j gives frame j's trend."""
    sigma = np.clip(GROWTH * (np.arange(FRAMES) - SHARP_FRAMES), 0.15, WIDEST)
    return local_lines(sigma).astype(np.float32)


@cache
def noise_bias() -> F4:
    """By how many dB the mean level of a noise band lies under the level of its mean power, (bands,)."""
    power = measure_noise(np.random.default_rng(0).standard_normal(1 << 19))[2:-2]
    assert power.shape[1] == len(BIN_WEIGHTS)
    return (10 * np.log10(power.mean(0)) - (10 * np.log10(power)).mean(0)).astype(np.float32)


def trend(frames: F4) -> F4:
    """Smooth frames (FRAMES, O) in dB, cents, dB; noise then stands for its mean power."""
    smooth = smoother() @ frames
    smooth[:, 2 * PARTIALS :] += noise_bias()
    return smooth


def detuning(smooth: F4, divisor: int) -> float:
    """Cents by which a note is out of tune beyond what is tolerated, from the trend of its low harmonics."""
    number = np.arange(1, min(TUNE_HARMONICS, PARTIALS // divisor) + 1)
    which = number * divisor - 1
    power = 10 ** (smooth[TUNE_FRAMES, which].astype(np.float64) / 10)
    cents = (smooth[TUNE_FRAMES, PARTIALS + which] * power).sum(0) / power.sum(0)
    near = np.abs(cents) < FARTHEST_CENTS
    if not near.any():
        return 0.0
    offset = fit_pitch(np.stack([number[near], cents[near], power.mean(0)[near]], 1))
    return offset - float(np.clip(offset, -TOLERATED_CENTS, TOLERATED_CENTS))
