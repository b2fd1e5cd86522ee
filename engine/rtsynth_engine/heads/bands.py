"""The noise bands of the `partials` head: overlapping triangles on the ERB scale.

The weights of neighbouring bands add up to one at every frequency, so equal gains give white noise.
Shared by the analysis that measures band levels and the renderer that plays them.
"""

import numpy as np
from numpy.typing import NDArray

BANDS = 48
HIGHEST_HZ = 20_000.0
CEILING_HZ = 20_500.0
NARROWEST_HZ = 93.75  # one bin of the 512-point analysis at 48 kHz: narrower bands could not be measured


def erb_rate(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Number of equivalent rectangular bandwidths below `hz` (Glasberg and Moore 1990)."""
    return np.asarray(21.4 * np.log10(1.0 + 0.00437 * np.asarray(hz, dtype=np.float64)))


def erb_hz(rate: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Frequency in Hz at an ERB rate, the inverse of `erb_rate`."""
    return np.asarray((10.0 ** (np.asarray(rate, dtype=np.float64) / 21.4) - 1.0) / 0.00437)


def band_centres() -> NDArray[np.float64]:
    """Centre of every band in Hz, shape (BANDS,)."""
    edges = erb_hz(np.linspace(0.0, float(erb_rate(HIGHEST_HZ)), BANDS + 1))
    edges[0] = max(edges[0], 0.0)
    for i in range(1, len(edges)):
        edges[i] = max(edges[i], edges[i - 1] + NARROWEST_HZ)
    return np.asarray((edges[1:] + edges[:-1]) / 2.0)


def band_weights(hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of every band in the power at each frequency.

    Takes frequencies in Hz, shape (F,); returns shape (BANDS, F). Columns add up to 1 below CEILING_HZ
    and to 0 above it.
    """
    centres = band_centres()
    weights = np.stack([np.interp(hz, centres, row) for row in np.eye(BANDS)])
    weights[:, hz > CEILING_HZ] = 0.0
    return weights


ONSET_EDGES_HZ = (1000.0, 4000.0)


def band_shares(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitude of the three bands of an onset at frequencies (F,) in Hz; columns add up to 1. Shape (3, F).

    The bands cross over an octave around ONSET_EDGES_HZ.
    """
    above = [np.clip(np.log2(np.maximum(hz, 1.0) / edge) + 0.5, 0.0, 1.0) for edge in ONSET_EDGES_HZ]
    return np.stack([1.0 - above[0], above[0] - above[1], above[1]])
