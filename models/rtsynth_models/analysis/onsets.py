"""The first 43 ms of a note in three bands of frequency, 64 samples a step: what frames are too slow for."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.heads.bands import band_shares
from rtsynth_models.analysis.resynthesis import BIN_WEIGHTS, FRAME, NOISE_WINDOW
from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
STEPS, STEP = 32, 64
FFT_SIZE = 4096
LEAST_DB, MOST_DB, FADE = -50.0, 12.0, 8
SETTLING = 0.3
SMOOTHING = 128  # samples of the Hann window that smooths the squared signal


def onset_levels(signal: Array) -> Array:
    """Level in dB of the bands of a note that starts at sample 0, at samples 32, 96, …; shape (3, STEPS)."""
    part = np.zeros(FFT_SIZE)
    part[512 : 512 + FFT_SIZE // 2 + 512] = signal[: FFT_SIZE // 2 + 512]
    shares = band_shares(np.fft.rfftfreq(FFT_SIZE, 1 / SAMPLE_RATE))
    bands = np.fft.irfft(np.fft.rfft(part) * shares, FFT_SIZE, axis=1)
    window = np.hanning(SMOOTHING + 2)[1:-1] / np.hanning(SMOOTHING + 2).sum()
    power = np.stack([np.convolve(band**2, window, "same") for band in bands])
    return np.asarray(10 * np.log10(power[:, 512 + STEP // 2 :: STEP][:, :STEPS] + 1e-12))


def frame_levels(amplitude: Array, hz: Array, noise: Array) -> Array:
    """The same levels as frames alone would give them, (3, STEPS).

    `amplitude` (F, K) linear, `hz` (K,), `noise` (F, bands) power per sample, F frames of 256 samples.
    """
    partial = band_shares(hz) ** 2 @ (_at_steps(amplitude).T ** 2 / 2)
    spectrum = (
        BIN_WEIGHTS * band_shares(np.arange(BIN_WEIGHTS.shape[1]) * SAMPLE_RATE / NOISE_WINDOW)[:, None] ** 2
    )
    return np.asarray(10 * np.log10(partial + spectrum.mean(-1) @ _at_steps(noise).T + 1e-12))


def _at_steps(frames: Array) -> Array:
    place = (STEP / 2 + STEP * np.arange(STEPS)) / FRAME
    index, share = place.astype(int), (place % 1)[:, None]
    return np.asarray(frames[index] * (1 - share) + frames[index + 1] * share)


def onset_gains(levels: Array, framed: Array) -> Array:
    """Gain in dB that makes the levels of frames (3, STEPS) those of the note, fading to none at the end.

    A band 70 dB under the loudest is left alone. Levels are smoothed over a growing time, for they follow the
    wave itself.
    """
    levels = 10 * np.log10(_settle() @ 10 ** (levels.T / 10)).T
    heard = np.maximum(levels, framed) > max(levels.max(), framed.max()) - 70
    gain = np.where(heard, np.clip(levels - framed, LEAST_DB, MOST_DB), 0.0)
    gain[:, -FADE:] *= np.linspace(1, 0, FADE)
    return gain


def _settle() -> Array:
    """Gaussian smoothing over time, (STEPS, STEPS), whose sigma is SETTLING of a step's number."""
    at = np.arange(STEPS, dtype=np.float64)
    weight = np.exp(-0.5 * ((at - at[:, None]) / np.maximum(SETTLING * at[:, None], 0.1)) ** 2)
    return np.asarray(weight / weight.sum(1, keepdims=True))
