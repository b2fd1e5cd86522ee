"""The check that plays a generator through the engine, as `rtsynth render` would."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.drivers.offline import render
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import FREE
from rtsynth_engine.rings import EVENT

from .subject import Notes, Subject, some_notes

RATE = 48_000.0
HELD = 0.5  # seconds
REPEATS = 4  # of the key, the last time with the pedal
PATIENCE = 30.0  # seconds after the last note
SILENT = 1e-3  # -60 dBFS
ON, OFF, CONTROL, PEDAL = 0x90, 0x80, 0xB0, 64


def in_the_engine(subject: Subject) -> Iterator[str]:
    """In the engine notes are heard, no block of theirs is late or refused, and none is stuck: once they are
    let go, the last when its pedal is up, they fall silent and free their voices.
    """
    notes = some_notes(subject, 1)
    key = int(notes.pitch[0])
    engine = Engine(subject.description, RATE, generator=subject.open())
    engine.set_sound(0, _sound(subject, notes))
    engine.prepare()
    heard = float(np.abs(render(engine, _played(key), round(REPEATS * RATE))).max())
    if heard < SILENT:
        yield f"nothing is heard: key {key} comes to {20.0 * np.log10(max(heard, 1e-9)):.0f} dBFS"
    if late := int(engine.memory.telemetry[0]["late_blocks"]):
        yield f"{late} frames are missing: blocks that are not finite or out of range are not played"
    if not _falls_silent(engine):
        yield f"a note is stuck: it still sounds {PATIENCE:g} s after it was let go"


def _falls_silent(engine: Engine) -> bool:
    """Whether every voice comes to its end."""
    for _ in range(int(PATIENCE)):
        render(engine, np.zeros(0, EVENT), round(RATE))
        if np.all(engine.memory.voices["stage"] == FREE):
            return True
    return False


def _sound(subject: Subject, notes: Notes) -> Sound:
    """The first note's, on its key alone, as its place has it."""
    latent, key = tuple(notes.latent[0].tolist()), int(notes.pitch[0])
    near = min(
        subject.description.places,
        key=lambda each: float(np.sum((notes.latent[0] - each.latent) ** 2)),
        default=None,
    )
    if near is None:
        return Sound(latent, low=key, high=key, reverb=0.0)
    return Sound(
        near.latent,
        level_db=near.gain_db,
        low=key,
        high=key,
        reverb=0.0,
        keys=near.keys,
        choke=near.choke,
        one_shot=near.one_shot,
    )


def _played(key: int) -> "NDArray[np.void]":
    """The key struck once a second, the last time with the pedal, which goes up a little later."""
    played: list[tuple[float, int, int, int]] = [(second, ON, key, 100) for second in range(REPEATS)]
    played += [(second + HELD, OFF, key, 0) for second in range(REPEATS)]
    played += [(REPEATS - 1, CONTROL, PEDAL, 127), (REPEATS - 1 + 1.5 * HELD, CONTROL, PEDAL, 0)]
    records = np.zeros(len(played), EVENT)
    for record, (second, status, first, other) in zip(records, sorted(played), strict=True):
        record["time"], record["status"] = round(second * RATE), status
        record["data1"], record["data2"] = first, other
    return records
