import numpy as np
import pytest
import torch

from rtsynth_models.evaluation.liveliness import NAMES
from rtsynth_models.network import calibration, train
from rtsynth_models.network.calibration import compare, raise_motion

pytestmark = pytest.mark.train
BANDS = [NAMES.index(f"{kind}_{band}") for kind in ("am", "fm") for band in ("slow", "middle", "fast")]


def moved(powers, depths) -> np.ndarray:
    """Statistics of two notes of these band powers in dB, and depths in dB and cents."""
    rows = np.zeros((2, len(NAMES)))
    rows[:, BANDS], rows[:, :2] = powers, depths
    return rows


def test_notes_that_move_alike_ask_for_nothing():
    real = moved([1, 2, 3, 4, 5, 6], [2, 8])
    assert not compare(real, real).any()


def test_bands_are_told_apart_and_their_mean_follows_the_depth():
    off = compare(moved([6, 0, 0, 0, 0, 3], [4, 5]), moved([0, 0, 0, 0, 0, 0], [2, 10]))
    assert off[:3] == pytest.approx([10.02, 4.02, 4.02], abs=0.01)
    assert off[3:] == pytest.approx([-7.02, -7.02, -4.02], abs=0.01)


def test_what_is_still_stays_so():
    assert not compare(moved([-40] * 6, [0.01, 0.0]), moved([-30] * 6, [0.05, 0.02])).any()


def test_motion_is_raised_by_instrument_and_band(notes):
    raised = torch.zeros(2, 6)
    raised[1] = torch.tensor([10.0, 0, 0, 0, 20.0, 0])
    motion = raise_motion(notes, raised).motion
    factor = motion.am[1, 0, :, 0] / notes.motion.am[1, 0, :, 0]
    assert factor.tolist() == pytest.approx([10, 1, 1], rel=1e-2)
    assert (motion.vibrato[1, 0] / notes.motion.vibrato[1, 0]).tolist() == pytest.approx(
        [1, 100, 1], rel=1e-2
    )
    assert torch.allclose(motion.fm[0].float(), notes.motion.fm[0].float(), rtol=1e-2)


def test_only_the_motion_head_is_taught(config, notes, monkeypatch):
    monkeypatch.setattr(calibration, "STEPS", 60)
    torch.manual_seed(0)
    training = train.start(config, [0, 40], [1, 1])
    before = {name: value.clone() for name, value in training.average.state_dict().items()}
    calibration._teach(training, raise_motion(notes, torch.full((2, 6), 9.0)))
    after = training.average.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("motion.") for name in changed)
