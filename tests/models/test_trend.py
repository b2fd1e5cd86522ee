import numpy as np
import pytest

from rtsynth_models.analysis.partials import FRAMES, PARTIALS
from rtsynth_models.analysis.trend import detuning, noise_bias, smoother, trend, trend_steps

pytestmark = pytest.mark.train
BANDS = 48


def test_kept_steps_begin_one_by_one_and_end_with_the_note():
    steps = trend_steps()
    assert (steps[:16] == np.arange(16)).all()
    assert (np.diff(steps) > 0).all()
    assert steps[-1] == FRAMES // 2 - 1


def test_the_attack_is_not_smoothed():
    assert np.abs(smoother()[:8] - np.eye(8, FRAMES)).max() < 1e-6


def test_a_straight_line_stays_what_it_is():
    line = np.linspace(-20, -60, FRAMES, dtype=np.float32)
    assert np.abs(smoother() @ line - line).max() < 0.01


def test_a_vibrato_is_smoothed_away():
    wave = np.sin(2 * np.pi * 5.5 * np.arange(FRAMES) / 187.5).astype(np.float32)
    assert np.abs(smoother() @ wave)[200:-60].max() < 0.05


def test_noise_is_raised_from_its_mean_level_to_the_level_of_its_mean_power(rng):
    assert (noise_bias() > 0).all()
    assert noise_bias()[0] > noise_bias()[-1]  # narrow bands fluctuate most
    frames = np.zeros((FRAMES, 2 * PARTIALS + BANDS), np.float32)
    assert np.allclose(trend(frames)[:, 2 * PARTIALS :], noise_bias(), atol=1e-4)


def detuned(cents: float, divisor: int = 1) -> np.ndarray:
    frames = np.full((FRAMES, 2 * PARTIALS + BANDS), -90, np.float32)
    heard = np.arange(divisor - 1, 8 * divisor, divisor)
    frames[:, heard], frames[:, PARTIALS : 2 * PARTIALS] = -20, cents
    return frames


@pytest.mark.parametrize(("cents", "divisor"), [(20, 1), (-20, 1), (20, 4)])
def test_what_is_out_of_tune_is_known_less_what_is_tolerated(cents, divisor):
    assert detuning(detuned(cents, divisor), divisor) == pytest.approx(np.sign(cents) * 18, abs=0.1)


def test_a_note_nearly_in_tune_is_left_alone():
    assert detuning(detuned(1.8), 1) == 0
