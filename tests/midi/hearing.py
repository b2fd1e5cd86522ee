"""What a test hears: pitch, level and length, measured from the sound."""

import numpy as np
from numpy.typing import NDArray

from tests.engine.parts import F4, level, pitch

RATE = 48_000.0
NOBODY = 1e-6  # -120 dBFS: silence
SETTLING = 3e-5  # steps between samples while the DC block comes to rest, -90 dBFS


def tones(sound: NDArray[F4], count: int = 1) -> list[float]:
    """Pitches of the `count` strongest sines of (2, n) samples in semitones, 69 is 440 Hz, lowest first."""
    mono, size = sound.sum(0), 1 << 18
    spectrum = np.abs(np.fft.rfft(mono * np.blackman(len(mono)), size))
    found = []
    for _ in range(count):
        top = int(np.argmax(spectrum))
        hertz = pitch(mono, RATE, top * RATE / size)
        found.append(69.0 + 12.0 * float(np.log2(hertz / 440.0)))
        wide = round(6.0 * size / len(mono))  # the lobe of the window
        spectrum[max(top - wide, 0) : top + wide] = 0.0
    return sorted(found)


def tone(sound: NDArray[F4]) -> float:
    """Pitch of the one sine that sounds, in semitones."""
    return tones(sound)[0]


def hertz(key: float) -> float:
    """Frequency of a pitch in semitones."""
    return 440.0 * 2.0 ** ((key - 69.0) / 12.0)


def strength(sound: NDArray[F4], key: float = 69, partial: int = 1) -> float:
    """Amplitude of a partial of a key, both sides together."""
    left, right = (level(side, RATE, partial * hertz(key)) for side in sound)
    return float(np.hypot(left, right))


def rms(sound: NDArray[F4]) -> float:
    """Root mean square of (2, n) samples."""
    return float(np.sqrt(np.mean(sound**2)))


def loudness_in(sound: NDArray[F4], begin: float, end: float) -> float:
    """Root mean square between two seconds of (2, n) samples."""
    return rms(sound[:, round(begin * RATE) : round(end * RATE)])


def track(sound: NDArray[F4], cycles: int = 8) -> NDArray[np.float64]:
    """Pitch in semitones over time, from the zero crossings of a single sine, one value every half cycle."""
    mono = sound.sum(0).astype(np.float64)
    places = np.nonzero(np.diff(np.signbit(mono)))[0]
    exact = places + mono[places] / (mono[places] - mono[places + 1])
    found = cycles * RATE / (exact[2 * cycles :] - exact[: -2 * cycles])
    return np.asarray(69.0 + 12.0 * np.log2(found / 440.0))
