"""Channels: what every kind of message does. One state per (port, channel); all of it in the audio
callback.
"""

from typing import Any

import numpy as np

from .compiling import realtime
from .controllers import POWER_ON, PROGRAM, turn_channels
from .keys import NO_KEY, end_left, lift_key, press_key, sound_key
from .layout import CHANNELS, HELD, KEYS, PORTS, TOUCH, TUNINGS, VOICES, Memory
from .learning import learned
from .system import NOTHING, act_on_system, hear_port, reach
from .tuning import even

NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL, PROGRAM_CHANGE, PRESSURE, BEND, SYSTEM = range(8, 16)  # status >> 4
EVEN_RELEASE = 64  # release velocity of a note-on at velocity 0
CODED = np.float32(127.0)


@realtime
def power_on(memory: Memory) -> None:
    """Set everything to its General MIDI state: volume 100, bend range 2 semitones, equal temperament."""
    memory.state[0].volume = memory.state[0].volume_now = np.float32(1.0)
    for table in range(TUNINGS):
        even(memory, table)
    memory.tuned[0] = 1
    for port in range(PORTS):
        for value in range(KEYS):
            memory.curves[port, value] = np.float32(value) / CODED
    turn_channels(memory, 0, CHANNELS, POWER_ON, np.float32(0.0))


@realtime
def apply_event(memory: Memory, event: Any) -> None:
    """Act on one event at the state's clock."""
    kind, p = event.status >> 4, event.port % PORTS
    c, data1, data2 = p * 16 + (event.status & 15), int(event.data1) & 127, int(event.data2) & 127
    hear_port(memory, memory.ports[p], event.status)
    number, value, first, count = NOTHING, np.float32(0.0), c, 1
    if kind in (NOTE_ON, NOTE_OFF):
        play_key(memory, c, data1, kind == NOTE_ON, data2)
    elif kind == CONTROL:
        number, value = learned(memory, c, data1, data2)
    elif kind == PROGRAM_CHANGE:
        number, value = PROGRAM, np.float32(data1)
    elif kind == SYSTEM:
        number = act_on_system(memory, p, event)
        first, count = reach(p, event)
    else:
        sway_channel(memory, c, kind, data1, data2)
    if number != NOTHING:
        turn_channels(memory, first, count, number, value)


@realtime
def play_key(memory: Memory, c: int, key: int, on: bool, velocity: int) -> None:
    """A key goes down or up."""
    down = on and velocity > 0
    if down:
        press_key(memory, c, key, velocity)
    sounds = key if down else lift_key(memory, c, key, EVEN_RELEASE if on else velocity)
    if sounds != NO_KEY:
        sound_key(memory, c, sounds, not down)
        if not down:
            end_left(memory, c, key)


@realtime
def sway_channel(memory: Memory, c: int, kind: int, data1: int, data2: int) -> None:
    """Bend, pressure of a channel, and of a key: not of an MPE member, whose channel is its note's."""
    channel = memory.channels[c]
    if kind == BEND:
        memory.moving[c] = 1
        channel.bend = np.float32(data1 + 128 * data2 - 8192) / np.float32(8192.0)
    elif kind == PRESSURE:
        channel.controls[TOUCH] = np.float32(data1) / CODED
    elif kind == KEY_PRESSURE and channel.lead < 0:
        for v in range(VOICES):
            voice = memory.voices[v]
            if voice.stage == HELD and voice.channel == c and voice.key == data1:
                voice.touch = np.float32(data2) / CODED
