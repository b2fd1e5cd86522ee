import numpy as np
import pytest

from rtsynth_models.scoring.pitch import cents_off, in_tune
from tests.models.scoring.parts import LENGTH, tone

KEYS = (24, 31, 48, 60, 72, 84)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("cents", [0, 12, -40])
def test_the_cents_of_a_detuned_note_are_found(key, cents):
    assert cents_off(tone(key, cents=cents), key) == pytest.approx(cents, abs=0.3)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("higher", [1, 2, 5, 7, 12, 19, 24, 28, -1, -5, -7])
def test_another_note_is_not_in_tune(key, higher):
    assert not abs(cents_off(tone(key + higher), key)) <= 20


def test_noise_and_silence_have_no_pitch():
    noise = np.random.default_rng(0).standard_normal(LENGTH)
    assert np.isnan(cents_off(noise, 60))
    assert np.isnan(cents_off(np.zeros(LENGTH), 60))


def test_a_note_keeps_its_pitch_in_noise():
    assert cents_off(tone(48, cents=5, noise=0.1), 48) == pytest.approx(5, abs=2)


def test_the_share_in_tune_counts_notes_within_twenty_cents():
    sounds = np.stack([tone(60, cents=c) for c in (0, 19, 25, -19, -25)])
    assert in_tune(sounds, np.full(5, 60)) == pytest.approx(3 / 5)
