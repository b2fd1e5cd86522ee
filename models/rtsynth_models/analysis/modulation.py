"""What of a track is slow and what moves: smoothing by local lines, and three bands of modulation."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.partials import FRAMES
from rtsynth_models.analysis.resynthesis import FRAME
from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
FRAME_RATE = SAMPLE_RATE / FRAME
BANDS_HZ = ((0.6, 3.0), (3.0, 8.0), (8.0, 30.0))
PADDING = 94  # frames mirrored at both ends before a band is cut out
# what lies further from a partial's grid, or from its trend, is a mistake
WIDEST_CENTS, MOST_DB, MOST_CENTS = 300.0, 24.0, 150.0


def local_lines(sigma: Array) -> Array:
    """Linear regression over Gaussian neighbourhoods of `sigma` (FRAMES,) frames: a matrix whose row j gives
    frame j's value, (FRAMES, FRAMES). Where a neighbourhood holds no second frame, a frame stays as it is.
    """
    at = np.arange(FRAMES, dtype=np.float64)
    x = at - at[:, None]
    w = np.exp(-0.5 * (x / sigma[:, None]) ** 2)
    s0, s1, s2 = ((w * x**n).sum(1, keepdims=True) for n in range(3))
    spread = s0 * s2 - s1 * s1
    linear = w * (s2 - s1 * x) / np.maximum(spread, 1e-9)
    return np.where((spread > 1e-6) & (sigma[:, None] > 0.5), linear, w / s0)


def split(x: NDArray[np.floating]) -> Array:
    """Cut (FRAMES, K) into the three bands, (3, FRAMES, K), by masks on the spectrum of the mirrored note."""
    padded = np.concatenate([x[PADDING:0:-1], x, x[-2 : -PADDING - 2 : -1]])
    spectrum = np.fft.rfft(padded, axis=0)
    hz = np.fft.rfftfreq(len(padded), 1 / FRAME_RATE)
    masks = [((hz >= low) & (hz < high))[:, None] for low, high in BANDS_HZ]
    return np.stack([np.fft.irfft(spectrum * m, len(padded), axis=0)[PADDING:][: len(x)] for m in masks])
