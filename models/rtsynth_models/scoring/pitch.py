"""Whether a note at 16 kHz has the pitch that was asked for, in cents, apart from what any network thinks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.evaluation.pitch import pitch_cents
from rtsynth_models.scoring.spectra import RATE

Sound = NDArray[np.floating] | NDArray[np.int16]
IN_TUNE_CENTS = 20.0
COUNT = 12  # harmonics
LOWER = (0.5, 1.5)  # an organ's stops of 16 and 5 1/3 feet
WIDTH = 0.02  # of a line to either side, relative to its frequency
SHARE = 0.3  # of the power must lie on lines of the note
OTHERS = {2: 0.04, 3: 0.1, 5: 0.1, 7: 0.1}  # of the harmonics' power must not be multiples of these
"""FluidR3, keys 24 to 84: 0.38 or more on lines; 0.06, 0.16, 0.41, 0.55 or more of others."""


def cents_off(sound: Sound, pitch: int) -> float:
    """Cents of a sound (S,), onset first, from MIDI number `pitch`; NaN where it is another note, or none.

    A higher note that shares harmonics is another one; an octave lower is taken for an organ's 16 foot stop.
    """
    signal = np.asarray(sound, np.float64)
    cents = pitch_cents(signal, pitch, RATE, lead_seconds=0.0)
    return cents if cents == cents and _is_note(signal, pitch + cents / 100) else float("nan")


def are_tuned(sounds: Sound, pitches: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the sounds (n, S) are within IN_TUNE_CENTS of `pitches` (n,), MIDI numbers."""
    cents = [cents_off(sound, int(pitch)) for sound, pitch in zip(sounds, pitches, strict=True)]
    return np.asarray(np.abs(cents) <= IN_TUNE_CENTS)


def in_tune(sounds: Sound, pitches: NDArray[np.int64]) -> float:
    """Share of sounds (n, S) within IN_TUNE_CENTS of `pitches` (n,)."""
    return float(np.mean(are_tuned(sounds, pitches)))


def _is_note(signal: NDArray[np.float64], pitch: float) -> bool:
    """Whether the harmonics of `pitch` hold most of what sounds, and not only those of a higher note."""
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), 4 * len(signal))) ** 2
    number = np.arange(len(power)) * RATE / (4 * len(signal)) / (440 * 2 ** ((pitch - 69) / 12))
    harmonics = np.array([_line(power, number, k) for k in range(1, COUNT + 1)])
    lines = harmonics.sum() + sum(_line(power, number, k) for k in LOWER)
    order = np.arange(1, COUNT + 1)
    other = all(harmonics[order % k > 0].sum() > least * harmonics.sum() for k, least in OTHERS.items())
    return bool(other and lines > SHARE * power[number < COUNT + 0.5].sum())


def _line(power: NDArray[np.float64], number: NDArray[np.float64], k: float) -> float:
    first, last = np.searchsorted(number, ((1 - WIDTH) * k, (1 + WIDTH) * k))
    return float(power[first : last + 1].sum())
