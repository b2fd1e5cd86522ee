"""Keys of a place that are worth playing."""

import numpy as np
import pytest

from rtsynth_models.families.tuned import FEWEST, in_tune_alone

KEYS = list(range(40, 80))
PLACE = {"id": "flute", "low": 45, "high": 79}


@pytest.mark.parametrize(("wrong", "low"), [([], 45), ([40, 44], 45), ([50], 45), (range(40, 56), 56)])
def test_a_place_begins_where_most_keys_above_are_in_tune(wrong, low) -> None:
    tuned = np.array([key not in wrong for key in KEYS])
    (found,) = in_tune_alone([PLACE], [tuned], KEYS)
    assert found == PLACE | {"low": low}


def test_a_place_of_too_few_keys_in_tune_is_left_out() -> None:
    high = np.array([key > 79 - FEWEST + 1 for key in KEYS])
    assert in_tune_alone([PLACE, PLACE], [high, np.ones(len(KEYS), bool)], KEYS) == [PLACE]


def test_where_none_is_in_tune_all_are_kept() -> None:
    assert in_tune_alone([PLACE], [np.zeros(len(KEYS), bool)], KEYS) == [PLACE]
