"""The frequency scale of spectral images: bands that are linear up to a corner and logarithmic above, as mel
scales are.

The corner lies where a quarter of a window of bands, 512 of 2048 samples, are exactly the bins of the
transform below it (1.5 kHz at 16 kHz): what carries the pitch comes back as it was. With GANSynth's own
scale (HTK's) 512 bands are narrower than bins below 0.9 kHz, and no band is any bin.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """How images are made of a sound: GANSynth's log magnitude and instantaneous frequency.

    `window` and `hop` in samples; `bins` of the frequency scale and `columns` of a whole note; `lead` samples
    of silence before the onset. The logarithm of a band's power is `offset` + `scale` times what the image
    says: by default so that sounds whose peak is 1 take the middle 80 % of an image's range, as in the paper.
    """

    window: int = 2048
    hop: int = 512
    bins: int = 1024
    columns: int = 128
    lead: int = 3072
    offset: float = -0.95
    scale: float = 16.1


@lru_cache
def corner(lines: int) -> float:
    """Where the scale of a transform with `lines` bins turns logarithmic, in bins: half as many bands are
    then linear below it, one a bin, and logarithmic above.
    """
    x = lines / 4.0
    for _ in range(50):
        x += (lines / 2 - x * (1 + np.log(lines / x))) / np.log(lines / x)
    return float(x)


@lru_cache
def centres(lines: int, bands: int) -> Array:
    """Middles of the bands (bands,), in bins of a transform that has bins 1 … `lines`."""
    turn = corner(lines)
    spacing = lines / 2 / bands
    linear, rank = turn / spacing, np.arange(1, bands + 1)
    return np.where(rank <= linear, rank * spacing, turn * np.exp((rank - linear) / linear))


@lru_cache
def places(lines: int, bands: int) -> tuple[NDArray[np.int64], Array]:
    """For bins 1 … `lines`: the band below each (lines,), and how far towards the next one it lies, 0 … 1."""
    middles = centres(lines, bands)
    bins = np.arange(1, lines + 1)
    below = np.clip(np.searchsorted(middles, bins, side="right") - 1, 0, bands - 2)
    part = (bins - middles[below]) / (middles[below + 1] - middles[below])
    return below, np.clip(part, 0.0, 1.0)


@lru_cache
def weights(lines: int, bands: int) -> Array:
    """What each bin gives to each band, (lines, bands), every band's sum being 1.

    Triangles that end at the neighbouring bands' middles; bands narrower than a bin lie between two bins.
    """
    middles = centres(lines, bands)
    found = np.zeros((lines, bands))
    below, part = places(lines, bands)
    found[np.arange(lines), below] = 1 - part
    found[np.arange(lines), below + 1] += part
    narrow = np.flatnonzero(np.diff(middles, prepend=0.0) < 1 + 1e-9)
    first = np.clip(np.floor(middles[narrow]).astype(int), 1, lines - 1)
    part = np.clip(middles[narrow] - first, 0.0, 1.0)
    found[:, narrow] = 0.0
    found[first - 1, narrow] = 1 - part
    found[first, narrow] += part
    return found / found.sum(axis=0)
