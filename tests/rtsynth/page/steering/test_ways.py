"""Steps along directions as macros take them, and sounds found by chance."""

from dataclasses import replace

import numpy as np
import pytest

from rtsynth.page.steering.ways import along, surprise, variation, way
from rtsynth.presets import Macro
from rtsynth.timbres import STEPS, timbre
from tests.rtsynth.page.stage import alone

LINEUP = alone()
BUNDLE = LINEUP.bundle
LATENTS = np.array([place.latent for place in BUNDLE.places if place.divisor == 1])


@pytest.mark.parametrize("share", [-1.0, -0.3, 0.0, 0.6, 1.0])
def test_the_pad_goes_where_a_macro_goes(share: float) -> None:
    macro = Macro("Breath", share, True, "breath", amount=STEPS)
    plain, turned = (
        timbre(replace(LINEUP.preset, macros=macros), BUNDLE).latent for macros in ((), (macro,))
    )
    moved = along(way(LINEUP.preset, BUNDLE, "breath"), share)
    np.testing.assert_allclose(plain + moved, turned, atol=1e-9)


def test_a_direction_that_is_not_there_goes_nowhere() -> None:
    assert not along(np.zeros((5, BUNDLE.latent)), 1.0).any()


def ways() -> list:
    return [way(LINEUP.preset, BUNDLE, direction.id) for direction in BUNDLE.directions]


def test_a_surprise_is_another_sound_each_time_and_the_same_for_the_same_chance() -> None:
    draw, again = np.random.default_rng(3), np.random.default_rng(3)
    first, second = surprise(LATENTS, ways(), draw), surprise(LATENTS, ways(), draw)
    assert np.linalg.norm(first - second) > 1.0
    np.testing.assert_array_equal(surprise(LATENTS, ways(), again), first)


def test_surprises_are_no_further_out_than_presets_and_their_macros_reach() -> None:
    draw, steps = np.random.default_rng(4), ways()
    reach = np.linalg.norm(LATENTS, axis=1).max() + sum(np.linalg.norm(each, axis=1).max() for each in steps)
    found = np.array([surprise(LATENTS, steps, draw) for _ in range(200)])
    assert np.linalg.norm(found, axis=1).max() < reach
    assert np.median(np.linalg.norm(found, axis=1)) < 2 * np.linalg.norm(LATENTS, axis=1).max()


def test_a_little_different_is_nearer_than_a_surprise_and_yet_another_sound() -> None:
    draw, steps, here = np.random.default_rng(5), ways(), LATENTS[0]
    near = [np.linalg.norm(variation(here, LATENTS, steps, draw) - here) for _ in range(50)]
    far = [np.linalg.norm(surprise(LATENTS, steps, draw) - here) for _ in range(50)]
    assert 0.1 < np.median(near) < np.median(far) / 2


def test_an_instrument_of_one_preset_has_surprises_too() -> None:
    found = surprise(LATENTS[:1], ways(), np.random.default_rng(6))
    assert np.linalg.norm(found - LATENTS[0]) > 0.0
