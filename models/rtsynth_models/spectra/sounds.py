"""Images to sounds: what `images` says, turned back; the whole note at once."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from rtsynth_engine.heads.mel import Spectrum, places
from rtsynth_engine.heads.spectral import RISE


def sounds_of(images: NDArray[np.floating], spectrum: Spectrum) -> NDArray[np.float32]:
    """Sounds (n, samples) of images (n, 2, columns, bins), from the onset to the end of the last column."""
    level, turn = np.asarray(images[:, 0], np.float64), np.asarray(images[:, 1], np.float64)
    power = between(np.exp(spectrum.offset + spectrum.scale * level), spectrum)
    turns = np.angle(between(np.exp(1j * np.pi * turn), spectrum))
    transform = np.sqrt(power) * np.exp(1j * np.cumsum(turns, axis=1))
    sound = overlapped(transform, spectrum)[:, spectrum.lead :].astype(np.float32)
    sound[:, : len(RISE)] *= RISE
    return sound


def between(bands: NDArray[np.inexact], spectrum: Spectrum) -> NDArray[np.inexact]:
    """Bins (…, window / 2) between the bands (…, bins) around them."""
    below, part = places(spectrum.window // 2, spectrum.bins)
    return bands[..., below] * (1 - part) + bands[..., below + 1] * part


def overlapped(transform: NDArray[np.complexfloating], spectrum: Spectrum) -> NDArray[np.floating]:
    """Sounds (n, samples) of transforms (n, columns, window / 2): windowed again, and summed.

    The sum of the squared windows is constant where as many overlap as can.
    """
    window, hop = spectrum.window, spectrum.hop
    shape = signal.get_window("hann", window)
    whole = np.concatenate([np.zeros_like(transform[..., :1]), transform], axis=2)
    pieces = fft.irfft(whole, axis=2) * (shape * hop / np.sum(shape**2))
    count, columns = transform.shape[:2]
    sound = np.zeros((count, hop * (columns - 1) + window))
    for column in range(columns):
        sound[:, column * hop : column * hop + window] += pieces[:, column]
    return sound
