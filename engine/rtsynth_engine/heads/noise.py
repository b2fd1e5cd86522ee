"""The noise of all voices in one bank: stationary band noise, whose gains follow the power that voices ask
for.

Each band is a loop of noise shaped like its weight. Voices add power, not sound, so the cost does not
grow with polyphony and a note's noise starts at its sample. The right channel reads the loops half-way
round.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime, realtime_sum
from ..layout import NOISE, NOISE_LENGTH, Memory
from .bands import BANDS, band_weights
from .onset import noise_gain

REFERENCE_RATE = 48_000.0  # Hz: frames hold the gain on white noise of unit variance at this rate


def noise_loops(rate: float, seed: int = 0) -> NDArray[np.float32]:
    """Loops of band noise for a sample rate in Hz, shape (BANDS, NOISE_LENGTH)."""
    noise = np.random.default_rng(seed).standard_normal((BANDS, NOISE_LENGTH), np.float32)
    frequency = np.fft.rfftfreq(NOISE_LENGTH, 1.0 / rate)
    density = np.sqrt(band_weights(frequency) * (rate / REFERENCE_RATE))
    return np.fft.irfft(np.fft.rfft(noise, axis=1) * density, NOISE_LENGTH, axis=1).astype(np.float32)


@realtime
def clear_noise(state: Any) -> None:
    """Forget what voices asked for. Audio callback, at the start of a tick."""
    for b in range(BANDS):
        state.power_left[b] = state.power_right[b] = np.float32(0.0)
    state.power_send = np.float32(0.0)


@realtime_sum
def gather_noise(voice: Any, blend: np.float32) -> np.float32:
    """Set the power of a voice's noise in every band, at gain 1 and `blend` between its two frames; returns
    their sum. Audio callback.
    """
    for b in range(BANDS):
        voice.noise_power[b] = voice.earlier[NOISE + b] + blend * (
            voice.later[NOISE + b] - voice.earlier[NOISE + b]
        )
    if voice.shaped == 1:
        for b in range(BANDS):
            voice.noise_power[b] *= noise_gain(voice, b)
    total = np.float32(0.0)
    for b in range(BANDS):
        voice.noise_power[b] *= voice.noise_power[b]
        total += voice.noise_power[b]
    voice.noise_total = total
    return total


@realtime
def ask_noise(state: Any, voice: Any, left: np.float32, right: np.float32, send: np.float32) -> None:
    """Add a voice's noise, at its gains at the tick's end, to the power wanted then. Audio callback."""
    left, right = left * left, right * right
    for b in range(BANDS):  # two loops, for the compiler makes vectors of one array only
        state.power_left[b] += voice.noise_power[b] * left
    for b in range(BANDS):
        state.power_right[b] += voice.noise_power[b] * right
    state.power_send += voice.noise_total * send * send


@realtime
def aim_noise(state: Any, frames: int) -> None:
    """Aim the ramps of the bands at what was asked for, `frames` ahead. Audio callback."""
    done, step = np.float32(state.noise_at), np.float32(1.0) / np.float32(frames)
    total = np.float32(1e-20)
    for b in range(BANDS):
        state.noise_left[b] += done * state.noise_left_step[b]
        state.noise_right[b] += done * state.noise_right_step[b]
        state.noise_left_step[b] = (np.sqrt(state.power_left[b]) - state.noise_left[b]) * step
        state.noise_right_step[b] = (np.sqrt(state.power_right[b]) - state.noise_right[b]) * step
        total += state.power_left[b] + state.power_right[b]
    state.noise_at = 0
    share = np.sqrt(np.float32(2.0) * state.power_send / total)
    state.noise_send = min(share, MOST_SENT)


QUIET = np.float32(1e-7)
MOST_SENT = np.float32(math.sqrt(2.0))  # of the mean of left and right: all of a voice that is in the middle


@realtime
def render_noise(memory: Memory, out: NDArray[np.float32], right: bool, frames: int) -> None:
    """Write `frames` samples of one channel's noise to `out`; they lie within one tick. Audio callback."""
    state = memory.state[0]
    level = state.noise_right if right else state.noise_left
    step = state.noise_right_step if right else state.noise_left_step
    start = (state.clock + (NOISE_LENGTH // 2 if right else 0)) & (
        NOISE_LENGTH - 1
    )  # ticks never straddle the end
    for n in range(frames):
        out[n] = np.float32(0.0)
    for b in range(BANDS):
        gain, slope = level[b], step[b]
        if gain > QUIET or slope > QUIET:
            for n in range(frames):
                out[n] += (gain + slope * np.float32(state.noise_at + n)) * memory.noise[b, start + n]
