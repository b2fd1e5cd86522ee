"""How far one note is from another: distances in dB, level, the rise of the attack, pre-echo."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.data.soundfont import LEAD_SECONDS, SAMPLE_RATE

Array = NDArray[np.float64]
FFT_SIZES, MEL_FFT_SIZES = (256, 512, 1024, 2048, 4096), (512, 2048)
FLOOR_DB = -60.0
MEL_BANDS, LOWEST_MEL_HZ = 96, 40.0


def spectral_distance(a: Array, b: Array) -> float:
    """Mean distance in dB of spectrograms of five sizes, where either is within 60 dB of the peak of `a`."""
    return float(np.mean([_distance(_power(a, n), _power(b, n)) for n in FFT_SIZES]))


def mel_distance(a: Array, b: Array) -> float:
    """Mean distance in dB of log-mel spectrograms of two sizes, with the same floor."""
    pairs = [(_power(a, n) @ _mel_weights(n), _power(b, n) @ _mel_weights(n)) for n in MEL_FFT_SIZES]
    return float(np.mean([_distance(*pair) for pair in pairs]))


def log_mel(signal: Array, hop: int = 512) -> Array:
    """Log-mel spectrogram in dB, 2048-point windows, shape (S // hop + 1, MEL_BANDS less the empty ones)."""
    frames = (
        np.lib.stride_tricks.sliding_window_view(np.pad(signal, 1024), 2048)[::hop] * np.hanning(2049)[:2048]
    )
    power = np.abs(np.fft.rfft(frames.astype(np.float32), axis=1)) ** 2
    return np.asarray(10 * np.log10(power @ _mel_weights(2048) + 1e-10))


def rise_ms(signal: Array) -> float:
    """Time in ms from 10 to 90 % of the largest 2 ms envelope of the first 0.6 s, first crossings."""
    size = round(0.002 * SAMPLE_RATE)
    envelope = np.sqrt(np.convolve(signal[: round(0.6 * SAMPLE_RATE)] ** 2, np.ones(size) / size, "same"))
    top = envelope.max()
    return float(1000 * (np.argmax(envelope >= 0.9 * top) - np.argmax(envelope >= 0.1 * top)) / SAMPLE_RATE)


def pre_echo_db(row: Array) -> float:
    """Level in dB, relative to the peak, of a row until 5 ms before it reaches a tenth of its peak.

    `row` is one of `render_notes` or `play_notes`; made for notes that rise fast.
    """
    start = int(np.argmax(np.abs(row) >= 0.1 * np.abs(row).max())) - round(0.005 * SAMPLE_RATE)
    before = row[max(start - round(LEAD_SECONDS * SAMPLE_RATE), 0) : max(start, 1)]
    return float(20 * np.log10((np.sqrt(np.mean(before**2)) + 1e-9) / (np.abs(row).max() + 1e-9)))


def level_db(original: Array, other: Array) -> float:
    """By how many dB `other` is louder than `original`, over all of it."""
    return float(10 * np.log10((np.mean(other**2) + 1e-14) / (np.mean(original**2) + 1e-14)))


def _power(signal: Array, size: int) -> Array:
    padded = np.pad(signal, size)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[:: size // 4]
    return np.abs(np.fft.rfft(frames * np.hanning(size + 1)[:size], axis=1)) ** 2


def _distance(a: Array, b: Array) -> float:
    first, second = (10 * np.log10(x + 1e-14) for x in (a, b))
    floor = first.max() + FLOOR_DB
    heard = (first > floor) | (second > floor)
    return float(np.abs(np.maximum(first, floor) - np.maximum(second, floor))[heard].mean())


@cache
def _mel_weights(size: int) -> Array:
    """Triangles on the mel scale, (bins, bands); bands narrower than a bin are left out."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    low = 2595 * np.log10(1 + LOWEST_MEL_HZ / 700)
    corners = 700 * (10 ** (np.linspace(low, top, MEL_BANDS + 2) / 2595) - 1)
    hz = np.arange(size // 2 + 1) * SAMPLE_RATE / size
    triangles = [np.interp(hz, corners[i : i + 3], (0, 1, 0), 0, 0) for i in range(MEL_BANDS)]
    return np.stack([t for t in triangles if t.sum() > 0], axis=1)
