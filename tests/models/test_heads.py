import pytest
import torch

from rtsynth_models.network.heads import GROUPS, partial_groups, physical
from rtsynth_models.network.losses import motion_loss
from rtsynth_models.network.partialgan import note_features

pytestmark = pytest.mark.train


def raw(model, **changes):
    features = note_features(torch.tensor([60.0]), torch.tensor([0.5]), torch.zeros(1, model.config.latent))
    return model.motion(features)._replace(**changes)


def test_every_partial_has_a_group_and_groups_widen():
    groups = partial_groups(96)
    sizes = torch.bincount(groups)
    assert len(sizes) == GROUPS
    assert sizes[0] == 1
    assert sizes[-1] == 33


def test_motion_is_told_in_decibels_cents_and_hertz(model):
    depth = torch.full((1, 3, 3, GROUPS), 2 * torch.log(torch.tensor(3.0)).item())
    told = physical(raw(model, am=depth, rate=torch.tensor([[6.0]])))
    assert told.shape == (1, 184)
    assert torch.allclose(told[:, :48], torch.tensor(3.0))
    assert torch.allclose(told[:, 102:111], torch.tensor(1.0))  # zones alike
    assert told[0, 132] == 6.0


def test_an_untrained_head_says_nothing_impossible(model):
    told = physical(raw(model))
    assert torch.isfinite(told).all()
    assert (told >= 0).all()


def test_the_likeliest_depth_is_the_measured_one(model, notes):
    real = notes.motion.of(torch.tensor([0]))
    measured, zones = torch.log(torch.tensor(0.2)).item(), (1, 3, 3, GROUPS)
    costs = [motion_loss(raw(model, am=torch.full(zones, measured + far)), real) for far in (-1.0, 0.0, 1.0)]
    assert costs[1] < min(costs[0], costs[2])


def test_what_cannot_be_trusted_is_not_learned(model, notes):
    unheard = notes.motion.of(torch.tensor([0]))
    unheard = unheard._replace(am_weight=torch.zeros_like(unheard.am_weight))
    costs = [motion_loss(raw(model, am=torch.full((1, 3, 3, GROUPS), x)), unheard) for x in (-3.0, 3.0)]
    assert costs[0] == costs[1]
