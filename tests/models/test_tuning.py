import numpy as np
import pytest

from rtsynth_models.analysis.tuning import fit_pitch

pytestmark = pytest.mark.train
NUMBER = np.arange(1.0, 9.0)


def rows(cents) -> np.ndarray:
    return np.stack([NUMBER, np.broadcast_to(cents, 8), 1 / NUMBER**2], 1)


def test_the_pitch_of_harmonics_is_what_they_share():
    assert fit_pitch(rows(7.0)) == pytest.approx(7.0)


def test_a_stiff_string_has_the_pitch_of_its_first_harmonic():
    assert fit_pitch(rows(3.0 + 0.8 * (NUMBER**2 - 1))) == pytest.approx(3.0, abs=0.01)


def test_one_partial_astray_hardly_matters():
    astray = rows(5.0)
    astray[2, 1] = 50.0
    assert fit_pitch(astray) == pytest.approx(5.0, abs=2.0)


def test_harmonics_far_under_the_strongest_have_no_say():
    quiet = rows(5.0)
    quiet[4:, 1:] = 40.0, 1e-6
    assert fit_pitch(quiet) == pytest.approx(5.0)
