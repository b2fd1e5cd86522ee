"""The phrase that previews a preset: a rising line, then a chord held while the wheel opens."""

import numpy as np

from .midi.score import Score, messages

NOTE_ON, NOTE_OFF, CONTROL, WHEEL = 0x90, 0x80, 0xB0, 1
LINE = ((0, 60), (4, 70), (7, 85), (11, 100), (12, 112), (16, 95))  # semitones over the root, velocities
CHORD = (0, 7, 12, 16)
STEP, HELD, AFTER = 0.4, 3.0, 0.5  # seconds a note of the line and the chord last, and those after the chord
WHEEL_STEPS = 32
MIDDLE = 53  # the root where it fits: F below middle C
SPAN = 16  # semitones

Event = tuple[float, int, int, int, int]


def phrase(low: int, high: int) -> Score:
    """The phrase within the MIDI pitches `low` … `high`, folded by octaves where they are few."""
    root = max(low, min(MIDDLE, high - SPAN))
    start = STEP * len(LINE)
    line = [_note(i * STEP, STEP, _fold(root + up, low, high), force) for i, (up, force) in enumerate(LINE)]
    chord = [_note(start, HELD, key, 90) for key in sorted({_fold(root + up, low, high) for up in CHORD})]
    events = sorted(sum([*line, *chord], _wheel(start)))
    return Score(messages(events), start + HELD + AFTER)


def _fold(key: int, low: int, high: int) -> int:
    octaves = max(0, -(-(key - high) // 12))
    return max(low, key - 12 * octaves)


def _note(start: float, seconds: float, key: int, velocity: int) -> list[Event]:
    return [(start, 0, NOTE_ON, key, velocity), (start + seconds, 0, NOTE_OFF, key, 0)]


def _wheel(start: float) -> list[Event]:
    """From rest to full within the second third of the chord."""
    times = start + HELD * (1.0 + np.linspace(0.0, 1.0, WHEEL_STEPS)) / 3.0
    values = np.linspace(0, 127, WHEEL_STEPS).astype(int)
    return [
        (time, 0, CONTROL, WHEEL, value) for time, value in zip(times.tolist(), values.tolist(), strict=True)
    ]
