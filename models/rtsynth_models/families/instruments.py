"""Places of bundles whose networks were told which instrument they hear."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from rtsynth_models.data.catalogue import PROGRAMS, Program
from rtsynth_models.families.bundles import Item, numbers
from rtsynth_models.training.contract import Trained


def labels_of(trained: Trained) -> Sequence[int]:
    """Labels of the instruments that were learnt."""
    return trained.config.labels or range(len(trained.facts["names"]))


def names_of(trained: Trained) -> str:
    """Their names, for a card."""
    return ", ".join(trained.facts["names"][label] for label in labels_of(trained))


def program_of(names: Sequence[str], label: int) -> Program:
    """The catalogue's program of that name, or one made up for it."""
    name = names[label]
    return next((p for p in PROGRAMS if p.name == name), Program(label, name, "effects", 0, 127))


def place_of(trained: Trained, label: int, latent: NDArray[Any], gain_db: float) -> Item:
    """An instrument's place, with the keys that it was heard on."""
    return place_at(program_of(trained.facts["names"], label), trained.config.pitches, latent, gain_db)


def place_at(program: Program, pitches: Sequence[int], latent: NDArray[Any], gain_db: float) -> Item:
    """A program's place at a latent (Z,), on those of its keys that are among `pitches`, MIDI numbers."""
    return {
        "id": program.id,
        "name": program.name,
        "program": program.number,
        "category": program.category,
        "divisor": 1,
        "low": max(program.low, pitches[0]),
        "high": min(program.high, pitches[-1]),
        "gain_db": gain_db,
        "latent": numbers(latent),
    }
