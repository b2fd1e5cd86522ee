"""What a generator is: four calls, all made by one thread, the generator's."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..layout import FRAME


class Generator(Protocol):
    """A network with state, stepped for many voices at once.

    `rows` name the voices, int64 (n,), each at most once per call. A step yields `frames_per_step` frames
    per voice.
    """

    frames_per_step: int

    def prepare(self, rows: int) -> None:
        """Make state for `rows` voices and warm every batch size up."""

    def reset(
        self,
        rows: NDArray[np.int64],
        pitch: NDArray[np.float32],
        velocity: NDArray[np.float32],
        latent: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Start notes: MIDI pitch (n,), velocity 0 … 1 (n,), latent (n, latent size).

        Returns (n, 2): release and late decay in dB per second.
        """

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Frames (n, frames_per_step, FRAME) that begin `time` (n,) seconds after note-on; valid until the
        next call.
        """

    def close(self) -> None:
        """Let go of everything."""


def checked_step(
    generator: Generator, rows: NDArray[np.int64], time: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`step`, whose shape and type can be relied on. Raises ValueError."""
    frames = generator.step(rows, time)
    expected = (len(rows), generator.frames_per_step, FRAME)
    if frames.shape != expected or frames.dtype != np.float32:
        raise ValueError(f"frames are {frames.dtype} {frames.shape} instead of float32 {expected}")
    return frames
