"""The first 43 ms of a note in three bands of frequency, 64 samples a step: what frames are too slow for."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
STEPS, STEP = 32, 64
EDGES_HZ = (1000.0, 4000.0)  # the bands cross over an octave around these
FFT_SIZE = 4096
SMOOTHING = 128  # samples of the Hann window that smooths the squared signal


def band_shares(hz: Array) -> Array:
    """Amplitude of each band at the frequencies `hz` (F,); columns add up to 1. Shape (3, F)."""
    octaves = [np.clip(np.log2(np.maximum(hz, 1.0) / edge) + 0.5, 0.0, 1.0) for edge in EDGES_HZ]
    return np.stack([1 - octaves[0], octaves[0] - octaves[1], octaves[1]])


def onset_levels(signal: Array) -> Array:
    """Level in dB of the bands of a note that starts at sample 0, at samples 32, 96, …; shape (3, STEPS)."""
    part = np.zeros(FFT_SIZE)
    part[512 : 512 + FFT_SIZE // 2 + 512] = signal[: FFT_SIZE // 2 + 512]
    shares = band_shares(np.fft.rfftfreq(FFT_SIZE, 1 / SAMPLE_RATE))
    bands = np.fft.irfft(np.fft.rfft(part) * shares, FFT_SIZE, axis=1)
    window = np.hanning(SMOOTHING + 2)[1:-1] / np.hanning(SMOOTHING + 2).sum()
    power = np.stack([np.convolve(band**2, window, "same") for band in bands])
    return np.asarray(10 * np.log10(power[:, 512 + STEP // 2 :: STEP][:, :STEPS] + 1e-12))
