from types import SimpleNamespace

import numpy as np
import pytest

from rtsynth_engine.bundles import Place
from rtsynth_models.scoring.asking import Asked, ask, rounds


def place(name, divisor=1, latent=(0.0, 0.0), **more):
    return Place(name, name, 0, "", divisor, 0, 127, 0.0, latent, **more)


def instrument(generator="note", places=(), low=0, high=127, **more):
    return SimpleNamespace(
        id="x", generator=generator, places=places, pitch_range=(low, high), latent=2, classes=(), **more
    )


def notes(pitch, divisor):
    zeros = np.zeros(len(pitch), np.int64)
    return Asked(np.array(pitch), zeros, zeros, np.zeros((len(pitch), 2), np.float32), np.array(divisor))


def test_a_free_latent_space_is_asked_for_the_held_out_notes_at_random_places(sounds):
    asked = ask(instrument("tiled"), sounds, 1000, seed=0)
    rows = sounds.chosen(held_out=True)
    assert sorted(asked.pitch) == sorted(sounds.pitch[rows])
    assert (asked.name == -1).all()
    assert len(np.unique(asked.latent, axis=0)) == len(rows)
    assert abs(asked.latent.std() - 1) < 0.3


def test_an_instrument_of_places_is_asked_by_the_names_of_the_real_notes(sounds):
    places = (place("dark", 2, (1.0, 2.0)), place("other"))
    asked = ask(instrument("streaming", places), sounds, 1000, seed=0)
    assert (asked.name == sounds.names.index("dark")).all()
    assert (asked.divisor == 2).all()
    assert (asked.latent == (1.0, 2.0)).all()


def test_only_keys_that_an_instrument_has_are_asked_for(sounds):
    asked = ask(instrument("tiled", low=50, high=55), sounds, 1000, seed=0)
    assert set(asked.pitch) <= set(range(50, 56))
    assert len(asked.pitch)


def test_an_instrument_without_those_names_is_asked_for_nothing(sounds):
    assert not len(ask(instrument("sample", (place("sitar"),)), sounds, 1000, seed=0).pitch)


def test_a_kit_is_asked_for_what_is_on_its_keys_held_out_or_not(sounds):
    keys = {50: (0.5, 0.0), 60: (0.6, 0.0)}
    kit = instrument("note", (place("kit", keys=keys),))
    kit.classes = (50, 60)
    asked = ask(kit, sounds, 1000, seed=0)
    assert set(asked.pitch) == {50, 60}
    assert len(asked.pitch) == np.isin(sounds.pitch, kit.classes).sum()
    assert set(asked.name) == {0, 1}
    np.testing.assert_allclose(asked.latent[:, 0], asked.pitch / 100)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_asks_for_the_same(sounds, seed):
    first, second = (ask(instrument("tiled"), sounds, 20, seed) for _ in range(2))
    np.testing.assert_array_equal(first.latent, second.latent)
    np.testing.assert_array_equal(first.pitch, second.pitch)


def test_no_key_comes_twice_in_a_round_and_every_note_comes_once():
    found = rounds(notes([60, 61, 60, 60, 61, 62], [1, 1, 1, 2, 1, 1]))
    assert [list(rows) for rows in found] == [[0, 1, 5], [2, 4], [3]]
