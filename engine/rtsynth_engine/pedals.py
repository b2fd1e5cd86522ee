"""Pedals: which voices go on sounding after their key is up. All of it runs in the audio callback."""

from typing import Any

import numpy as np

from .compiling import realtime
from .layout import HELD, VOICES, Memory

DOWN = np.float32(64.0 / 127.0)


@realtime
def is_held(memory: Memory, voice: Any) -> bool:
    """Whether a voice whose key is up goes on: it is a one-shot, or a pedal holds it; on half-pedal
    instruments any pedal holds it a little.
    """
    pedal = memory.channels[voice.channel].pedal
    half = memory.programs[voice.program].half_pedal
    one_shot = memory.programs[voice.program].one_shot == 1
    return one_shot or voice.latched == 1 or pedal >= DOWN or (half == 1 and pedal > np.float32(0.0))


@realtime
def damping(memory: Memory, voice: Any) -> np.float32:
    """How far the dampers lie on a held voice, 0 … 1: they do where its key is up and the pedal half down."""
    free = voice.presses > 0 or voice.latched == 1 or memory.programs[voice.program].half_pedal == 0
    raised = np.float32(1.0) if free else memory.channels[voice.channel].pedal
    return (np.float32(1.0) - raised) ** 2


@realtime
def latch(memory: Memory, c: int) -> None:
    """The sostenuto pedal goes down: it holds the keys that are down now."""
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD and voice.channel == c and voice.presses > 0:
            voice.latched = 1


@realtime
def unlatch(memory: Memory, c: int) -> None:
    """The sostenuto pedal goes up."""
    for v in range(VOICES):
        if memory.voices[v].channel == c:
            memory.voices[v].latched = 0


@realtime
def is_mono(memory: Memory, c: int, program: int) -> bool:
    """Whether a channel plays one voice of a program: CC 126, the legato pedal or the preset say so."""
    channel = memory.channels[c]
    return bool(channel.mono or channel.legato or memory.programs[program].mono)


@realtime
def is_legato(memory: Memory, c: int, program: int) -> bool:
    """Whether notes that touch keep that voice."""
    return bool(memory.channels[c].legato or memory.programs[program].legato)
