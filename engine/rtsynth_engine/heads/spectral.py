"""The spectral head: columns of images to samples, as they come.

What one whole inverse transform would give, whatever the columns of a note are cut into: every voice keeps
the phase of each bin, and what its last windows still have to give.
"""

import numpy as np
from numpy.typing import NDArray

from .mel import Spectrum, places

F4 = np.float32
RISE = (0.5 - 0.5 * np.cos(np.pi * np.arange(32) / 32)).astype(F4)
"""How a note begins, for a window that holds the onset gives sound before it, too: 2 ms at 16 kHz."""


class SpectralHead:
    """Streams of samples for a fixed number of voices. Generator thread."""

    def __init__(self, spectrum: Spectrum, rows: int) -> None:
        self.spectrum, lines = spectrum, spectrum.window // 2
        self.below, part = places(lines, spectrum.bins)
        self.part = part.astype(F4)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(spectrum.window) / spectrum.window)
        self.window = (hann * spectrum.hop / np.sum(hann**2)).astype(F4)
        self.phase = np.zeros((rows, lines))
        self.tail = np.zeros((rows, spectrum.window - spectrum.hop), F4)

    def reset(self, rows: NDArray[np.int64]) -> None:
        """Begin anew with the first column."""
        self.phase[rows] = 0.0
        self.tail[rows] = 0.0

    def render(
        self, rows: NDArray[np.int64], power: NDArray[np.float32], turn: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The next samples (n, k * hop) of voices `rows`, from their next columns.

        `power` (n, k, bins) is a natural logarithm, `turn` (n, k, bins) in units of pi since the column
        before.
        """
        turns = np.angle(self._between(np.exp(1j * np.pi * turn).astype(np.complex64)))
        phase = self.phase[rows][:, None] + np.cumsum(turns, axis=1, dtype=np.float64)
        self.phase[rows] = phase[:, -1] % (2 * np.pi)
        magnitude = np.sqrt(self._between(np.exp(power)))
        return self._overlap(rows, magnitude, (phase % (2 * np.pi)).astype(F4))

    def _between(self, bands: NDArray[np.inexact]) -> NDArray[np.inexact]:
        """Bins (…, window / 2) between the bands (…, bins) around them."""
        low = bands[..., self.below]
        return np.asarray(low + (bands[..., self.below + 1] - low) * self.part)

    def _overlap(
        self, rows: NDArray[np.int64], magnitude: NDArray[np.inexact], phase: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        spectrum, (count, columns, lines) = self.spectrum, magnitude.shape
        transform = np.zeros((count, columns, lines + 1), np.complex64)
        np.multiply(magnitude, np.exp(1j * phase), out=transform[..., 1:])
        pieces = np.fft.irfft(transform, axis=2) * self.window
        sound = np.zeros((count, (columns - 1) * spectrum.hop + spectrum.window), F4)
        sound[:, : spectrum.window - spectrum.hop] = self.tail[rows]
        for column in range(columns):
            first = column * spectrum.hop
            sound[:, first : first + spectrum.window] += pieces[:, column]
        self.tail[rows] = sound[:, columns * spectrum.hop :]
        return sound[:, : columns * spectrum.hop]
