"""After the voices: a small stereo reverb and the safety stage. All of it runs in the audio callback.

The reverb is a feedback delay network of eight lines (Jot 1991) mixed by a Hadamard matrix. The safety
stage lets only finite, centred, limited samples out: finite check, DC block, limiter, hard ceiling.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import realtime
from .layout import FADING, HELD, RELEASED, REVERB_LENGTH, VOICES, Memory

LINES = 8
LINE_SECONDS = (
    0.0297,
    0.0371,
    0.0411,
    0.0437,
    0.0533,
    0.0599,
    0.0671,
    0.0797,
)  # no common divisors, no flutter
DECAY_SECONDS = 1.6  # to -60 dB
DULL_HZ = 5_500.0  # the tail loses its highs from here on
MIX = np.float32(1.0 / math.sqrt(LINES))

CEILING = np.float32(0.985)
LIMITER_RELEASE_SECONDS = 0.12
DC_HZ = 6.0
FADE_SECONDS = 0.02
HUSH_SECONDS = 0.005  # in which a reverb that is to fall silent does
INAUDIBLE = np.float32(1e-6)
ONE, ZERO = np.float32(1.0), np.float32(0.0)


def prepare_effects(state: Any) -> None:
    """Set the constants that depend on the sample rate. Python, before the first callback."""
    rate = float(state["rate"])
    for i, seconds in enumerate(LINE_SECONDS):
        state["reverb_length"][i] = min(int(seconds * rate), REVERB_LENGTH - 1)
        state["reverb_gain"][i] = 10.0 ** (-3.0 * seconds / DECAY_SECONDS)
    state["hush_rest"] = max(state["reverb_length"]) + 1
    state["reverb_dull"] = 1.0 - math.exp(-2.0 * math.pi * DULL_HZ / rate)
    state["limiter_fall"] = math.exp(-1.0 / (LIMITER_RELEASE_SECONDS * rate))
    state["dc_pole"] = 1.0 - 2.0 * math.pi * DC_HZ / rate
    state["fade_step"] = 1.0 / (FADE_SECONDS * rate)


@realtime
def reverberate(
    memory: Memory,
    send: NDArray[np.float32],
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    frames: int,
) -> None:
    """Add the reverb of `send` to `left` and `right`, each (frames,)."""
    state, lines = memory.state[0], memory.reverb
    for n in range(frames):
        at, ringing = state.reverb_at, hushed(state)
        wet_left, wet_right, total = ZERO, ZERO, ZERO
        for i in range(LINES):
            tap = finite(lines[i, (at - state.reverb_length[i]) & (REVERB_LENGTH - 1)]) * state.reverb_gain[i]
            tap *= ringing
            state.reverb_damp[i] += state.reverb_dull * (tap - state.reverb_damp[i])
        hadamard(state.reverb_damp, state.reverb_mix)
        for i in range(LINES):
            lines[i, at] = state.reverb_mix[i] * MIX + send[n]
        for i in range(0, LINES, 2):
            wet_left += state.reverb_damp[i]
            wet_right += state.reverb_damp[i + 1]
        total = state.reverb * MIX
        left[n] += total * wet_left
        right[n] += total * wet_right
        state.reverb_at = (at + 1) & (REVERB_LENGTH - 1)


@realtime
def begin_hush(memory: Memory) -> None:
    """Let the reverb fall silent where that is wanted, unless a voice goes on or there is nothing in it.

    At the beginning of a tick.
    """
    state, rings = memory.state[0], False
    if state.hush_wanted == 0:
        return
    state.hush_wanted = 0
    for v in range(VOICES):
        stage = memory.voices[v].stage
        if stage in (HELD, RELEASED):
            return
        rings = rings or stage == FADING
    for i in range(LINES):
        rings = rings or abs(state.reverb_damp[i]) > INAUDIBLE
    if rings and state.hush == 0:
        state.hush = state.hush_rest + int(HUSH_SECONDS * state.rate)
    if rings:
        state.hush = max(state.hush, state.hush_rest)


@realtime
def hushed(state: Any) -> np.float32:
    """What is left of the reverb in the coming frame: all, less, or nothing until its lines are empty."""
    if state.hush == 0:
        return ONE
    state.hush -= 1
    return np.float32(max(state.hush - state.hush_rest, 0) / (HUSH_SECONDS * state.rate))


@realtime
def finite(sample: np.float32) -> np.float32:
    """The sample, or silence in its place when it is not finite: one broken number must not circulate."""
    return sample if math.isfinite(sample) else ZERO


@realtime
def hadamard(source: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Sums and differences of eight numbers, so that every line feeds every other at the same loudness."""
    for i in range(4):
        out[i] = source[i] + source[i + 4]
        out[i + 4] = source[i] - source[i + 4]
    for j in (0, 4):
        for i in range(2):
            a, b = out[j + i], out[j + i + 2]
            out[j + i], out[j + i + 2] = a + b, a - b
    for j in (0, 2, 4, 6):
        a, b = out[j], out[j + 1]
        out[j], out[j + 1] = a + b, a - b


@realtime
def block_dc(state: Any, side: int, sample: np.float32) -> np.float32:
    """High-pass of one pole at DC_HZ; a sample that is not finite counts as silence."""
    if not math.isfinite(sample):
        sample = ZERO
        state.dc_out[side] = ZERO
    passed: np.float32 = sample - state.dc_in[side] + state.dc_pole * state.dc_out[side]
    state.dc_in[side] = sample
    state.dc_out[side] = passed
    return passed


@realtime
def make_safe(
    memory: Memory, left: NDArray[np.float32], right: NDArray[np.float32], frames: int, telemetry: Any
) -> None:
    """The last stage, in place on (frames,): finite, centred, limited, faded at start and stop."""
    state = memory.state[0]
    for n in range(frames):
        if not (math.isfinite(left[n]) and math.isfinite(right[n])):
            telemetry.not_finite += 1
        a, b = block_dc(state, 0, left[n] * state.gain), block_dc(state, 1, right[n] * state.gain)
        state.limiter = max(max(abs(a), abs(b)), state.limiter * state.limiter_fall)
        cut = ONE
        if state.limiter > CEILING:
            cut = CEILING / state.limiter
            telemetry.limited += 1
        state.fade += min(max(state.fade_target - state.fade, -state.fade_step), state.fade_step)
        left[n] = min(max(a * cut * state.fade, -ONE), ONE)
        right[n] = min(max(b * cut * state.fade, -ONE), ONE)
        telemetry.peak[0] = max(telemetry.peak[0], abs(left[n]))
        telemetry.peak[1] = max(telemetry.peak[1], abs(right[n]))
