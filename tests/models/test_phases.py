import numpy as np
import pytest
import torch

from rtsynth_models.analysis.partials import LEAD_IN, midi_hz
from rtsynth_models.data.notes import draw
from rtsynth_models.data.targets import heard_phases
from rtsynth_models.network.losses import phase_loss

pytestmark = pytest.mark.train


def test_the_notes_of_one_sample_agree_where_they_can_first_be_heard():
    pitch, k = np.array([60, 61, 64]), np.arange(1, 97)
    heard = 0.7 * k
    before = 2 * np.pi * LEAD_IN / 48_000 * np.array([midi_hz(p) for p in pitch])[:, None] / 4 * k
    far = heard_phases(heard - before, pitch, 4).astype(float) - heard
    assert np.abs(np.angle(np.exp(1j * far))).max() < 0.005


def test_points_stay_on_the_disc(model):
    note = torch.tensor([20.0, 108.0]), torch.tensor([0.0, 1.0]), 50 * torch.ones(2, model.config.latent)
    phase = model.describe(*note).phase
    assert phase.shape == (2, model.config.partials, 2)
    assert (phase**2).sum(-1).max() <= 1 + 1e-5


def cost(notes, config, point):
    batch = draw(notes, torch.arange(6), 64, 2)
    return phase_loss(torch.tensor(point).expand(64, config.partials, 2), batch, notes, config).item()


def test_the_true_phase_costs_nothing(notes, config):
    assert cost(notes, config, [np.cos(1.0), np.sin(1.0)]) == pytest.approx(0, abs=1e-5)
    assert cost(notes, config, [np.cos(2.0), np.sin(2.0)]) > 0.5


def test_where_notes_disagree_doubt_is_best(notes, config):
    notes.phase[::2] += np.pi
    torch.manual_seed(0)
    sure, unsure = (
        cost(notes, config, [length * np.cos(1.0), length * np.sin(1.0)]) for length in (1.0, 0.0)
    )
    assert unsure < 0.75 * sure


def test_silent_partials_teach_nothing(notes, config):
    assert notes.slots.eq(60).all()
    notes.phase[:, 60:] += 2.0
    assert cost(notes, config, [np.cos(1.0), np.sin(1.0)]) == pytest.approx(0, abs=1e-5)
