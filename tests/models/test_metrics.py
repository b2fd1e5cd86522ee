import numpy as np
import pytest

from rtsynth_models.data.soundfont import SAMPLE_RATE
from rtsynth_models.evaluation.metrics import mel_distance, rise_ms, spectral_distance

pytestmark = pytest.mark.train


def test_a_sound_is_at_no_distance_from_itself(rng):
    sound = rng.standard_normal(SAMPLE_RATE)
    assert spectral_distance(sound, sound) == 0
    assert mel_distance(sound, sound) == 0


def test_half_the_level_is_six_decibels_away(rng):
    sound = rng.standard_normal(SAMPLE_RATE)
    assert mel_distance(sound, sound / 2) == pytest.approx(6.02, abs=0.3)


def test_a_linear_attack_rises_in_four_fifths_of_its_length():
    ramp = np.minimum(1, np.arange(SAMPLE_RATE) / (0.1 * SAMPLE_RATE))
    sound = ramp * np.sin(2 * np.pi * 2000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    assert rise_ms(sound) == pytest.approx(80, abs=3)
