"""Expression: what bend, vibrato, volume, pan and pressure come to, tick by tick, for channels and for
voices.

All of it runs in the audio callback.
"""

import math
from typing import Any

import numpy as np

from .compiling import realtime
from .layout import (
    CHANNELS,
    GENERAL,
    KNOBS,
    LEVEL,
    RELEASE,
    REVERB,
    TICK,
    TIMBRE,
    TOUCH,
    VIBRATO,
    WHEEL,
    Memory,
)

BEND_SECONDS = 0.004  # time constants of smoothing
GAIN_SECONDS = 0.005
INAUDIBLE_BEND = np.float32(1e-4)  # semitones: a bend that has come so far has arrived
INAUDIBLE_GAIN = np.float32(1e-5)
SOFT_TIMBRE = np.float32(0.35)  # how much darker the soft pedal makes
SWAY_SECONDS = np.float32(0.3)  # in which a delayed vibrato comes
RELEASE_SLOPE = np.float32(80.0)  # dB per second where no attack cache tells the instrument's own
SLOWEST_RELEASE = np.float32(6.0)  # dB per second
HURRY = np.float32(2.0)  # a key let go at once halves the release; most keyboards send 0 or 64
NEPER = np.float32(math.log(10.0) / 20.0)  # per dB
ZERO, HALF, ONE = np.float32(0.0), np.float32(64.0 / 127.0), np.float32(1.0)


@realtime
def approach(now: np.float32, target: np.float32, share: np.float32, close: np.float32) -> np.float32:
    """`now`, moved by a share of its way to `target`; there at once when it is close."""
    moved = now + share * (target - now)
    return target if abs(target - moved) < close else moved


@realtime
def move_channels(memory: Memory, seconds: float) -> None:
    """Advance the smoothing and the vibrato of every channel, and the knobs, by one tick of `seconds`."""
    state = memory.state[0]
    bend_share = np.float32(1.0 - math.exp(-seconds / BEND_SECONDS))
    gain_share = np.float32(1.0 - math.exp(-seconds / GAIN_SECONDS))
    for c in range(CHANNELS):
        if memory.moving[c]:
            channel = memory.channels[c]
            move_channel(channel, seconds, bend_share, gain_share)
            memory.moving[c] = 0 if rests(channel) else 1
    state.volume_now = approach(state.volume_now, state.volume, gain_share, INAUDIBLE_GAIN)
    move_knobs(state, gain_share)


@realtime
def move_channel(channel: Any, seconds: float, bend_share: np.float32, gain_share: np.float32) -> None:
    """Advance one channel: its bend and gains by their shares of the way, its vibrato by `seconds`."""
    channel.bend_now = approach(channel.bend_now, bend_target(channel), bend_share, INAUDIBLE_BEND)
    gain = channel.volume * channel.expression
    channel.gain_now = approach(channel.gain_now, gain, gain_share, INAUDIBLE_GAIN)
    channel.pan_now = approach(channel.pan_now, channel.pan, gain_share, INAUDIBLE_GAIN)
    channel.vibrato_phase += np.float32(2.0 * math.pi * seconds) * channel.vibrato_hertz
    if channel.vibrato_phase > np.float32(math.pi):
        channel.vibrato_phase -= np.float32(2.0 * math.pi)


@realtime
def rests(channel: Any) -> bool:
    """Whether everything of a channel has come to where it was going."""
    there = channel.bend_now == bend_target(channel) and channel.pan_now == channel.pan
    return bool(there and channel.gain_now == channel.volume * channel.expression and not sways(channel))


@realtime
def move_knobs(state: Any, share: np.float32) -> None:
    """Advance the smoothing of the knobs, and note whether any is turned."""
    state.turned = 0
    for k in range(KNOBS):
        state.knobs_now[k] = approach(state.knobs_now[k], state.knobs[k], share, INAUDIBLE_GAIN)
        if state.knobs_now[k] != ZERO:
            state.turned = 1


@realtime
def sways(channel: Any) -> bool:
    """Whether a channel's vibrato can be heard."""
    return bool(channel.controls[WHEEL] > ZERO or channel.vibrato_depth > ZERO)


@realtime
def bend_target(channel: Any) -> np.float32:
    """Semitones that bend and tuning ask for."""
    return channel.bend * channel.bend_range + channel.fine + channel.coarse


@realtime
def settle_channel(channel: Any) -> None:
    """Bring a channel on which nothing sounds to where it is going: a new note must not hear it move."""
    channel.bend_now = bend_target(channel)
    channel.gain_now, channel.pan_now = channel.volume * channel.expression, channel.pan


@realtime
def bend_of(memory: Memory, voice: Any) -> np.float32:
    """Semitones that a voice is bent by: as its channel, and the lead of its MPE zone."""
    if voice.frozen:
        return voice.bend
    channel = memory.channels[voice.channel]
    lead = memory.channels[channel.lead].bend_now if channel.lead >= 0 else ZERO
    return channel.bend_now + lead


@realtime
def pitch_ratio(memory: Memory, voice: Any) -> float:
    """Frequency ratio that bend, glide, vibrato and master tuning ask for now."""
    state, channel = memory.state[0], memory.channels[voice.channel]
    sway = vibrato_depth(memory, voice, channel)
    if sway > ZERO:
        sway *= np.float32(math.sin(channel.vibrato_phase))
    away = bend_of(memory, voice) + voice.glide + sway + state.fine + state.coarse
    ratio: float = 1.0 if away == ZERO else 2.0 ** (float(away) / 12.0)
    return ratio


@realtime
def vibrato_depth(memory: Memory, voice: Any, channel: Any) -> np.float32:
    """Semitones: the wheel's, as far as the program lets it, and those of CC 77 after their delay."""
    if not sways(channel):
        return ZERO
    wheel = channel.controls[WHEEL]
    share = memory.programs[voice.program].vibrato + knob_turn(memory, voice.program, VIBRATO)
    age = np.float32((memory.state[0].clock - voice.onset) / memory.state[0].rate)
    come = min(max((age - channel.vibrato_delay) / SWAY_SECONDS, ZERO), ONE)
    come = ONE if channel.vibrato_delay <= ZERO else come
    return channel.depth * wheel * min(max(share, ZERO), ONE) + channel.vibrato_depth * come


@realtime
def knob_turn(memory: Memory, program: int, what: int) -> np.float32:
    """What the knobs add to a program's level (dB), release (doublings), reverb or vibrato (shares)."""
    total = ZERO
    if memory.state[0].turned == 0:
        return total
    for k in range(KNOBS):
        total += memory.programs[program].turns[what, k] * memory.state[0].knobs_now[k]
    return total


@realtime
def voice_level(memory: Memory, voice: Any) -> np.float32:
    """Gain of a voice before its pan, linear."""
    level = voice.level * memory.channels[voice.channel].gain_now * voice.envelope * voice.swell
    turned = knob_turn(memory, voice.program, LEVEL)
    if turned != ZERO:
        level *= np.float32(math.exp(turned * NEPER))
    return level * memory.state[0].volume_now


@realtime
def reverb_send(memory: Memory, voice: Any) -> np.float32:
    """Share of a voice that goes to the reverb: the program's, drier or wetter as CC 91 says."""
    way = memory.channels[voice.channel].reverb
    own = memory.programs[voice.program].reverb + knob_turn(memory, voice.program, REVERB)
    own = min(max(own, ZERO), ONE)
    return own * (ONE + way) if way < ZERO else own + (ONE - own) * way


@realtime
def release_rate(memory: Memory, voice: Any) -> np.float32:
    """Nepers per tick of a released voice: the instrument's own slope, scaled by program, channel, knobs and
    the speed at which the key went up.
    """
    slope = RELEASE_SLOPE
    if voice.cache >= 0:
        slope = max(memory.slopes[voice.cache, voice.attack], SLOWEST_RELEASE)
    scale = max(memory.programs[voice.program].release, np.float32(0.05))
    scale *= memory.channels[voice.channel].release
    doublings = knob_turn(memory, voice.program, RELEASE) - HURRY * max(voice.release_velocity - HALF, ZERO)
    if abs(doublings) > np.float32(1e-6):
        scale *= np.float32(2.0) ** doublings
    return slope * np.float32(TICK / memory.state[0].rate) * NEPER / max(scale, np.float32(1e-3))


@realtime
def set_controls(memory: Memory, v: int) -> None:
    """Tell the generator thread where the sources of a voice's modulation stand."""
    voice, request = memory.voices[v], memory.requests[v]
    if voice.frozen:
        return
    channel = memory.channels[voice.channel]
    for s in range(GENERAL):
        request.controls[s] = channel.controls[s]
    for k in range(KNOBS):
        request.controls[GENERAL + k] = memory.state[0].knobs_now[k]
    touch, timbre = channel.controls[TOUCH], channel.controls[TIMBRE]
    if channel.lead >= 0:
        touch += memory.channels[channel.lead].controls[TOUCH]
        timbre += memory.channels[channel.lead].controls[TIMBRE]
    timbre -= SOFT_TIMBRE if channel.soft else ZERO
    request.controls[TOUCH] = min(max(touch, voice.touch), ONE)
    request.controls[TIMBRE] = min(max(timbre, -ONE), ONE)
