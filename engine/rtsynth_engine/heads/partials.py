"""The `partials` head: a bank of oscillators per voice, at the exact pitch, rendered in the audio callback.

Between two aims, at most one frame of the network apart, every audible partial turns by a constant angle per
audio frame while its amplitude moves along a line: see `oscillators`. Its arithmetic does not depend on how
many frames one call asks for.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime
from ..layout import NOISE, PARTIALS, RATIO, TICK
from .onset import gain_at
from .oscillators import LANES, sum_oscillators

SILENT = np.float32(1e-6)  # so far below that no onset makes it audible
HIGHEST = np.float32(0.96 * math.pi)  # radians per frame: partials above 0.96 of Nyquist are silent

# Taylor coefficients; on [-pi/2, pi/2] the remainder is below 6e-8 (sine) and 5e-7 (cosine)
S3, S5, S7, S9, S11 = (np.float32(x) for x in (-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800))
C2, C4, C6, C8, C10 = (np.float32(x) for x in (-1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800))
C12 = np.float32(1 / 479001600)
ONE, HALF, THREE_HALVES = np.float32(1.0), np.float32(0.5), np.float32(1.5)


@realtime
def sine(x: np.float32) -> np.float32:
    """Sine of an angle in [-pi/2, pi/2], radians."""
    y = x * x
    return x * (ONE + y * (S3 + y * (S5 + y * (S7 + y * (S9 + y * S11)))))


@realtime
def cosine(x: np.float32) -> np.float32:
    """Cosine of an angle in [-pi/2, pi/2], radians."""
    y = x * x
    return ONE + y * (C2 + y * (C4 + y * (C6 + y * (C8 + y * (C10 + y * C12)))))


@realtime
def gather_partials(
    voice: Any, blend: np.float32, turn: np.float32, hertz: np.float32, frames: int, audible: np.float32
) -> None:
    """Choose the partials that are audible in the coming `frames` and aim their ramps.

    `blend` is the position between the voice's two frames at their end, `turn` the angle of ratio 1 in
    radians per frame and `hertz` its frequency; partials below `audible` at both ends are skipped. A new note
    starts at its targets: its onset does not depend on where in a tick it begins. Audio callback.
    """
    count, shaped = 0, voice.shaped == 1
    for k in range(PARTIALS):
        target = voice.earlier[k] + blend * (voice.later[k] - voice.earlier[k])
        ratio = voice.earlier[RATIO + k] + blend * (voice.later[RATIO + k] - voice.earlier[RATIO + k])
        if turn * ratio > HIGHEST:
            target = np.float32(0.0)
        start = target
        if shaped and target > SILENT:
            start *= gain_at(voice.onset_first, hertz * ratio)
            target *= gain_at(voice.onset_now, hertz * ratio)
        if voice.ramp_at >= 0:
            start = voice.amplitude[k]
        voice.amplitude[k] = target
        if start > audible or target > audible:
            voice.which[count] = k
            voice.a[count] = start
            voice.da[count] = (target - start) / np.float32(frames)
            voice.half[count] = HALF * min(turn * ratio, HIGHEST)
            voice.c[count] = voice.cosine[k]
            voice.s[count] = voice.sine[k]
            count += 1
    voice.active = count
    aim_partials(voice, (count + LANES - 1) // LANES * LANES)


@realtime
def aim_partials(voice: Any, padded: int) -> None:
    """Turn the angles in `half` into sines, take sines of phases half a frame back, and silence the padding.
    Audio callback.
    """
    for i in range(voice.active, padded):
        voice.a[i] = voice.da[i] = voice.c[i] = voice.s[i] = voice.half[i] = np.float32(0.0)
    for i in range(padded):
        voice.cosine_half[i] = cosine(voice.half[i])
    for i in range(padded):
        voice.half[i] = sine(voice.half[i])
    for i in range(padded):
        voice.s[i] = voice.s[i] * voice.cosine_half[i] - voice.c[i] * voice.half[i]


@realtime
def scatter_partials(voice: Any) -> None:
    """Keep what ramps have come to, with phases brought to unit length by a Newton step. Audio callback."""
    for i in range(voice.active):
        c, k = voice.c[i], voice.which[i]
        s = (voice.s[i] + c * voice.half[i]) / voice.cosine_half[i]
        unit = THREE_HALVES - HALF * (c * c + s * s)
        voice.cosine[k] = c * unit
        voice.sine[k] = s * unit
        voice.amplitude[k] = voice.a[i]


@realtime
def render_partials(voice: Any, out: NDArray[np.float32], frames: int) -> None:
    """Write `frames` samples of a voice's partials to `out`. Audio callback."""
    groups = np.int64((voice.active + LANES - 1) // LANES)
    sum_oscillators(out, voice.a, voice.da, voice.c, voice.s, voice.half, groups, np.int64(frames))


@realtime
def frame_loudness(voice: Any) -> np.float32:
    """Sum of the squared amplitudes aimed at, linear power. Audio callback."""
    total = np.float32(0.0)
    for i in range(voice.active):
        level = voice.amplitude[voice.which[i]]
        total += level * level
    return total


@realtime
def scramble(value: np.uint64) -> np.uint64:
    """Well-mixed bits of a number (splitmix64, Steele et al. 2014)."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@realtime
def start_phases(voice: Any, seed: np.uint64) -> None:
    """Give every partial a phase drawn from `seed`, and silence it. Audio callback."""
    for k in range(PARTIALS):
        seed = scramble(seed)
        turns = np.float32(seed >> np.uint64(40)) * np.float32(1.0 / (1 << 24))
        quarter = np.float32(math.pi) * (turns - HALF)  # half the angle, within a quarter turn of zero
        c, s = cosine(quarter), sine(quarter)
        voice.cosine[k] = c * c - s * s
        voice.sine[k] = np.float32(2.0) * c * s
        voice.amplitude[k] = np.float32(0.0)
    voice.active = 0


@realtime
def lean_phases(voice: Any, phase: NDArray[np.float32]) -> None:
    """Turn the phases drawn towards `phase` (PARTIALS, 2), cosines and sines as long as they are certain.
    Audio callback.
    """
    for k in range(PARTIALS):
        c, s = phase[k, 0], phase[k, 1]
        doubt = max(ONE - np.float32(math.sqrt(c * c + s * s)), np.float32(0.0))
        c += doubt * voice.cosine[k]
        s += doubt * voice.sine[k]
        length = np.float32(math.sqrt(c * c + s * s))
        if length > SILENT:
            voice.cosine[k] = c / length
            voice.sine[k] = s / length


__all__ = [
    "NOISE",
    "TICK",
    "frame_loudness",
    "gather_partials",
    "lean_phases",
    "render_partials",
    "scatter_partials",
    "start_phases",
]
