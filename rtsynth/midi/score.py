"""A score: what a MIDI file says, with times in seconds."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

EVENTS = np.dtype(
    [
        ("seconds", np.float64),
        ("port", np.uint8),
        ("status", np.uint8),
        ("data1", np.uint8),
        ("data2", np.uint8),
        ("value", np.float32),  # of a decoded SysEx, whose status is 0xF0 (`rtsynth_engine.midi.commands`)
    ],
    align=True,
)


class Move(NamedTuple):
    """A program's latent as a person moved it."""

    seconds: float
    program: int
    latent: tuple[float, ...]


class Score(NamedTuple):
    """`events`: EVENTS (N,) by time, file order within a tick. `length`: seconds to the last end of track.

    `preset`, `setup` (its TOML) and `moves` are rtsynth's own: what it was played with, and moves of latents,
    by time.
    """

    events: NDArray[Any]
    length: float
    warnings: tuple[str, ...] = ()
    preset: str | None = None
    moves: tuple[Move, ...] = ()
    setup: str | None = None


def messages(rows: Iterable[tuple[float, int, int, int, int]]) -> NDArray[Any]:
    """EVENTS (N,) of channel messages: seconds, port, status and two data bytes."""
    return np.array([(*row, 0.0) for row in rows], EVENTS)
