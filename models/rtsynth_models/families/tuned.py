"""Keys of a place that are worth playing, where a pitch estimator has told which are in tune."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.families.bundles import Item

MOST = 0.8  # of the keys from one on
FEWEST = 18  # keys of a place


def in_tune_alone(
    places: Sequence[Item], tuned: Sequence[NDArray[np.bool_]], keys: Sequence[int]
) -> list[Item]:
    """Places from the lowest of `keys` on from which most are `tuned` (keys,), and without those that
    have too few of them; all as they were where none has enough.
    """
    found = [_from_lowest(place, good, keys) for place, good in zip(places, tuned, strict=True)]
    return [place for place in found if place["high"] - place["low"] + 1 >= FEWEST] or list(places)


def _from_lowest(place: Item, good: NDArray[np.bool_], keys: Sequence[int]) -> Item:
    played = [i for i, key in enumerate(keys) if place["low"] <= key <= place["high"]]
    enough = (keys[i] for n, i in enumerate(played) if np.mean(good[played[n:]]) >= MOST and good[i])
    return place | {"low": next(enough, place["high"])}
