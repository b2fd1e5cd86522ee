"""What is not of one channel: clock, start and stop, resets, tunings, ports that fall silent or go away.

All of it runs in the audio callback.
"""

from typing import Any

import numpy as np

from .compiling import realtime
from .controllers import LIFT, POWER_ON, SILENCE
from .layout import CHANNELS, KEYS, KNOBS, PORTS, Memory
from .midi.commands import (
    COMMAND,
    COUNT,
    IDENTITY,
    KNOB,
    MASTER_COARSE,
    MASTER_FINE,
    MASTER_VOLUME,
    OCTAVE,
    OCTAVE_CHANNELS,
    PANIC,
    PORT_GONE,
    RESET,
    SELECT,
    TUNE_KEY,
    TUNE_TABLE,
)
from .tuning import follow_tuning, open_table, tune_octave

POSITION, CLOCK, START, CONTINUE, STOP, SENSING, SYSTEM_RESET = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF
NOTHING = -1  # no turn of the channels
SENSING_SECONDS = 0.33
PER_QUARTER, PER_POSITION = 24, 6  # clocks
LONGEST_CLOCK = 0.5  # seconds between two clocks: slower than 5 beats a minute, so the tempo begins anew


@realtime
def hear_port(memory: Memory, port: Any, status: int) -> None:
    """Remember that a port is alive."""
    port.heard = memory.state[0].clock
    if status == SENSING:
        port.sensing = 1


@realtime
def lost_port(memory: Memory) -> int:
    """A port whose active sensing has stopped, or NOTHING; it is lost once only."""
    state = memory.state[0]
    for p in range(PORTS):
        port = memory.ports[p]
        if port.sensing and state.clock - port.heard > SENSING_SECONDS * state.rate:
            port.sensing = 0
            return p
    return NOTHING


@realtime
def act_on_system(memory: Memory, p: int, event: Any) -> int:
    """Act on a system message or a command; returns the turn that the port's channels are to take."""
    port = memory.ports[p]
    if event.status == COMMAND:
        return act_on_command(memory, p, event)
    if event.status == CLOCK:
        count_clock(memory.state[0], port, event.time)
    elif event.status in (START, CONTINUE):
        port.running = 1
        port.clocks = 0 if event.status == START else port.clocks
    elif event.status == POSITION:
        port.clocks = PER_POSITION * (int(event.data1) + 128 * int(event.data2))
    elif event.status == STOP:
        port.running = 0
        return LIFT
    return POWER_ON if event.status == SYSTEM_RESET else NOTHING


@realtime
def count_clock(state: Any, port: Any, time: int) -> None:
    """Take a MIDI clock of frame `time`: the tempo follows over a quarter note."""
    passed = time - port.clock_at
    if port.clock_at > 0 and 0 < passed < LONGEST_CLOCK * state.rate:
        tempo = 60.0 * state.rate / (PER_QUARTER * passed)
        port.tempo += (tempo - port.tempo) / PER_QUARTER if port.tempo > 0.0 else tempo
    else:
        port.tempo = 0.0
    port.clock_at = max(time, 1)
    port.clocks += 1


@realtime
def act_on_command(memory: Memory, p: int, event: Any) -> int:
    """Act on a command; returns the turn that channels are to take."""
    state, told, what = memory.state[0], memory.telemetry[0], event.data1
    if what == MASTER_VOLUME:
        state.volume = event.value * event.value
    elif what == MASTER_FINE:
        state.fine = event.value / np.float32(100.0)
    elif what == MASTER_COARSE:
        state.coarse = event.value
    elif what == IDENTITY:
        told.identity += 1
    elif what == COUNT:
        told.faults[min(int(event.data2), len(told.faults) - 1)] += 1
    elif what == KNOB:
        state.knobs[min(int(event.data2), KNOBS - 1)] = event.value
    elif what == SELECT:
        select_everywhere(memory, int(event.value))
    elif what == PORT_GONE:
        return LIFT
    elif what == PANIC:
        told.panics += 1
        return SILENCE
    elif what == RESET:
        state.volume, state.fine, state.coarse = np.float32(1.0), np.float32(0.0), np.float32(0.0)
        return POWER_ON
    else:
        act_on_tuning(memory, p, event)
    return NOTHING


@realtime
def select_everywhere(memory: Memory, program: int) -> None:
    """Let every channel play a program from its next note on, and after resets; ringing notes keep theirs."""
    if 0 <= program < len(memory.programs) and memory.programs[program].known:
        memory.state[0].start = program
        for c in range(CHANNELS):
            memory.channels[c].program = program
    else:
        memory.telemetry[0].unknown_program += 1


@realtime
def act_on_tuning(memory: Memory, p: int, event: Any) -> None:
    """Commands that tune keys and pitch classes. Sounding notes follow where the message is in real time."""
    port, what = memory.ports[p], event.data1
    if what == TUNE_TABLE:
        open_table(memory, port, int(event.value), event.data2)
    elif what == TUNE_KEY and port.table >= 0:
        memory.tunings[port.table, min(int(event.data2), KEYS - 1)] = event.value
    elif what == OCTAVE_CHANNELS:
        port.mask, port.follow = int(event.value), event.data2
    elif what == OCTAVE:
        tune_octave(memory, p * 16, port.mask, int(event.data2), event.value)
    if port.follow and what in (TUNE_KEY, OCTAVE):
        follow_tuning(memory)


@realtime
def reach(p: int, event: Any) -> Any:
    """First channel and count of those that a system message turns: the port's, or all."""
    everywhere = event.status == COMMAND and event.data1 == PANIC
    return (0, CHANNELS) if everywhere else (p * 16, 16)
