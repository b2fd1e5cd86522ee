"""Behaviours of MIDI that can be told from the sound of an organ: what is sent, and what must be heard.

Keys are 60 (3C) and 67 (43) unless a row says otherwise. Times in seconds. Sources: MIDI 1.0, RP-015, RP-036,
MTS, MPE 1.0.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..sequencer.judging import partial, pitch

SILENT = -60.0  # dBFS
GONE = -20.0  # dB below what it was
NEAR = 0.3  # semitones: an organ's ranks beat
LOUD = 6.0  # dB
SWAY = 3.0  # dB that an organ's level changes by itself
C, G = 60, 67


class Heard:
    """The sound of a row; times count from its first message."""

    def __init__(self, sound: NDArray[np.float32], rate: int, frames: NDArray[Any]) -> None:
        self._sound, self._rate, self._frames = sound, rate, frames

    def _part(self, since: float, until: float) -> NDArray[np.float64]:
        places = [int(self._frames[0]) + round(moment * self._rate) for moment in (since, until)]
        return self._sound[:, slice(*places)].astype(np.float64)

    def level(self, since: float, until: float, side: int | None = None) -> float:
        """Effective value, dBFS."""
        part = self._part(since, until)
        return _decibels(np.sqrt(np.mean((part if side is None else part[side]) ** 2)))

    def tone(self, key: float, since: float, until: float) -> float:
        """Level of the fundamental of a key, dBFS."""
        return _decibels(partial(self._part(since, until).sum(axis=0), _hertz(key), self._rate))

    def key(self, near: float, since: float, until: float) -> float:
        """Pitch in semitones, looked for within a semitone and a half."""
        part = self._part(since, until).sum(axis=0)
        return near + pitch(part, _hertz(near), self._rate, 150.0)[0] / 100.0

    def is_silent(self, since: float, until: float) -> bool:
        """Whether nothing sounds."""
        return self.level(since, until) < SILENT

    def is_at(self, key: float, since: float, until: float) -> bool:
        """Whether a key of that pitch sounds."""
        return self.level(since, until) > SILENT and abs(self.key(round(key), since, until) - key) < NEAR

    def is_gone(self, key: float, then: tuple[float, float], now: tuple[float, float]) -> bool:
        """Whether a key's tone fell from what it was."""
        return self.tone(key, *now) < self.tone(key, *then) + GONE


class Behaviour(NamedTuple):
    """`script`: seconds and messages; `seconds`: how long to listen."""

    claim: str
    script: tuple[tuple[float, str], ...]
    seconds: float
    judge: Callable[[Heard], bool]


def _hertz(key: float) -> float:
    return float(440.0 * 2.0 ** ((key - 69.0) / 12.0))


def _decibels(value: Any) -> float:
    return float(20.0 * np.log10(max(float(value), 1e-9)))


def _at_once(*messages: str, after: float = 0.0) -> tuple[tuple[float, str], ...]:
    return tuple((after, message) for message in messages)


OCTAVE = "F0 7F 7F 08 08 03 7F 7F 7F" + " 40" * 11 + " F7"  # C is 63 cents higher
ONE_KEY = "F0 7F 7F 08 02 00 01 3C 3D 00 00 F7"  # key 60 sounds as 61
BURST = tuple(f"B{channel:X} {control} 00" for channel in range(16) for control in ("79", "7B"))
BENT_UP, BENT_HALF = "E0 7F 7F", "E0 00 60"
RANGE_12 = ("B0 65 00", "B0 64 00", "B0 06 0C")
END = (0.9, 1.2)
HELD = (0.3, 0.5)

BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour(
        "a note-on of velocity 0 ends the note",
        ((0.0, "90 3C 64"), (0.5, "90 3C 00")),
        1.3,
        lambda h: not h.is_silent(*HELD) and h.is_silent(1.1, 1.3),
    ),
    Behaviour(
        "a note-off of another channel ends nothing",
        ((0.0, "90 3C 64"), (0.3, "81 3C 40")),
        1.3,
        lambda h: not h.is_silent(1.0, 1.3),
    ),
    Behaviour(
        "a pedal at 63 is up",
        ((0.0, "B0 40 3F"), (0.01, "90 3C 64"), (0.4, "80 3C 40")),
        1.3,
        lambda h: h.is_silent(1.1, 1.3),
    ),
    Behaviour(
        "a pedal at 64 holds until it goes up",
        ((0.0, "B0 40 40"), (0.01, "90 3C 64"), (0.3, "80 3C 40"), (1.0, "B0 40 00")),
        1.8,
        lambda h: not h.is_silent(0.8, 1.0) and h.is_silent(1.6, 1.8),
    ),
    Behaviour(
        "sostenuto holds the keys that were down, no later one",
        (
            (0.0, "90 3C 64"),
            (0.1, "B0 42 7F"),
            (0.2, "90 43 64"),
            (0.5, "80 3C 40"),
            (0.5, "80 43 40"),
        ),
        1.5,
        lambda h: h.is_gone(G, HELD, (1.2, 1.5)) and not h.is_gone(C, HELD, (1.2, 1.5)),
    ),
    Behaviour(
        "a bend goes two semitones at first",
        ((0.0, "90 3C 64"), (0.1, BENT_UP)),
        0.8,
        lambda h: h.is_at(62.0, 0.4, 0.8),
    ),
    Behaviour(
        "a bend is given to notes that come later",
        ((0.0, "E0 00 60"), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(61.0, 0.4, 0.8),
    ),
    Behaviour(
        "RPN 0 sets the range of the bend",
        (*_at_once(*RANGE_12, BENT_UP), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(72.0, 0.4, 0.8),
    ),
    Behaviour(
        "an NRPN's data leaves the range of the bend alone",
        (*_at_once("B0 65 00", "B0 64 00", "B0 63 01", "B0 62 08", "B0 06 0C", BENT_UP), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(62.0, 0.4, 0.8),
    ),
    Behaviour(
        "data after the null parameter changes nothing",
        (*_at_once("B0 65 00", "B0 64 00", "B0 65 7F", "B0 64 7F", "B0 06 0C", BENT_UP), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(62.0, 0.4, 0.8),
    ),
    Behaviour(
        "data increment counts the range of the bend up",
        (*_at_once("B0 65 00", "B0 64 00", "B0 60 00", BENT_UP), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(63.0, 0.4, 0.8),
    ),
    Behaviour(
        "RPN 1 and 2 tune the channel",
        (*_at_once("B0 65 00", "B0 64 01", "B0 06 60", "B0 64 02", "B0 06 43"), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(63.5, 0.4, 0.8),
    ),
    Behaviour(
        "volume and expression fade as the square",
        ((0.0, "90 3C 64"), (0.5, "B0 07 32"), (0.5, "B0 0B 40")),
        1.2,
        lambda h: abs(h.level(*HELD) - h.level(0.8, 1.2) - 40.0 * np.log10(2.0 * 127.0 / 64.0)) < SWAY,
    ),
    Behaviour(
        "pan 0 is hard left",
        ((0.0, "B0 0A 00"), (0.05, "90 3C 64")),
        0.8,
        lambda h: h.level(0.3, 0.8, 1) < h.level(0.3, 0.8, 0) - 40.0,
    ),
    Behaviour(
        "CC 120 silences at once, whatever the pedals",
        ((0.0, "B0 40 7F"), (0.0, "90 3C 64"), (0.5, "B0 78 00")),
        0.8,
        lambda h: not h.is_silent(*HELD) and h.is_silent(0.56, 0.8),
    ),
    Behaviour(
        "CC 123 lets go of the keys, and the pedal goes on holding",
        ((0.0, "B0 40 7F"), (0.0, "90 3C 64"), (0.5, "B0 7B 00"), (1.2, "B0 40 00")),
        2.0,
        lambda h: not h.is_silent(0.9, 1.2) and h.is_silent(1.8, 2.0),
    ),
    Behaviour(
        "CC 121 lifts the pedal and centres the bend",
        ((0.0, "B0 40 7F"), (0.0, BENT_UP), (0.0, "90 3C 64"), (0.3, "80 3C 40"), (0.5, "B0 79 00")),
        1.3,
        lambda h: h.is_at(62.0, 0.1, 0.5) and h.is_silent(1.1, 1.3),
    ),
    Behaviour(
        "CC 121 leaves volume alone",
        ((0.0, "B0 07 20"), (0.0, "90 3C 64"), (0.5, "B0 79 00")),
        1.2,
        lambda h: abs(h.level(0.8, 1.2) - h.level(*HELD)) < SWAY,
    ),
    Behaviour(
        "mono plays one key, and goes back to the one still held",
        ((0.0, "B0 7E 01"), (0.0, "90 3C 64"), (0.5, "90 43 64"), (1.0, "80 43 40")),
        1.7,
        lambda h: (
            h.tone(G, 0.8, 1.0) > h.tone(C, 0.8, 1.0) + LOUD
            and h.tone(C, 1.4, 1.7) > h.tone(G, 1.4, 1.7) + LOUD
        ),
    ),
    Behaviour(
        "mono ends the notes that sounded",
        ((0.0, "90 3C 64"), (0.5, "B0 7E 01")),
        1.3,
        lambda h: h.is_silent(1.1, 1.3),
    ),
    Behaviour(
        "portamento glides from CC 84's key",
        (*_at_once("B0 05 50", "B0 41 7F", "B0 54 3C"), (0.02, "90 48 64")),
        1.0,
        lambda h: h.is_gone(C, (0.04, 0.12), (0.8, 1.0)),
    ),
    Behaviour(
        "the soft pedal makes softer",
        ((0.0, "90 3C 64"), (0.4, "80 3C 40"), (1.0, "B0 43 7F"), (1.05, "90 3C 64")),
        1.6,
        lambda h: h.level(1.3, 1.6) < h.level(0.25, 0.4) - 0.5,
    ),
    Behaviour(
        "MTS moves one key of the tuning program at once",
        ((0.0, ONE_KEY), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(61.0, 0.4, 0.8),
    ),
    Behaviour(
        "MTS tunes the octave",
        ((0.0, OCTAVE), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(60.63, 0.4, 0.8),
    ),
    Behaviour(
        "master volume makes softer",
        ((0.0, "90 3C 64"), (0.5, "F0 7F 7F 04 01 00 20 F7")),
        1.2,
        lambda h: h.level(0.8, 1.2) < h.level(*HELD) - LOUD,
    ),
    Behaviour(
        "master coarse tuning transposes",
        ((0.0, "F0 7F 7F 04 04 00 42 F7"), (0.1, "90 3C 64")),
        0.8,
        lambda h: h.is_at(62.0, 0.4, 0.8),
    ),
    Behaviour(
        "MPE bends one note of two by a range of 48",
        (
            *_at_once("B0 65 00", "B0 64 06", "B0 06 0F"),
            (0.05, "91 3C 64"),
            (0.05, "92 43 64"),
            (0.2, "E1 00 48"),
        ),
        0.9,
        lambda h: (
            h.tone(C + 6, 0.5, 0.9) > h.tone(C, 0.5, 0.9) + LOUD and not h.is_gone(G, (0.1, 0.2), (0.5, 0.9))
        ),
    ),
    Behaviour(
        "silence after active sensing releases every note",
        ((0.0, "FE"), (0.01, "90 3C 64"), (0.2, "FE")),
        1.6,
        lambda h: not h.is_silent(0.1, 0.3) and h.is_silent(1.3, 1.6),
    ),
    Behaviour(
        "system reset ends the sound",
        ((0.0, "90 3C 64"), (0.5, "FF")),
        1.3,
        lambda h: not h.is_silent(*HELD) and h.is_silent(1.1, 1.3),
    ),
    Behaviour(
        "a GM reset takes the bend and its range back",
        (*_at_once(*RANGE_12, BENT_HALF), (0.1, "F0 7E 7F 09 01 F7"), (0.3, BENT_HALF), (0.35, "90 3C 64")),
        1.0,
        lambda h: h.is_at(61.0, 0.6, 1.0),
    ),
    Behaviour(
        "a sequencer's stop on every channel leaves nothing hanging",
        ((0.0, "B0 40 7F"), (0.0, "90 3C 64"), (0.1, "91 43 64"), *_at_once(*BURST, after=0.5)),
        1.4,
        lambda h: h.is_silent(1.1, 1.4),
    ),
)
