"""Where the partials of a note are looked for: one frequency in Hz per slot."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
Slots = Literal["harmonic", "stiff", "peaks"]


@dataclass(frozen=True)
class Grid:
    """`divisor` slots per harmonic, looked for on multiples of the fundamental, stretched by stiffness, or on
    the peaks of the spectrum.
    """

    divisor: int = 1
    slots: Slots = "harmonic"


PLAIN = Grid()
CEILING_HZ = 20_000.0
FFT_SIZE = 1 << 17
BIN_HZ = SAMPLE_RATE / FFT_SIZE
SEGMENT = SAMPLE_RATE // 2
STIFFNESS = np.concatenate([[0.0], np.geomspace(1e-5, 3e-3, 36)])
TUNING_CENTS = np.arange(-40, 41, 2)
STIFFNESS_PENALTY = 0.93  # a stretched comb must be this much better, or chance peaks would win


def harmonic_slots(fundamental: float, count: int) -> Array:
    """Multiples of `fundamental` in Hz below 20 kHz, at most `count` of them."""
    k = np.arange(1, count + 1)
    return fundamental * k[k * fundamental <= CEILING_HZ]


def find_slots(signal: Array, onset: int, fundamental: float, count: int, kind: Slots) -> Array:
    """Slot frequencies in Hz of one note, shape (at most `count`,).

    `signal` is the note at 48 kHz with its onset at sample `onset`; `fundamental` is the grid's in Hz.
    """
    slots = harmonic_slots(fundamental, count)
    if kind == "stiff" and len(slots) > 3:
        return _stiff_slots(_spectrum(signal[onset + 2400 :]), fundamental, slots)
    if kind == "peaks":
        return _peak_slots(_spectrum(signal[onset + 960 :], decay=0.25), fundamental, slots)
    return slots


def _spectrum(signal: Array, decay: float = np.inf) -> Array:
    """Magnitudes of half a second, weighted by an exponential of `decay` seconds, shape (FFT_SIZE/2 + 1,)."""
    n = np.arange(SEGMENT)
    window = np.hanning(SEGMENT) * np.exp(-n / (decay * SAMPLE_RATE))
    return np.asarray(np.abs(np.fft.rfft(signal[:SEGMENT] * window, FFT_SIZE)), np.float64)


def stretched(fundamental: float | Array, stiffness: float | Array, k: Array) -> Array:
    """Partials of a stiff string in Hz: k f0 sqrt(1 + B k^2), the first held at `fundamental`."""
    return fundamental * k * np.sqrt((1 + stiffness * k**2) / (1 + stiffness))


def _stiff_slots(spectrum: Array, fundamental: float, slots: Array) -> Array:
    """Slots stretched by the stiffness and tuning whose comb gathers most of the compressed spectrum."""
    k = np.arange(1, min(len(slots), 50) + 1, dtype=np.float64)
    level = maximum_filter1d(np.sqrt(spectrum), 3)
    tuned = fundamental * 2.0 ** (TUNING_CENTS / 1200)
    combs = stretched(tuned[None, :, None], STIFFNESS[:, None, None], k[None, None, :])
    inside = combs < 16_000
    bins = np.where(inside, np.round(combs / BIN_HZ), 0).astype(np.int64)
    score = (level[bins] * inside).sum(-1) / inside.sum(-1).clip(1)
    score[1:] *= STIFFNESS_PENALTY
    b, t = np.unravel_index(int(np.argmax(score)), score.shape)
    found = stretched(float(tuned[t]), float(STIFFNESS[b]), np.arange(1, len(slots) + 1, dtype=np.float64))
    return found[found <= CEILING_HZ + fundamental]


def _peak_slots(spectrum: Array, fundamental: float, slots: Array) -> Array:
    """Slots moved to the strongest clear peak within half a fundamental, for bars and bells."""
    found = slots.copy()
    for i, hz in enumerate(slots):
        low, high = int((hz - 0.5 * fundamental) / BIN_HZ), int((hz + 0.5 * fundamental) / BIN_HZ)
        region = spectrum[low:high]
        peak = int(np.argmax(region))
        if 2 < peak < len(region) - 3 and region[peak] > 6 * np.median(region):
            found[i] = (low + peak) * BIN_HZ
    return found
