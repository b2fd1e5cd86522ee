"""Phases at the onset: where a generator is certain of them every note has them, elsewhere they are drawn."""

import numpy as np
import pytest

from tests.engine.parts import ON, Lively, Steady, make_engine, render

RATE = 48_000
EIGHTH = np.float32(np.sqrt(0.5))


def begun(phase, cached: bool = True, seed: int = 0) -> np.ndarray:
    """Angles in radians that the first eight partials of an A of 440 Hz had at its onset."""
    engine = make_engine(generator=Lively({}, phase=phase), cached=cached, seed=seed, reverb=0.0)
    render(engine, [(0.0, ON, 69, 100)], 0.02)
    voice = engine.memory.voices[0]
    turned = 2 * np.pi * 440.0 / RATE * (engine.clock - voice["onset"]) * np.arange(1, 9)
    cosine, late, half, cosine_half = (voice[name][:8] for name in ("c", "s", "half", "cosine_half"))
    found = np.angle(cosine + 1j * (late + cosine * half) / cosine_half) - turned
    return (found + np.pi) % (2 * np.pi) - np.pi


@pytest.mark.parametrize("cached", [True, False])
def test_a_certain_phase_is_that_of_every_note(cached: bool) -> None:
    for seed in (0, 1):
        found = begun([EIGHTH, EIGHTH], cached, seed)
        np.testing.assert_allclose(found, np.pi / 4, atol=1e-3)


def test_phases_that_nobody_tells_differ_from_note_to_note() -> None:
    assert np.abs(begun(0.0, seed=0) - begun(0.0, seed=1)).max() > 0.5


def test_the_less_certain_a_phase_the_wider_it_is_drawn() -> None:
    spread = [
        np.concatenate([np.abs(begun([certainty, 0.0], seed=seed)) for seed in range(6)]).mean()
        for certainty in (1.0, 0.8, 0.4, 0.0)
    ]
    assert spread == sorted(spread)
    assert spread[0] < 1e-3
    assert spread[3] > 1.0


def test_a_bad_phase_is_drawn_instead() -> None:
    plain = render(make_engine(generator=Steady((0.1,) * 12), reverb=0.0), [(0.0, ON, 69, 100)], 0.1)
    engine = make_engine(generator=Lively({}, phase=np.nan), reverb=0.0)
    np.testing.assert_array_equal(render(engine, [(0.0, ON, 69, 100)], 0.1), plain)
