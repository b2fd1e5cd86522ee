"""The first 43 ms of a note: gains in three bands of frequency over frames that are too slow for an attack.

They are given in dB at samples 32, 96, 160, … after the onset, counted at 48 kHz, and act on every tick.
All of it runs in the audio callback.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime, realtime_sum
from .bands import ONSET_EDGES_HZ, band_centres, band_shares

ONSET_BANDS, ONSET_STEPS = 3, 32
FIRST, STEP, STEP_RATE = 32, 64, 48_000.0  # samples, and the rate in Hz they are counted at
LOWEST_DB, HIGHEST_DB = -50.0, 12.0
NEPERS = np.float32(math.log(10.0) / 20.0)  # in one dB
NOISE_SHARES = band_shares(band_centres()).astype(np.float32)
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@realtime_sum
def is_flat(onset: NDArray[np.float32]) -> bool:
    """Whether an onset (ONSET_BANDS, ONSET_STEPS) changes nothing."""
    total = ZERO
    for band in range(ONSET_BANDS):
        for i in range(ONSET_STEPS):
            total += abs(onset[band, i])
    return bool(total == ZERO)


@realtime
def shape_onset(voice: Any, onset: NDArray[np.float32], age: int, rate: float) -> None:
    """Set the voice's gains for the tick that ends `age` samples after its onset."""
    place = (age * STEP_RATE / rate - FIRST) / STEP
    voice.shaped = 0 if place >= ONSET_STEPS or is_flat(onset) else 1
    if voice.shaped:
        for band in range(ONSET_BANDS):
            voice.onset_first[band] = onset_gain(onset, band, ZERO)
            voice.onset_now[band] = onset_gain(onset, band, np.float32(place))


@realtime
def onset_gain(onset: NDArray[np.float32], band: int, place: np.float32) -> np.float32:
    """Gain of a band, linear: between two steps along a line in dB, 1 from ONSET_STEPS on."""
    i = min(int(max(place, ZERO)), ONSET_STEPS - 1)
    share = min(max(place - np.float32(i), ZERO), ONE)
    following = onset[band, i + 1] if i + 1 < ONSET_STEPS else ZERO
    return np.float32(math.exp(NEPERS * (onset[band, i] + share * (following - onset[band, i]))))


@realtime
def gain_at(gains: NDArray[np.float32], hertz: np.float32) -> np.float32:
    """Gain (linear) at a frequency, from those of the bands, as `band_shares` mixes them."""
    octaves = np.float32(math.log2(max(hertz, ONE)))
    middle = min(max(octaves - np.float32(math.log2(ONSET_EDGES_HZ[0]) - 0.5), ZERO), ONE)
    high = min(max(octaves - np.float32(math.log2(ONSET_EDGES_HZ[1]) - 0.5), ZERO), ONE)
    mixed: np.float32 = gains[0] + middle * (gains[1] - gains[0]) + high * (gains[2] - gains[1])
    return mixed


@realtime
def noise_gain(voice: Any, band: int) -> np.float32:
    """Gain of a noise band at the tick's end, linear."""
    total = ZERO
    for i in range(ONSET_BANDS):
        total += NOISE_SHARES[i, band] * voice.onset_now[i]
    return total
