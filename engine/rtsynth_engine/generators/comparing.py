"""Two generators on the same notes: how far what they say lies apart, and how long a step takes."""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .contract import Generator, checked_character, checked_step

LOWEST, HIGHEST = 30.0, 100.0  # MIDI pitches of the notes that are tried
WARMING = 2  # steps that are not timed
F4 = np.float32


class Apart(NamedTuple):
    """Largest differences, taken as they are of numbers up to 1 and as shares of larger ones."""

    said: float  # of what is said once per note
    frames: float


class Notes(NamedTuple):
    """Notes that generators are tried with; arguments of `Generator.reset`."""

    rows: NDArray[np.int64]
    pitch: NDArray[np.float32]
    velocity: NDArray[np.float32]
    latent: NDArray[np.float32]


def some_notes(count: int, latent: int, seed: int = 0) -> Notes:
    """`count` notes of all pitches and velocities, with latents (count, latent) of unit variance."""
    draw = np.random.default_rng(seed)
    pitch, velocity = np.linspace(LOWEST, HIGHEST, count), draw.uniform(0.1, 1.0, count)
    drawn = draw.standard_normal((count, latent))
    return Notes(np.arange(count), *(numbers.astype(F4) for numbers in (pitch, velocity, drawn)))


def disagreement(one: Generator, other: Generator, notes: Notes, steps: int, seconds: float) -> Apart:
    """How far two prepared generators lie apart in `steps` steps of `seconds` each; `notes.rows` are lost."""
    characters = [checked_character(each.reset(*notes), len(notes.rows)) for each in (one, other)]
    said = max(_distance(*parts) for parts in zip(*characters, strict=True))
    found = 0.0
    for step in range(steps):
        at = np.full(len(notes.rows), step * seconds, F4)
        found = max(found, _distance(*(checked_step(each, notes.rows, at).copy() for each in (one, other))))
    return Apart(said, found)


def _distance(one: NDArray[F4], other: NDArray[F4]) -> float:
    apart = np.abs(one - other) / np.maximum(np.abs(one), 1.0)
    return float(np.max(apart)) if np.isfinite(apart).all() else np.inf


def time_steps(generator: Generator, notes: Notes, seconds: float, budget: float) -> NDArray[np.float64]:
    """Seconds that each step of `seconds` of sound takes, tried for `budget` seconds or a little longer."""
    generator.reset(*notes)
    spent: list[float] = []
    end = time.perf_counter() + budget
    while len(spent) < WARMING + 1 or time.perf_counter() < end:
        at = np.full(len(notes.rows), len(spent) * seconds, F4)
        began = time.perf_counter()
        generator.step(notes.rows, at)
        spent.append(time.perf_counter() - began)
    return np.array(spent[WARMING:])
