"""How far a note is from equal temperament: the centres of its low harmonics in one long spectrum.

Measured apart from the analysis that the network learns from, so that neither can hide the other's mistakes.
"""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.tuning import fit_pitch
from rtsynth_models.data.soundfont import LEAD_SECONDS, SAMPLE_RATE

Array = NDArray[np.float64]
FFT_SIZE = 1 << 18
SKIPPED_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.25, 2.0
FALL_DB = 30.0  # a note is listened to until it has fallen so far
HARMONICS, HIGHEST_HZ = 10, 12_000.0
HIGHEST_SHARE = 0.46  # of the sample rate
WIDTH_CENTS = 60.0  # of the band around a harmonic, to both sides
PEAK, LINE = 30.0, 1e-3  # power of a peak over the noise around it; of a line's edge under its peak
RESOLVED = 0.8  # of a line that must fit into its band


def pitch_cents(
    signal: Array, pitch: float, rate: int = SAMPLE_RATE, lead_seconds: float = LEAD_SECONDS
) -> float:
    """Deviation in cents of a note from MIDI number `pitch`; NaN where no harmonic lies near it.

    `signal` (S,) at `rate` in Hz begins `lead_seconds` before its onset, as a row of `render_notes` or
    `play_notes` does. Octaves are not told apart.
    """
    onset = round((lead_seconds + SKIPPED_SECONDS) * rate)
    part = _steady(np.asarray(signal[onset:], np.float64), rate)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), FFT_SIZE)) ** 2
    fundamental = 440.0 * 2 ** ((pitch - 69) / 12)
    blurred = 2 * rate / len(part)  # half a line's width in Hz
    found = [
        (k, *line)
        for k in range(1, HARMONICS + 1)
        if _width(k * fundamental) > RESOLVED * blurred
        and k * fundamental < min(HIGHEST_HZ, HIGHEST_SHARE * rate)
        if (line := _line(power, k * fundamental, fundamental, rate / FFT_SIZE))
    ]
    return fit_pitch(np.array(found)) if found else float("nan")


def _steady(signal: Array, rate: int) -> Array:
    """The note from its loudest moment until it has died away, within the limits of time."""
    step = rate // 50
    rows = signal[: len(signal) // step * step].reshape(-1, step)
    level = 10 * np.log10(np.mean(rows**2, axis=1) + 1e-14)
    first = int(np.argmax(level > level.max() - 6))
    gone = np.flatnonzero(level[first:] < level.max() - FALL_DB)
    length = int(gone[0]) * step if len(gone) else len(signal)
    shortest, longest = (round(s * rate) for s in (SHORTEST_SECONDS, LONGEST_SECONDS))
    return signal[first * step :][: min(max(length, shortest), longest)]


def _width(hz: float) -> float:
    return hz * (2 ** (WIDTH_CENTS / 1200) - 1)


def _line(power: Array, nominal: float, fundamental: float, bin_hz: float) -> tuple[float, float] | None:
    """Cents from `nominal` Hz, and power, of what is there; None where nothing rises above the noise."""
    around = power[int((nominal - fundamental / 2) / bin_hz) : int((nominal + fundamental / 2) / bin_hz)]
    noise, centre = float(np.median(around)), nominal
    for _ in range(4):
        low, high = ((centre + side * _width(centre)) / bin_hz for side in (-1, 1))
        bins = np.arange(int(np.ceil(low)), int(high) + 1)
        band = power[bins]
        top = float(band.max())
        if top < PEAK * noise + 1e-9:
            return None
        line = np.where(band > LINE * top, np.maximum(band - noise, 0), 0)
        centre = float(bins @ line / line.sum()) * bin_hz
    cents = 1200 * np.log2(centre / nominal)
    return (float(cents), top) if abs(cents) < WIDTH_CENTS else None
