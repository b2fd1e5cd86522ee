import numpy as np
import pytest

from rtsynth_engine.heads.bands import band_centres
from rtsynth_models.analysis.gaps import noise_between
from rtsynth_models.data.soundfont import SAMPLE_RATE

pytestmark = pytest.mark.train
T = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
SLOTS = 440.0 * np.arange(1, 46)
HEARD = (band_centres() > 300) & (band_centres() < 15_000)


def between(signal: np.ndarray, slots: np.ndarray = SLOTS, fundamental: float = 440.0) -> np.ndarray:
    """Mean level in dB of every band half a second into the signal."""
    return 10 * np.log10(noise_between(signal, SAMPLE_RATE // 2, 100, slots, fundamental)[20:].mean(0))


def harmonics(depth: float) -> np.ndarray:
    """Twenty harmonics whose level swells by `depth` nepers four times a second."""
    swell = np.exp(depth * np.sin(2 * np.pi * 4 * T))
    return 0.05 * swell * np.cos(2 * np.pi * SLOTS[:20, None] * T).sum(0)


def test_noise_is_found_at_its_level_beside_partials(rng):
    noise = 0.01 * rng.standard_normal(len(T))
    assert between(noise + harmonics(0.0))[HEARD] == pytest.approx(-40, abs=1.5)


def test_partials_that_move_are_no_noise():
    assert between(harmonics(0.5))[HEARD].max() < -55  # white noise as loud as they are has -17


def test_a_band_that_a_partial_fills_is_as_loud_as_its_neighbours(rng):
    noise, wide = 0.01 * rng.standard_normal(len(T)), 1500.0 * np.arange(1, 14)
    tone = 0.3 * np.cos(2 * np.pi * wide[:, None] * T).sum(0)
    assert between(noise + tone, wide, 1500.0)[HEARD] == pytest.approx(-40, abs=2.0)


def test_without_any_gap_nothing_is_claimed():
    dense = np.arange(1, 1200) * 20.0
    assert np.isinf(noise_between(np.zeros(len(T)), 0, 10, dense, 20.0)).all()


def test_nothing_is_claimed_of_the_first_moments_of_a_note(rng):
    found = noise_between(rng.standard_normal(len(T)), 4800, 100, SLOTS, 440.0)
    first = int(np.flatnonzero(np.isfinite(found[:, 0]))[0])
    assert first * 256 >= 12 * SAMPLE_RATE / 440 / 2
    assert np.isinf(found[:first]).all()
    assert np.isfinite(found[first:]).all()
