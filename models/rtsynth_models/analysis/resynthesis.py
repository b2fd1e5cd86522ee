"""Offline rendering of partials and noise bands, for the analysis to check itself and for previews."""

import numba
import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.heads.bands import band_weights
from rtsynth_models.data.soundfont import SAMPLE_RATE

Array = NDArray[np.float64]
FRAME = 256
NOISE_WINDOW = 2 * FRAME
HANN = np.hanning(NOISE_WINDOW + 1)[:NOISE_WINDOW]
BIN_WEIGHTS = band_weights(np.arange(NOISE_WINDOW // 2 + 1) * SAMPLE_RATE / NOISE_WINDOW)  # (bands, bins)


def render_partials(amplitude: Array, hz: Array, phase: Array) -> Array:
    """Sum of cosines, shape (F * 256,) at 48 kHz.

    `amplitude` (F + 1, K) is linear and ramps from frame to frame, `hz` (F, K) holds for a frame, `phase`
    (K,) is in radians at the first sample.
    """
    return _bank(*(np.ascontiguousarray(a, dtype=np.float64) for a in (amplitude, hz, phase)))


@numba.njit(fastmath=True, cache=True)
def _bank(amplitude: Array, hz: Array, phase: Array) -> Array:
    frames, partials = hz.shape
    out = np.zeros(frames * FRAME)
    for k in range(partials):
        angle = phase[k]
        for j in range(frames):
            step = 2 * np.pi * hz[j, k] / SAMPLE_RATE
            start, slope = amplitude[j, k], (amplitude[j + 1, k] - amplitude[j, k]) / FRAME
            if start > 1e-6 or slope > 0:
                c, s, dc, ds = np.cos(angle), np.sin(angle), np.cos(step), np.sin(step)
                for n in range(FRAME):
                    out[j * FRAME + n] += (start + slope * n) * c
                    c, s = c * dc - s * ds, s * dc + c * ds
            angle = (angle + step * FRAME) % (2 * np.pi)
    return out


def noise_frames(signal: Array) -> Array:
    """Windowed frames centred on every 256th sample, shape (len // 256 + 1, 512)."""
    padded = np.concatenate([np.zeros(FRAME), signal, np.zeros(FRAME)])
    return np.lib.stride_tricks.sliding_window_view(padded, NOISE_WINDOW)[::FRAME] * HANN


def measure_noise(signal: Array) -> Array:
    """Band levels of `signal`, (len // 256 + 1, bands); white noise of variance s2 gives s2 in every band."""
    power = np.abs(np.fft.rfft(noise_frames(signal), axis=1)) ** 2 / (HANN**2).sum()
    return np.asarray(power @ BIN_WEIGHTS.T / BIN_WEIGHTS.sum(1))


def render_noise(level: Array, seed: int = 0) -> Array:
    """Noise of the band levels (power per sample) `level` (F, bands), shape ((F - 1) * 256,) at 48 kHz."""
    frames = len(level)
    window = np.sqrt(HANN)
    white = np.random.default_rng(seed).standard_normal((frames - 1) * FRAME + 2 * NOISE_WINDOW)
    cut = np.lib.stride_tricks.sliding_window_view(white, NOISE_WINDOW)[::FRAME][:frames] * window
    shaped = np.fft.irfft(np.fft.rfft(cut, axis=1) * np.sqrt(level @ BIN_WEIGHTS), axis=1) * window
    out = np.zeros((frames + 1) * FRAME)
    for j, frame in enumerate(shaped):
        out[j * FRAME : j * FRAME + NOISE_WINDOW] += frame
    return out[FRAME:-FRAME]


def render_note(
    amplitude: Array, hz: Array, noise: Array, seed: int = 0, phase: Array | None = None
) -> Array:
    """A note: `amplitude` (F, K) linear, `hz` (F, K), `noise` (F, bands) as power, `phase` (K,) in radians.

    Returns (F * 256,). Without phases they are random, and partials start under a 1 ms ramp, for then a full
    onset would click.
    """
    audible = np.where(hz < SAMPLE_RATE / 2 - 1000, amplitude, 0.0)
    start = np.random.default_rng(seed).uniform(0, 2 * np.pi, amplitude.shape[1]) if phase is None else phase
    tonal = render_partials(np.concatenate([audible, audible[-1:]]), hz, start)
    ramp = np.minimum(1.0, np.arange(len(tonal)) / 48.0) if phase is None else 1.0
    return np.asarray(tonal * ramp + render_noise(np.concatenate([noise, noise[-1:]]), seed))
