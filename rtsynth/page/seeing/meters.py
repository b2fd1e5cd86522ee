"""The meter: how loud the output was since the last look, from the tape."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.layout import TAPED, Memory

from ...following import Follower

SILENCE = -90.0  # dBFS at an empty meter
PATIENCE = 15  # looks without a frame until the meter falls: half a second, longer than any period


class Meter:
    """Peaks in dBFS. One thread."""

    def __init__(self, memory: Memory) -> None:
        """Begin with what is played from now on."""
        self._tape = Follower(memory.tape, memory.marks, TAPED)
        self._tape.at = int(memory.marks[TAPED])
        self._tape.read()  # compiled here, not with the first look
        self._shown, self._waited = [SILENCE, SILENCE], 0

    def look(self) -> list[float]:
        """Left and right since the last look; as before while a long period is still under way."""
        _, frames = self._tape.read()
        self._waited = 0 if len(frames) else self._waited + 1
        if len(frames):
            self._shown = peaks(frames)
        elif self._waited > PATIENCE:
            self._shown = [SILENCE, SILENCE]
        return self._shown


def peaks(frames: NDArray[np.float32]) -> list[float]:
    """Peak of each channel of (n, channels) frames in dBFS, one decimal, SILENCE at least."""
    highest = np.maximum(frames.max(axis=0), -frames.min(axis=0))
    decibels = 20.0 * np.log10(np.maximum(highest, 1e-6))
    return [max(round(float(level), 1), SILENCE) for level in decibels]
