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


def place_of(trained: Trained, label: int, latent: NDArray[Any], gain_db: float) -> Item:
    """An instrument's place, with the keys that it was heard on."""
    name, pitches = trained.facts["names"][label], trained.config.pitches
    known = next((p for p in PROGRAMS if p.name == name), Program(label, name, "effects", 0, 127))
    return {
        "id": known.id,
        "name": known.name,
        "program": known.number,
        "category": known.category,
        "divisor": 1,
        "low": max(known.low, pitches[0]),
        "high": min(known.high, pitches[-1]),
        "gain_db": gain_db,
        "latent": numbers(latent),
    }
