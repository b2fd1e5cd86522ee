import numpy as np
import pytest

from rtsynth_models.data.soundfont import SAMPLE_RATE
from rtsynth_models.evaluation.pitch import pitch_cents

pytestmark = pytest.mark.train
T = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
PITCHES = (21, 33, 60, 84, 108)


def tone(pitch, cents=0.0, numbers=None, stiffness=0.0, vibrato=0.0, decay=0.0):
    """A note 50 ms into its row; partials k at k f sqrt(1 + B k²), the first at `cents` from `pitch`."""
    hz = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
    turns = 2 * np.pi * hz * np.cumsum(2 ** (vibrato / 1200 * np.sin(2 * np.pi * 5.5 * T))) / SAMPLE_RATE
    numbers = numbers or range(1, min(int(12_000 / hz), 20) + 1)
    stretch = {k: k * np.sqrt((1 + stiffness * k**2) / (1 + stiffness)) for k in numbers}
    return sum(np.cos(stretch[k] * turns + k**2) / k for k in numbers) * np.exp(-decay * T) * (T > 0.05)


@pytest.mark.parametrize("pitch", PITCHES)
@pytest.mark.parametrize("cents", [0, 7, -23, 40])
def test_the_error_of_a_detuned_tone_is_found_within_a_tenth_of_a_cent(pitch, cents):
    assert pitch_cents(tone(pitch, cents), pitch) == pytest.approx(cents, abs=0.1)


@pytest.mark.parametrize("pitch", PITCHES)
def test_vibrato_is_centred_within_a_cent(pitch):
    assert pitch_cents(tone(pitch, 5, vibrato=40), pitch) == pytest.approx(5, abs=1)


@pytest.mark.parametrize("pitch", PITCHES)
def test_a_stiff_string_has_the_pitch_of_its_first_partial(pitch):
    assert pitch_cents(tone(pitch, 5, stiffness=3e-4), pitch) == pytest.approx(5, abs=1)


@pytest.mark.parametrize("pitch", PITCHES[:4])
def test_a_tone_without_its_fundamental_keeps_its_pitch(pitch):
    assert pitch_cents(tone(pitch, -7, range(2, 8)), pitch) == pytest.approx(-7, abs=0.1)


def test_a_short_bar_with_its_first_partial_alone_is_found():
    assert pitch_cents(tone(72, 12, [1], decay=20), 72) == pytest.approx(12, abs=0.5)


def test_noise_under_a_tone_moves_it_by_less_than_a_cent(rng):
    noisy = tone(50, 15) + 0.1 * rng.standard_normal(len(T))
    assert pitch_cents(noisy, 50) == pytest.approx(15, abs=1)


def test_noise_and_silence_have_no_pitch(rng):
    assert np.isnan(pitch_cents(0.1 * rng.standard_normal(len(T)), 60))
    assert np.isnan(pitch_cents(np.zeros(len(T)), 60))


def test_a_tone_a_semitone_off_is_not_taken_for_the_note():
    assert np.isnan(pitch_cents(tone(60, 100, [1]), 60))
