"""Stealing: which voice must go when all are taken. Runs in the audio callback."""

import math

import numpy as np

from .compiling import realtime
from .layout import HELD, KEYS, RELEASED, VOICES, Memory


@realtime
def weakest_voice(memory: Memory) -> int:
    """Voice to steal: released before pedalled before held; quietest, then oldest; never the newest or
    lowest held.
    """
    best, worst_rank = 0, math.inf
    newest, lowest = newest_voice(memory), lowest_held(memory)
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD or voice.stage == RELEASED:
            rank = steal_rank(memory, v)
            if v in (newest, lowest):
                rank += 1000.0
            if rank < worst_rank:
                best, worst_rank = v, rank
    memory.telemetry[0].stolen += 1
    return best


@realtime
def steal_rank(memory: Memory, v: int) -> float:
    """Order of stealing, lower first: 0 … 1 released by loudness, then pedalled and held by age."""
    voice = memory.voices[v]
    if voice.stage == RELEASED:
        return float(min(voice.loudness, np.float32(1.0)))
    age = float(memory.state[0].clock - voice.onset)
    return (10.0 if voice.presses == 0 else 20.0) + 1.0 / (1.0 + age)


@realtime
def newest_voice(memory: Memory) -> int:
    """Voice that started last among those held."""
    best, latest = -1, -1
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD and voice.serial > latest:
            best, latest = v, voice.serial
    return best


@realtime
def lowest_held(memory: Memory) -> int:
    """Voice of the lowest key that is down: the bass note carries the harmony."""
    best, lowest = -1, KEYS
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD and voice.presses > 0 and voice.key < lowest:
            best, lowest = v, voice.key
    return best
