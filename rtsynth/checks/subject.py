"""What is checked: a generator that can be opened again and again, and notes to play it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.generators.contract import Generator, checked_step
from rtsynth_engine.generators.kinds import open_generator
from rtsynth_engine.plugins import find_plugins, open_instrument

from ..errors import BundleError
from ..instruments import find_instrument
from ..networks import is_shipped
from ..trusted import is_trusted

ROWS = 64  # voices that generators are prepared for
STEPS = 6  # in most checks: beyond the attack cache, where a step is four frames
STIR = 0.1  # deviation of latents from a place
TOLERANCE = 1e-4  # of numbers up to 1, and a share of larger ones: another order of the same sums
F4 = np.float32


@dataclass(frozen=True)
class Subject:
    """`open` gives a new generator every time; the `seed` draws the notes; checks leave in `told` what is no
    fault.
    """

    description: Bundle
    open: Callable[[], Generator]
    seed: int
    told: list[str] = field(default_factory=list)

    @property
    def sounds(self) -> bool:
        """Whether frames are samples."""
        return self.description.head.kind != "partials"

    def opened(self) -> Generator:
        """A new generator, ready for ROWS voices."""
        generator = self.open()
        generator.prepare(ROWS)
        return generator

    def seconds(self, steps: int) -> float:
        """How long some steps sound."""
        head = self.description.head
        return steps * head.frames_per_step / head.frame_rate


class Notes(NamedTuple):
    """Arguments of `Generator.reset`."""

    rows: NDArray[np.int64]
    pitch: NDArray[np.float32]
    velocity: NDArray[np.float32]
    latent: NDArray[np.float32]

    def only(self, *indices: int) -> "Notes":
        """Some of the notes."""
        chosen = list(indices)
        return Notes(self.rows[chosen], self.pitch[chosen], self.velocity[chosen], self.latent[chosen])

    def on(self, *rows: int) -> "Notes":
        """The notes, played by other rows."""
        return self._replace(rows=np.array(rows, np.int64))


def find_subject(target: str, seed: int, trust: bool) -> Subject:
    """The bundle folder, plug-in or instrument that `target` names. Raises BundleError."""
    if Path(target).is_dir():
        return _of_bundle(load_bundle(target), seed, trust)
    plugins, refused = find_plugins()
    for plugin in plugins:
        if plugin.description.id == target:
            return Subject(plugin.description, partial(open_instrument, plugin), seed)
    for error in refused:
        if str(error).startswith(f"plug-in {target} "):
            raise error
    return _of_bundle(find_instrument(target), seed, trust)


def _of_bundle(bundle: Bundle, seed: int, trust: bool) -> Subject:
    if bundle.generator == "script" and not (trust or is_shipped(bundle) or is_trusted(bundle)):
        raise BundleError(f"{bundle.path.name} is a program (model.ts); --trust runs it")
    return Subject(bundle, partial(open_generator, bundle), seed)


def some_notes(subject: Subject, count: int) -> Notes:
    """Notes of rows 0 … near the instrument's places, in their keys and of any velocity."""
    draw, description = np.random.default_rng(subject.seed), subject.description
    places = [description.places[i] for i in draw.permutation(len(description.places))]
    latent = STIR * draw.standard_normal((count, description.latent))
    pitch = draw.integers(*description.pitch_range, count, endpoint=True).astype(F4)
    for i in range(count if len(places) else 0):
        place = places[i % len(places)]
        latent[i] += place.latent
        pitch[i] = draw.integers(place.low, place.high, endpoint=True)
    velocity = draw.integers(1, 5, count, endpoint=True) / 5.0
    return Notes(np.arange(count), pitch, velocity.astype(F4), latent.astype(F4))


def sing(
    generator: Generator, subject: Subject, rows: NDArray[np.int64], steps: int, begin: float = 0.0
) -> NDArray[np.float32]:
    """Frames (n, frames, FRAME) that notes which have begun play from `begin` seconds on."""
    frames = []
    for step in range(steps):
        at = np.full(len(rows), begin + subject.seconds(step), F4)
        frames.append(checked_step(generator, rows, at).copy())
    return np.concatenate(frames, 1)


def play(generator: Generator, subject: Subject, notes: Notes, steps: int = STEPS) -> NDArray[np.float32]:
    """Frames of notes from their beginning."""
    generator.reset(*notes)
    return sing(generator, subject, notes.rows, steps)


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The largest difference of two plays, as TOLERANCE counts it; infinite where only one is finite."""
    difference = np.abs(one - other) / np.maximum(np.abs(other), 1.0)
    same = np.isnan(one) & np.isnan(other)
    found = np.where(same, 0.0, np.nan_to_num(difference, nan=np.inf))
    return float(found.max(initial=0.0))
