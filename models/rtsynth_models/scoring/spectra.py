"""What the judges see: log-mel spectra at 16 kHz, relative to the loudest moment of each sound."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
RATE = 16_000  # Hz
WINDOW, HOP, BANDS = 4096, 512, 192  # samples, samples
LOWEST_HZ = 30.0
FLOOR_DB = 80.0  # under the loudest band of a sound
AT_ONCE = 64  # sounds


def log_mel(sound: NDArray[np.floating] | NDArray[np.int16]) -> Array:
    """Spectra (n, T, BANDS) of sounds (n, S), from -1 (FLOOR_DB under its loudest) to 1; T = S // HOP.

    A silent sound is -1 throughout.
    """
    parts = [_log_mel(sound[i : i + AT_ONCE].astype(np.float32)) for i in range(0, len(sound), AT_ONCE)]
    return np.concatenate(parts)


def _log_mel(sound: Array) -> Array:
    padded = np.pad(sound, ((0, 0), (WINDOW // 2, WINDOW // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, : -HOP or None : HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1].astype(np.float32))) ** 2
    mel = power @ mel_weights()
    loudest = mel.max(axis=(1, 2), keepdims=True)
    level = 10 * np.log10(np.maximum(mel, 1e-20) / np.maximum(loudest, 1e-12))
    return np.asarray(1 + 2 * np.maximum(level, -FLOOR_DB) / FLOOR_DB, np.float32)


@cache
def mel_weights() -> Array:
    """Triangles on the mel scale, (WINDOW // 2 + 1, BANDS), at least a bin wide to each side."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, RATE / 2))
    corners = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1) * WINDOW / RATE
    middle, below, above = corners[1:-1], np.diff(corners)[:-1], np.diff(corners)[1:]
    bins = np.arange(WINDOW // 2 + 1)[:, None] - middle
    rising, falling = 1 + bins / np.maximum(below, 1), 1 - bins / np.maximum(above, 1)
    return np.maximum(np.minimum(rising, falling), 0).astype(np.float32)
