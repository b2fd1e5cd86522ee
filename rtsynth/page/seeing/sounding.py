"""What sounds now, from the voices' own records: their partials, and how loud each of them is.

The audio callback goes on writing them meanwhile, so a number may be of one tick and its neighbour of the
next.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.layout import FREE, PARTIALS, Memory

MOST_PARTIALS, MOST_VOICES = 128, 48
SILENCE = -90.0  # dBFS
FAINTEST = 1e-9


def sounding(memory: Memory) -> NDArray[np.int64]:
    """Slots of the voices that sound. Of a copy: numpy refuses to search what changes meanwhile."""
    return np.flatnonzero(memory.serials.copy())


def partials(memory: Memory) -> list[list[float]]:
    """[Hz, dBFS in the mix to mono] of the strongest partials that sound, by frequency; none of an instrument
    whose frames are sound. Any Python thread.
    """
    if memory.state[0]["sounds"]:
        return []
    active, voices = sounding(memory), memory.voices
    there = np.arange(PARTIALS) < voices["active"][active][:, None]
    left, right = gains(memory, active)
    amplitudes = voices["a"][active] * (0.5 * (left + right))[:, None]
    half = np.minimum(voices["half"][active][there], 1.0)  # it may be more while it is written
    turns = np.arcsin(half.astype(np.float64)) / math.pi  # in a frame
    pairs = np.stack([turns * float(memory.state[0]["rate"]), levels(amplitudes[there] ** 2)], axis=1)
    heard = pairs[pairs[:, 1] > SILENCE]
    strongest = heard[np.argsort(-heard[:, 1])[:MOST_PARTIALS]]
    found: list[list[float]] = strongest[np.argsort(strongest[:, 0])].round(2).tolist()
    return found


def envelopes(memory: Memory) -> list[list[float]]:
    """[key, serial, dBFS, stage] of the voices that sound, oldest first, the newest MOST_VOICES of them. Any
    Python thread.
    """
    active, voices = sounding(memory), memory.voices
    left, right = gains(memory, active)
    decibels = levels(voices["power"][active] * (left**2 + right**2)).round(1)
    told = [
        [int(voices[v]["key"]), int(voices[v]["serial"]), level, int(voices[v]["stage"])]
        for v, level in zip(active, decibels.tolist(), strict=True)
    ]
    return sorted((each for each in told if each[3] != FREE), key=lambda each: each[1])[-MOST_VOICES:]


def gains(memory: Memory, active: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Left and right gain of voices, linear, from a partial's amplitude to the output before its limiter."""
    state, voices = memory.state[0], memory.voices
    age = np.maximum(voices["ramp_at"][active], 0)
    left, right = (voices[side][active] + age * voices[f"{side}_step"][active] for side in ("left", "right"))
    return left * state["gain"], right * state["gain"]


def levels(power: NDArray[np.float32]) -> NDArray[np.float64]:
    """Powers in dBFS, SILENCE at least."""
    return np.maximum(10.0 * np.log10(np.maximum(power, FAINTEST, dtype=np.float64)), SILENCE)
