"""Noise as it is heard between the partials of a note, where their own modulation does not reach.

What partials leave behind is more than noise: all that a partial does faster than its window ends there too.
"""

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.heads.bands import band_weights
from rtsynth_models.analysis.resynthesis import FRAME
from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
PERIODS, SHORTEST, LONGEST = 12, 1024, 8192  # of a window, and its limits in samples
CLEAR = 0.375  # of the distance between two partials: so far from both begins their gap
LINE = 2.4  # bins: half the width of a line
LEAST = 0.1  # share of a band that must lie in gaps
FRAMES_PER_WINDOW = 2
SILENT = 1e-18


def noise_between(signal: Array, start: int, frames: int, slots: Array, fundamental: float) -> Array:
    """Band levels in the gaps between `slots` (K,) in Hz, (frames, bands) as `measure_noise` gives them.

    Frames of 256 samples at 48 kHz from sample `start`, the onset, on. Bands without a gap take their
    neighbours' level. Infinite where nothing can be said: without any gap, and in windows that reach back
    over the onset. `fundamental` is the distance of the slots in Hz.
    """
    length = int(np.clip(2 * round(PERIODS * SAMPLE_RATE / fundamental / 2), SHORTEST, LONGEST))
    hz = np.arange(length // 2 + 1) * SAMPLE_RATE / length
    weights = band_weights(hz)
    inside = weights * _in_gaps(hz, np.sort(slots), LINE * SAMPLE_RATE / length)
    known = inside.sum(1) > LEAST * weights.sum(1)
    if not known.any():
        return np.full((frames, len(weights)), np.inf)
    power = _spectra(signal, start, -(-frames // FRAMES_PER_WINDOW), length)
    level = np.log(power @ (inside[known] / inside[known].sum(1, keepdims=True)).T + SILENT)
    every = np.arange(len(weights))
    filled = np.stack([np.interp(every, every[known], row) for row in level])
    between = np.repeat(np.exp(filled), FRAMES_PER_WINDOW, axis=0)[:frames]
    between[: -(-length // (2 * FRAME))] = np.inf
    return between


def _in_gaps(hz: Array, slots: Array, line: float) -> NDArray[np.bool_]:
    """Whether frequencies lie in a gap between two partials, under the first or over the last."""
    edges = np.concatenate([[2 * slots[0] - slots[1]], slots, [2 * slots[-1] - slots[-2]]])
    i = np.clip(np.searchsorted(edges, hz), 1, len(edges) - 1)
    apart, nearest = edges[i] - edges[i - 1], np.minimum(np.abs(hz - edges[i - 1]), np.abs(hz - edges[i]))
    return (nearest > np.maximum(CLEAR * apart, line)) | (hz > edges[-1])


def _spectra(signal: Array, start: int, count: int, length: int) -> Array:
    """Power spectra of `count` windows centred on every second frame; white noise of variance s2 gives s2."""
    window = np.hanning(length + 1)[:length]
    padded = np.concatenate([np.zeros(length), signal, np.zeros(length)])
    first = length + start - length // 2 + FRAME * FRAMES_PER_WINDOW * np.arange(count)
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[first] * window
    power: Array = np.abs(np.fft.rfft(frames, axis=1)) ** 2 / (window**2).sum()
    return power
