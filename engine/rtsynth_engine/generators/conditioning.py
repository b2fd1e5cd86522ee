"""What a WaveNet is told of a note: a small network from pitch, velocity, latent and age to every layer's
biases.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F4 = np.float32
SLOPE = F4(100.0)
"""Unit of the slopes that a conditioner gives, in dB per second."""
TIMES = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0], F4)
"""Seconds in which what is told of a note's age falls to 1 / e."""


class Conditioner(NamedTuple):
    """Weights, from input to output. H hidden units; L layers of C channels."""

    pitches: NDArray[np.float32]  # (classes, E) numbers that stand for a pitch
    note: NDArray[np.float32]  # (E + 1 + latent, H)
    time: NDArray[np.float32]  # (TIMES, H)
    note_shift: NDArray[np.float32]  # (H,)
    middle: NDArray[np.float32]  # (H, H)
    middle_shift: NDArray[np.float32]  # (H,)
    bias: NDArray[np.float32]  # (H, L * 2 C)
    bias_shift: NDArray[np.float32]  # (L * 2 C,)
    slope_note: NDArray[np.float32]  # (E + 1 + latent, H)
    slope_shift: NDArray[np.float32]  # (H,)
    slopes: NDArray[np.float32]  # (H, 2)
    slopes_shift: NDArray[np.float32]  # (2,)

    def tell(
        self, pitch: NDArray[np.int64], velocity: NDArray[np.float32], latent: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """What is known of notes (n, E + 1 + latent): index of pitch (n,), velocity 0 … 1 (n,), latent."""
        return np.concatenate([self.pitches[pitch], velocity[:, None], latent], axis=1)

    def biases(self, told: NDArray[np.float32], seconds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Biases (points, L * 2 C) at `seconds` (points,) since note-on, of one note: products of many round
        otherwise, and a draw that turns out otherwise is another sound.
        """
        time = np.exp(-seconds[:, None] / TIMES)
        note = told @ self.note + self.note_shift
        hidden = np.tanh(note + time @ self.time)
        hidden = np.tanh(hidden @ self.middle + self.middle_shift)
        return np.asarray(hidden @ self.bias + self.bias_shift)

    def fall(self, told: NDArray[np.float32]) -> NDArray[np.float32]:
        """Release and late decay (n, 2) in dB per second."""
        hidden = np.tanh(told @ self.slope_note + self.slope_shift)
        return np.asarray(SLOPE * np.logaddexp(F4(0.0), hidden @ self.slopes + self.slopes_shift))
