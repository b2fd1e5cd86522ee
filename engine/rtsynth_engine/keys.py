"""Keys: what pressing one starts, on which part, from which pitch; and what letting go brings back.

All of it runs in the audio callback. A channel plays many voices, or one (CC 126, a preset that is mono, the
legato pedal): then the priority says which of the keys that are down it is, and a release returns to another.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .compiling import realtime
from .expression import settle_channel
from .layout import FREE, HELD, KEYS, TICK, VOICES, Memory
from .parts import count_parts, part_of, plays
from .pedals import is_held, is_legato, is_mono
from .tuning import hertz_of, pitch_of
from .voices import choose_timbre, end_note, release_voice, start_note

LAST, HIGHEST, LOWEST = range(3)  # priorities
SOFT_VELOCITY = np.float32(0.7)  # what the soft pedal leaves of a velocity
LEGATO_SECONDS = np.float32(0.015)  # in which a voice that is carried on comes to its new pitch
NO_KEY, NO_PART, NO_VOICE = -1, -1, -1
MOST = np.float32(127.0)


class Press(NamedTuple):
    """What a key is to start: by whom it was pressed, and what it sounds as."""

    channel: int
    key: int
    part: int
    note: int
    program: int
    pitch: np.float32  # semitones
    level: np.float32
    pan: np.float32


@realtime
def press_key(memory: Memory, c: int, key: int, value: int) -> None:
    """A key goes down, at velocity `value` (1 … 127)."""
    state, press = memory.state[0], memory.pressed[c, key]
    state.presses += 1
    press.order, press.velocity = state.presses, touch(memory, c, value)
    memory.channels[c].fine_velocity = np.float32(0.0)


@realtime
def lift_key(memory: Memory, c: int, key: int, value: int) -> int:
    """A key goes up, at velocity `value`; returns the key that a mono voice now goes back to, or NO_KEY."""
    memory.pressed[c, key].order = 0
    again, carried = NO_KEY, False
    for v in range(VOICES):
        voice = memory.voices[v]
        ours = voice.stage == HELD and voice.channel == c and voice.key == key and voice.presses == 1
        if ours and is_mono(memory, c, voice.program):
            again = winner(memory, c, voice.program)
            carried = again != NO_KEY and is_legato(memory, c, voice.program)
    end_note(memory, c, key, np.float32(value) / MOST, carried)
    return again


@realtime
def sound_key(memory: Memory, c: int, key: int, again: bool) -> None:
    """Let a key that is down sound on every part that hears it; `again`, on those that play one voice."""
    count = count_parts(memory.state[0])
    settle_if_silent(memory, c)
    for p in range(NO_PART, count):
        heard = count == 0 if p == NO_PART else plays(part_of(memory, p), c, key)
        if heard:
            sound_part(memory, c, key, p, again)
    memory.channels[c].source = NO_KEY


@realtime
def sound_part(memory: Memory, c: int, key: int, p: int, again: bool) -> None:
    """Let a key sound on part `p`, unless channel, tuning or priority keep it silent."""
    channel = memory.channels[c]
    program, note, level, pan = channel.program, key, np.float32(1.0), np.float32(0.0)
    follows = True
    if p != NO_PART:
        part = part_of(memory, p)
        follows, note, level, pan = part.program < 0, key + part.transpose, part.level, part.pan
        program = channel.program if follows else part.program
    if channel.muted and follows and channel.lead < 0 and memory.programs[program].kit == 0:
        memory.telemetry[0].drums_muted += 1
    elif memory.programs[program].known and 0 <= note < KEYS:
        pitch = pitch_of(memory, channel, program, note)
        mono = is_mono(memory, c, program)
        wanted = winner(memory, c, program) == key if mono else not again
        if math.isfinite(pitch) and wanted:
            begin(memory, Press(c, key, p, note, program, pitch, level, pan), mono)


@realtime
def begin(memory: Memory, press: Press, mono: bool) -> None:
    """Carry a voice on to a key, or start one; then let it glide."""
    channel, sound = memory.channels[press.channel], memory.programs[press.program]
    v = carried_voice(memory, press, mono)
    seconds, glide = glide_seconds(channel, sound), glide_from(memory, channel, press)
    if v != NO_VOICE:
        glide = memory.voices[v].pitch + memory.voices[v].glide - press.pitch
        seconds = max(seconds, LEGATO_SECONDS)
        carry_voice(memory, v, press)
    else:
        if mono:
            end_others(memory, press)
        v = start(memory, press)
    if v != NO_VOICE and seconds > np.float32(0.0):
        ticks = seconds * np.float32(memory.state[0].rate / TICK)
        memory.voices[v].glide, memory.voices[v].glide_step = glide, abs(glide) / max(ticks, np.float32(1.0))
    channel.last_pitch = press.pitch


@realtime
def start(memory: Memory, press: Press) -> int:
    """Start a voice as hard as its key was pressed; returns which."""
    velocity = memory.pressed[press.channel, press.key].velocity
    curve = memory.programs[press.program].velocity_curve
    soft = SOFT_VELOCITY if memory.channels[press.channel].soft else np.float32(1.0)
    return start_note(memory, press, np.float32(velocity**curve) * soft)


@realtime
def glide_seconds(channel: Any, sound: Any) -> np.float32:
    """How long portamento takes: the channel's, or the preset's own where the channel has none."""
    if channel.portamento or channel.source != NO_KEY:
        return channel.glide_seconds
    return sound.portamento


@realtime
def glide_from(memory: Memory, channel: Any, press: Press) -> np.float32:
    """Semitones that a new note starts away from its pitch."""
    if channel.source != NO_KEY:
        source = pitch_of(memory, channel, press.program, channel.source)
        return source - press.pitch if math.isfinite(source) else np.float32(0.0)
    known = channel.last_pitch >= np.float32(0.0)
    return channel.last_pitch - press.pitch if known else np.float32(0.0)


@realtime
def carried_voice(memory: Memory, press: Press, mono: bool) -> int:
    """The held voice that goes on with the new key: the mono channel's where it plays legato, or that of the
    key that CC 84 names.
    """
    channel = memory.channels[press.channel]
    legato = mono and is_legato(memory, press.channel, press.program)
    for v in range(VOICES):
        voice = memory.voices[v]
        same = voice.stage == HELD and voice.channel == press.channel and voice.part == press.part
        same = same and voice.program == press.program and voice.presses > 0
        if same and (legato or (channel.source != NO_KEY and voice.key == channel.source)):
            return v
    return NO_VOICE


@realtime
def carry_voice(memory: Memory, v: int, press: Press) -> None:
    """Move a sounding voice to another key; the generator thread follows with its timbre."""
    voice = memory.voices[v]
    voice.key, voice.note, voice.pitch, voice.presses = press.key, press.note, press.pitch, 1
    voice.fundamental = hertz_of(memory, voice)
    if not memory.state[0].sounds:  # those are read faster or slower instead
        choose_timbre(memory, voice)
        memory.requests[v].pitch = np.float32(voice.timbre)


@realtime
def end_others(memory: Memory, press: Press) -> None:
    """On a mono channel, a new note ends the one before."""
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD and voice.channel == press.channel and voice.part == press.part:
            release_voice(voice)


@realtime
def end_left(memory: Memory, c: int, key: int) -> None:
    """End the voice that a lifted key left to be carried on, where program or parts have changed and nothing
    took it.
    """
    for v in range(VOICES):
        voice = memory.voices[v]
        left = voice.stage == HELD and voice.channel == c and voice.key == key and voice.presses == 1
        if left and is_mono(memory, c, voice.program) and is_legato(memory, c, voice.program):
            voice.presses = 0
            if not is_held(memory, voice):
                release_voice(voice)


@realtime
def settle_if_silent(memory: Memory, c: int) -> None:
    """Let nothing of a channel's smoothing be heard by the first note after silence."""
    for v in range(VOICES):
        if memory.voices[v].stage != FREE and memory.voices[v].channel == c and not memory.voices[v].frozen:
            return
    settle_channel(memory.channels[c])


@realtime
def winner(memory: Memory, c: int, program: int) -> int:
    """The key that a mono voice plays, of those that are down; NO_KEY where none is."""
    priority = memory.programs[program].priority
    best, latest = NO_KEY, 0
    for key in range(KEYS):
        order = memory.pressed[c, key].order
        newer = priority == LAST and order > latest
        if order > 0 and (best == NO_KEY or newer or priority == HIGHEST):
            best, latest = key, order
    return best


@realtime
def touch(memory: Memory, c: int, value: int) -> np.float32:
    """Velocity 0 … 1 by the port's curve, with the fraction that CC 88 gave."""
    curve = memory.curves[c // 16]
    fine = memory.channels[c].fine_velocity
    above = curve[min(value + 1, KEYS - 1)]
    return curve[value] + fine * (above - curve[value])
