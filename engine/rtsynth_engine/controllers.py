"""Control changes: what turning each controller does. All of it runs in the audio callback.

A turn is a control change, a program change, or a whole list of them: what RP-015 resets, what a new channel
starts with. The lead of an MPE zone passes turns on to its members.
"""

from typing import Any

import numpy as np

from .compiling import realtime
from .layout import BODY, BREATH, FOOT, STIRRING, TIMBRE, TOUCH, VOICES, WHEEL, Memory
from .midi.messages import CONTROLLERS, NONE
from .parameters import (
    BANK,
    BANK_FINE,
    DATA,
    DATA_FINE,
    INCREMENT,
    RPN,
    forget_parameter,
    reset_parameters,
    turn_parameter,
)
from .pedals import latch, unlatch
from .voices import release_channel, release_unheld, silence_channel
from .zones import NOBODY, dissolve_zone, member

MODULATION, BREATH_CC, FOOT_CC, GLIDE, VOLUME, BALANCE, PAN, EXPRESSION = 1, 2, 4, 5, 7, 8, 10, 11
SUSTAIN, PORTAMENTO, SOSTENUTO, SOFT, LEGATO = 64, 65, 66, 67, 68
VARIATION, RESONANCE, RELEASE, ATTACK, BRIGHTNESS, DECAY = range(70, 76)
VIBRATO_RATE, VIBRATO_DEPTH, VIBRATO_DELAY, GLIDE_FROM, FINE_VELOCITY = 76, 77, 78, 84, 88
REVERB, CHORUS, SOUND_OFF, RESET, NOTES_OFF, MONO, POLY = 91, 93, 120, 121, 123, 126, 127
PROGRAM, POWER_ON, LIFT, SILENCE = 128, 129, 130, 131  # turns that are no controllers
BANK_PROGRAMS = 128
DRUM_CHANNEL = 9  # shown as 10: silent until there is a drum kit
OWN_REVERB = 40.0  # CC 91 at which a preset has its own reverb

VIBRATO_HERTZ, LONGEST_GLIDE, SLOWEST_ATTACK, LONGEST_DELAY = 5.5, 5.0, 3.0, 2.0  # Hz, seconds
DEEPEST_VIBRATO, FASTEST_DECAY = 0.5, 60.0  # semitones, dB per second
MOST = 127.0


def _defaults(*chosen: bool) -> list[tuple[int, int]]:
    return [(c.number, c.default) for c in CONTROLLERS if c.default != NONE and c.reset in chosen]


# CC 64 comes last of a list, for it lets go of what it holds.
RP_015 = [*reversed(_defaults(True))]
LIFTED = [(NOTES_OFF, 0), (SOSTENUTO, 0), (SUSTAIN, 0)]
SILENCED = [(SOUND_OFF, 0), *LIFTED]
POWERED = [(SOUND_OFF, 0), *_defaults(False), *RP_015]
LISTS = np.array([*RP_015, *LIFTED, *SILENCED, *POWERED], np.int64)
ENDS = np.cumsum([0, len(RP_015), len(LIFTED), len(SILENCED), len(POWERED)])


@realtime
def turn_channels(memory: Memory, first: int, count: int, number: int, value: np.float32) -> None:
    """Turn a controller, or a list of them, on `count` channels from `first` on and on the members they
    lead.
    """
    which = list_of(number)
    low, high = (ENDS[which], ENDS[which + 1]) if which >= 0 else (0, 1)
    for i in range(count):
        members = memory.channels[first + i].members if spreads(number) else 0
        for m in range(members + 1):
            c = first + i if m == 0 else member(first + i, m)
            for row in range(low, high):
                turn(
                    memory,
                    c,
                    LISTS[row, 0] if which >= 0 else number,
                    np.float32(LISTS[row, 1]) if which >= 0 else value,
                )
            after_list(memory, c, number)


@realtime
def list_of(number: int) -> int:
    """Which list a turn stands for, -1 none."""
    if number == RESET:
        return 0
    if number == LIFT:
        return 1
    if number == SILENCE:
        return 2
    return 3 if number == POWER_ON else -1


@realtime
def spreads(number: int) -> bool:
    """Whether a lead passes a turn on: its own bend, pressure, brightness and parameters act by
    themselves.
    """
    return not is_parameter(number) and number != BRIGHTNESS and number != POWER_ON


@realtime
def is_parameter(number: int) -> bool:
    """Whether a controller chooses or sets a parameter."""
    return number in (DATA, DATA_FINE) or INCREMENT <= number <= RPN


@realtime
def after_list(memory: Memory, c: int, number: int) -> None:
    """What RP-015 resets beside controllers; and what only a new start does."""
    channel = memory.channels[c]
    if number in (RESET, POWER_ON):
        channel.bend = channel.controls[TOUCH] = np.float32(0.0)
        channel.legato = 0
        forget_parameter(channel)
        for v in range(VOICES):
            if memory.voices[v].channel == c:
                memory.voices[v].touch = np.float32(0.0)
    if number == POWER_ON:
        reset_parameters(channel)
        dissolve_zone(memory, c)
        channel.lead, channel.mono, channel.bank = NOBODY, 0, 0
        channel.source, channel.last_pitch, channel.fine_velocity = -1, np.float32(-1.0), np.float32(0.0)
        channel.program = memory.state[0].start
        channel.muted = 1 if c % 16 == DRUM_CHANNEL else 0


@realtime
def turn(memory: Memory, c: int, number: int, value: np.float32) -> None:
    """Turn one controller of one channel to `value`, 0 … 127 and between."""
    channel = memory.channels[c]
    memory.moving[c] = 1
    part = value / np.float32(MOST)
    way = (max(value, np.float32(1.0)) - np.float32(64.0)) / np.float32(63.0)
    if number < PROGRAM:
        channel.cc[number] = np.uint8(value)
    if number == VOLUME:
        channel.volume = part * part
    elif number == EXPRESSION:
        channel.expression = part * part
    elif number in (PAN, BALANCE):
        channel.pan = way  # RP-036: 0 and 1 are both hard left
    elif number == PROGRAM:
        change_program(memory, channel, int(value))
    elif is_parameter(number):
        turn_parameter(memory, c, number, int(value))
    elif number < BRIGHTNESS and number >= SUSTAIN:
        turn_pedal(memory, c, number, value, part, way)
    elif number < SUSTAIN:
        turn_source(memory, c, number, value, part)
    elif number < SOUND_OFF:
        turn_sound(memory, c, number, value, part, way)
    else:
        turn_mode(memory, c, number)


@realtime
def turn_source(memory: Memory, c: int, number: int, value: np.float32, part: np.float32) -> None:
    """Controllers below 64: sources of modulation, portamento time, bank, data entry."""
    channel = memory.channels[c]
    if number == MODULATION:
        channel.controls[WHEEL] = part
    elif number == BREATH_CC:
        channel.controls[BREATH] = part
    elif number == FOOT_CC:
        channel.controls[FOOT] = part
    elif number == GLIDE:
        channel.glide_seconds = np.float32(LONGEST_GLIDE) * part * part
    elif number in (BANK, BANK_FINE):
        channel.bank = (int(channel.cc[BANK]) << 7) | int(channel.cc[BANK_FINE])


@realtime
def turn_pedal(
    memory: Memory, c: int, number: int, value: np.float32, part: np.float32, way: np.float32
) -> None:
    """Pedals and switches, and the sound controllers below brightness."""
    channel, down = memory.channels[c], value >= np.float32(64.0)
    if number == SUSTAIN:
        channel.pedal = part
        release_unheld(memory, c)
    elif number == SOSTENUTO:
        if down and not channel.sostenuto:
            latch(memory, c)
        elif not down:
            unlatch(memory, c)
            release_unheld(memory, c)
        channel.sostenuto = 1 if down else 0
    elif number == PORTAMENTO:
        channel.portamento = 1 if down else 0
    elif number == SOFT:
        channel.soft = 1 if down else 0
    elif number == LEGATO:
        channel.legato = 1 if down else 0
    elif number == VARIATION:
        channel.controls[STIRRING] = way
    elif number == RESONANCE:
        channel.controls[BODY] = way
    elif number == RELEASE:
        channel.release = np.float32(8.0) ** way
    elif number == ATTACK:
        channel.attack = np.float32(SLOWEST_ATTACK) * max(way, np.float32(0.0)) ** 2


@realtime
def turn_sound(
    memory: Memory, c: int, number: int, value: np.float32, part: np.float32, way: np.float32
) -> None:
    """Brightness and what lies above it."""
    channel, more = memory.channels[c], max(way, np.float32(0.0))
    if number == BRIGHTNESS:
        channel.controls[TIMBRE] = way
    elif number == DECAY:
        channel.decay = np.float32(FASTEST_DECAY) * max(-way, np.float32(0.0)) ** 2
    elif number == VIBRATO_RATE:
        channel.vibrato_hertz = np.float32(VIBRATO_HERTZ) * np.float32(2.0) ** way
    elif number == VIBRATO_DEPTH:
        channel.vibrato_depth = np.float32(DEEPEST_VIBRATO) * more
    elif number == VIBRATO_DELAY:
        channel.vibrato_delay = np.float32(LONGEST_DELAY) * more
    elif number == GLIDE_FROM:
        channel.source = int(value)
    elif number == FINE_VELOCITY:
        channel.fine_velocity = value / np.float32(128.0)
    elif number == REVERB:
        less = min(value - np.float32(OWN_REVERB), np.float32(0.0)) / np.float32(OWN_REVERB)
        channel.reverb = less + max(value - np.float32(OWN_REVERB), np.float32(0.0)) / np.float32(
            MOST - OWN_REVERB
        )
    elif number == CHORUS:
        channel.chorus = part


@realtime
def turn_mode(memory: Memory, c: int, number: int) -> None:
    """Channel mode messages; 124 to 127 end all notes, too."""
    if number == SOUND_OFF:
        silence_channel(memory, c)
        memory.state[0].hush_wanted = 1
    elif number >= NOTES_OFF:
        release_channel(memory, c)
    if number in (MONO, POLY):
        memory.channels[c].mono = 1 if number == MONO else 0


@realtime
def change_program(memory: Memory, channel: Any, program: int) -> None:
    """Choose the sound of the notes to come, of the latched bank or the first; ringing notes keep theirs."""
    msb, lsb = channel.bank >> 7, channel.bank & 127
    banked = (msb if msb > 0 else lsb) * BANK_PROGRAMS + program
    if banked < len(memory.programs) and memory.programs[banked].known:
        channel.program = banked
    elif memory.programs[program].known:
        channel.program = program
    else:
        memory.telemetry[0].unknown_program += 1
