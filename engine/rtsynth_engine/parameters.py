"""Registered parameters (RPN), chosen by CC 98 … 101 and set by data entry. All of it in the audio callback.

An NRPN chosen last takes the data, so it can never change a registered parameter.
Sources: MIDI 1.0, RP-018 (modulation depth), MPE 1.0.
"""

from typing import Any

import numpy as np

from .compiling import realtime
from .layout import BANKED, FIRST_OWN, Memory
from .zones import member, set_zone

BANK, DATA, BANK_FINE, DATA_FINE = 0, 6, 32, 38
INCREMENT, DECREMENT, NRPN_FINE, NRPN, RPN_FINE, RPN = range(96, 102)
BEND_RANGE, FINE_TUNE, COARSE_TUNE, TUNING_PROGRAM, TUNING_BANK, DEPTH, ZONE, REGISTERED = range(8)
NO_PARAMETER, UNREGISTERED = -1, 1 << 14  # an NRPN's number is told from an RPN's by this
NULL = (127 << 7) | 127
MOST = NULL
CENTS = 100  # of a semitone of bend range: RP-018 moves it by one
WHOLE = 128  # what increments move parameters by that count in their upper seven bits


@realtime
def turn_parameter(memory: Memory, c: int, number: int, value: int) -> None:
    """Take one of CC 6, 38, 96 … 101, which `channel.cc` has already."""
    channel = memory.channels[c]
    if number in (RPN, RPN_FINE):
        chosen = (int(channel.cc[RPN]) << 7) | int(channel.cc[RPN_FINE])
        channel.parameter = NO_PARAMETER if chosen == NULL else chosen
    elif number in (NRPN, NRPN_FINE):
        channel.parameter = UNREGISTERED + ((int(channel.cc[NRPN]) << 7) | int(channel.cc[NRPN_FINE]))
    elif 0 <= channel.parameter < REGISTERED:
        parameter = channel.parameter
        channel.data[parameter] = entered(parameter, channel.data[parameter], number, value)
        set_parameter(memory, c, parameter, channel.data[parameter])


@realtime
def entered(parameter: int, data: int, number: int, value: int) -> int:
    """The 14 bits of a parameter after data entry or an increment."""
    step = WHOLE if parameter in (COARSE_TUNE, TUNING_PROGRAM, TUNING_BANK) else 1
    if number == DATA:
        return value << 7
    if number == DATA_FINE:
        return (data & ~127) | value
    way = step if number == INCREMENT else -step
    if parameter == BEND_RANGE:
        cents = max((data >> 7) * CENTS + (data & 127) + way, 0)
        return min((cents // CENTS << 7) | cents % CENTS, MOST)
    return min(max(data + way, 0), MOST)


@realtime
def set_parameter(memory: Memory, c: int, parameter: int, data: int) -> None:
    """Let a registered parameter's 14 bits act."""
    channel = memory.channels[c]
    if parameter == BEND_RANGE:
        set_bend_range(memory, c, np.float32(data >> 7) + np.float32(data & 127) / np.float32(100.0))
    elif parameter == FINE_TUNE:
        channel.fine = np.float32(data - 8192) / np.float32(8192.0)
    elif parameter == COARSE_TUNE:
        channel.coarse = np.float32((data >> 7) - 64)
    elif parameter == TUNING_PROGRAM:
        select_tuning(memory, channel, channel.tuning // BANKED * BANKED + (data >> 7))
    elif parameter == TUNING_BANK:
        select_tuning(memory, channel, (data >> 7) * BANKED + channel.tuning % BANKED)
    elif parameter == DEPTH:
        channel.depth = np.float32(data) / np.float32(128.0)
    else:
        set_zone(memory, c, data >> 7)


@realtime
def set_bend_range(memory: Memory, c: int, semitones: np.float32) -> None:
    """Set a channel's bend range; members of a zone share theirs."""
    lead = memory.channels[c].lead
    memory.channels[c].bend_range = semitones
    if lead >= 0:
        for i in range(1, memory.channels[lead].members + 1):
            memory.channels[member(lead, i)].bend_range = semitones
            memory.moving[member(lead, i)] = 1


@realtime
def select_tuning(memory: Memory, channel: Any, table: int) -> None:
    """Choose a tuning for notes to come; one that was never given is ignored."""
    if 0 <= table < FIRST_OWN and memory.tuned[table]:
        channel.tuning = table


@realtime
def forget_parameter(channel: Any) -> None:
    """No parameter is chosen."""
    channel.parameter = NO_PARAMETER
    for number in (NRPN_FINE, NRPN, RPN_FINE, RPN):
        channel.cc[number] = 127


@realtime
def reset_parameters(channel: Any) -> None:
    """Registered parameters as at the start: two semitones of bend, in tune, half a semitone of vibrato."""
    channel.bend_range, channel.fine, channel.coarse = np.float32(2.0), np.float32(0.0), np.float32(0.0)
    channel.depth, channel.tuning = np.float32(0.5), 0
    channel.data[BEND_RANGE], channel.data[FINE_TUNE], channel.data[COARSE_TUNE] = 2 << 7, 64 << 7, 64 << 7
    channel.data[TUNING_PROGRAM], channel.data[TUNING_BANK] = 0, 0
    channel.data[DEPTH], channel.data[ZONE] = 64, 0
    for i in range(12):
        channel.octave[i] = np.float32(0.0)
