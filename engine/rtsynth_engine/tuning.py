"""Tuning: which pitch a key has. All of it runs in the audio callback.

A table gives every key its pitch in semitones (69 is 440 Hz, not a number is silence); a channel adds an
offset to each pitch class. Source: MIDI tuning standard.
"""

import math
from typing import Any

import numpy as np

from .compiling import realtime
from .layout import FIRST_OWN, FREE, KEYS, VOICES, Memory

CONCERT_A, CONCERT_KEY = 440.0, 69  # Hz, and the pitch that it is


@realtime
def pitch_of(memory: Memory, channel: Any, program: int, note: int) -> np.float32:
    """Pitch of a key in semitones, as the preset's own tuning says or the channel's."""
    own = memory.programs[program].tuning
    table = own if own >= 0 else channel.tuning
    return memory.tunings[table, note] + channel.octave[note % 12]


@realtime
def hertz_of(memory: Memory, voice: Any) -> float:
    """Frequency of ratio 1 of a voice without bend."""
    divisor = memory.programs[voice.program].divisor
    hertz: float = CONCERT_A * 2.0 ** ((float(voice.pitch) - CONCERT_KEY) / 12.0) / divisor
    return hertz


@realtime
def key_hertz(key: int) -> float:
    """Frequency of a key in twelve equal steps."""
    hertz: float = CONCERT_A * 2.0 ** ((key - CONCERT_KEY) / 12.0)
    return hertz


@realtime
def even(memory: Memory, table: int) -> None:
    """Tune a table to twelve equal steps."""
    for key in range(KEYS):
        memory.tunings[table, key] = np.float32(key)


@realtime
def open_table(memory: Memory, port: Any, table: int, follow: int) -> None:
    """Begin to write a table, which exists from now on; a number beyond the last bank is ignored."""
    port.table = table if table < FIRST_OWN else -1
    port.follow = follow
    if port.table >= 0 and not memory.tuned[table]:
        even(memory, table)
        memory.tuned[table] = 1


@realtime
def follow_tuning(memory: Memory) -> None:
    """Bring sounding voices to where their keys are tuned now."""
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE:
            pitch = pitch_of(memory, memory.channels[voice.channel], voice.program, voice.note)
            if math.isfinite(pitch) and pitch != voice.pitch:
                voice.pitch = pitch
                voice.fundamental = hertz_of(memory, voice)


@realtime
def tune_octave(memory: Memory, first: int, mask: int, which: int, cents: np.float32) -> None:
    """Offset one pitch class of the channels from `first` on whose bit is set in `mask`."""
    for i in range(16):
        if (mask >> i) & 1:
            memory.channels[first + i].octave[which % 12] = cents / np.float32(100.0)
