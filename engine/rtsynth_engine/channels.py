"""Channels: what MIDI messages mean. One state per (port, channel); all of it runs in the audio callback."""

import math
from typing import Any

import numpy as np

from .compiling import realtime
from .layout import CHANNELS, Memory
from .voices import end_note, lift_pedal, release_channel, silence_channel, start_note

NOTE_OFF, NOTE_ON, _, CONTROL, PROGRAM_CHANGE, PRESSURE, BEND = range(8, 15)  # status >> 4
DRUM_CHANNEL = 9  # shown as 10: silent until there is a drum kit

MODULATION, DATA, VOLUME, PAN, EXPRESSION, DATA_FINE, SUSTAIN = 1, 6, 7, 10, 11, 38, 64
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
SOUND_OFF, RESET_CONTROLLERS, NOTES_OFF = 120, 121, 123

BEND_RANGE, FINE_TUNE, COARSE_TUNE, NO_PARAMETER = 0, 1, 2, -1

VIBRATO_HZ = 5.5
VIBRATO_DEPTH = np.float32(0.5)  # semitones at full modulation wheel
BEND_SECONDS = 0.004  # time constant of the bend's smoothing

INAUDIBLE_BEND = np.float32(1e-4)  # semitones: a bend that has come so far has arrived
CODED = np.float32(127.0)


@realtime
def reset_channel(channel: Any) -> None:
    """Put the controllers back as RP-015 says: volume, pan, bank and program stay."""
    channel.expression = np.float32(1.0)
    channel.bend = np.float32(0.0)
    channel.modulation = np.float32(0.0)
    channel.pressure = np.float32(0.0)
    channel.parameter = NO_PARAMETER
    channel.pedal = 0


@realtime
def power_on(memory: Memory) -> None:
    """Set every channel to its General MIDI state (volume 100, bend range 2 semitones)."""
    for c in range(CHANNELS):
        channel = memory.channels[c]
        reset_channel(channel)
        channel.volume = np.float32((100.0 / 127.0) ** 2)
        channel.pan = np.float32(0.0)
        channel.bend_range = np.float32(2.0)
        channel.fine = channel.coarse = np.float32(0.0)
        channel.muted = 1 if c % 16 == DRUM_CHANNEL else 0


@realtime
def apply_event(memory: Memory, port: int, status: int, data1: int, data2: int) -> None:
    """Act on one channel message at the state's clock. Messages of other kinds are ignored."""
    kind, c = status >> 4, (port & 7) * 16 + (status & 15)
    channel = memory.channels[c]
    if kind == NOTE_ON and data2 > 0:
        press_key(memory, c, data1, np.float32(data2) / CODED)
    elif kind in (NOTE_OFF, NOTE_ON):
        end_note(memory, c, data1, channel.pedal == 1)
    elif kind == CONTROL:
        control(memory, c, data1, data2)
    elif kind == PROGRAM_CHANGE:
        change_program(memory, channel, data1)
    elif kind == PRESSURE:
        channel.pressure = np.float32(data1) / CODED
    elif kind == BEND:
        channel.bend = np.float32(data1 + 128 * data2 - 8192) / np.float32(8192.0)


@realtime
def press_key(memory: Memory, c: int, key: int, velocity: np.float32) -> None:
    """Start a note, unless the channel is muted."""
    channel = memory.channels[c]
    sound = memory.programs[channel.program]
    if channel.muted:
        memory.telemetry[0].drums_muted += 1
    elif sound.known:
        start_note(memory, c, key, np.float32(velocity**sound.velocity_curve))


@realtime
def change_program(memory: Memory, channel: Any, program: int) -> None:
    """Choose the sound of the notes to come; ringing notes keep theirs."""
    if memory.programs[program].known:
        channel.program = program
    else:
        memory.telemetry[0].unknown_program += 1


@realtime
def control(memory: Memory, c: int, number: int, value: int) -> None:
    """Act on a control change."""
    channel = memory.channels[c]
    part = np.float32(value) / CODED
    if number == MODULATION:
        channel.modulation = part
    elif number == VOLUME:
        channel.volume = part * part
    elif number == EXPRESSION:
        channel.expression = part * part
    elif number == PAN:
        channel.pan = np.float32(max(value, 1) - 64) / np.float32(63.0)  # RP-036: 0 and 1 are both hard left
    elif number == SUSTAIN:
        press_pedal(memory, c, value >= 64)
    elif number == SOUND_OFF:
        silence_channel(memory, c)
    elif number == RESET_CONTROLLERS:
        reset_controllers(memory, c)
    elif number == NOTES_OFF:
        release_channel(memory, c, channel.pedal == 1)
    else:
        parameter(channel, number, value)


@realtime
def press_pedal(memory: Memory, c: int, down: bool) -> None:
    """Move the sustain pedal."""
    channel = memory.channels[c]
    if channel.pedal == 1 and not down:
        lift_pedal(memory, c)
    channel.pedal = 1 if down else 0


@realtime
def reset_controllers(memory: Memory, c: int) -> None:
    """RP-015, and the notes that only the pedal held end with it."""
    if memory.channels[c].pedal == 1:
        lift_pedal(memory, c)
    reset_channel(memory.channels[c])


@realtime
def parameter(channel: Any, number: int, value: int) -> None:
    """Registered parameters: bend range, fine and coarse tune. An NRPN deselects, so its data cannot change
    them.
    """
    if number in (RPN, RPN_FINE):
        select = max(channel.parameter, 0)
        select = (select & 127) | (value << 7) if number == RPN else (select & ~127) | value
        channel.parameter = select
    elif number in (NRPN, NRPN_FINE):
        channel.parameter = NO_PARAMETER
    elif number == DATA and channel.parameter == BEND_RANGE:
        channel.bend_range = np.float32(value)
    elif number == DATA_FINE and channel.parameter == BEND_RANGE:
        channel.bend_range = np.float32(math.floor(channel.bend_range)) + np.float32(value) / np.float32(
            100.0
        )
    elif number == DATA and channel.parameter == FINE_TUNE:
        channel.fine = np.float32(value - 64) / np.float32(64.0)
    elif number == DATA and channel.parameter == COARSE_TUNE:
        channel.coarse = np.float32(value - 64)


@realtime
def move_channels(memory: Memory, seconds: float) -> None:
    """Advance bend smoothing and vibrato of every channel in use by one tick of `seconds`."""
    share = np.float32(1.0 - math.exp(-seconds / BEND_SECONDS))
    turn = np.float32(2.0 * math.pi * VIBRATO_HZ * seconds)
    for c in range(CHANNELS):
        channel = memory.channels[c]
        target = channel.bend * channel.bend_range + channel.fine + channel.coarse
        channel.bend_now += share * (target - channel.bend_now)
        if abs(target - channel.bend_now) < INAUDIBLE_BEND:
            channel.bend_now = target
        channel.vibrato_phase += turn
        if channel.vibrato_phase > np.float32(math.pi):
            channel.vibrato_phase -= np.float32(2.0 * math.pi)


@realtime
def bend_ratio(channel: Any, vibrato: np.float32) -> float:
    """Frequency ratio that bend, tuning and the share `vibrato` of the modulation wheel ask for now."""
    if channel.bend_now == 0.0 and vibrato * channel.modulation == 0.0:
        return 1.0
    sway = VIBRATO_DEPTH * vibrato * channel.modulation * np.float32(math.sin(channel.vibrato_phase))
    ratio: float = 2.0 ** (float(channel.bend_now + sway) / 12.0)
    return ratio
