"""Classes reach a discriminator as the papers say; attention begins by changing nothing."""

import pytest
import torch

from rtsynth_models.families.attention import SelfAttention
from rtsynth_models.families.conditioning import CONDITIONS
from rtsynth_models.training.losses import LOSSES


def features(n=6, size=8, seed=0):
    return torch.randn(n, size, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize(("name", "differs"), [("none", False), ("ac-gan", False), ("projection", True)])
def test_only_projection_judges_by_the_class(name, differs):
    head, seen = CONDITIONS[name](8, 3), features()
    first, second = (head(seen, torch.full((6,), label)).real for label in (0, 1))
    assert first.shape == (6,)
    assert torch.equal(first, second) is not differs


def test_only_the_auxiliary_classifier_charges_for_the_name():
    costs = {
        name: make(8, 3)(features(), torch.arange(6) % 3).cost.item() for name, make in CONDITIONS.items()
    }
    assert costs["none"] == costs["projection"] == 0
    assert 0.3 < costs["ac-gan"] < 3


def test_projection_learns_which_class_belongs_to_which_sample():
    """Real: the sign of the first feature is the class; fake: the other way round."""
    head = CONDITIONS["projection"](2, 2)
    optimiser = torch.optim.Adam(head.parameters(), 0.05)
    seen = features(64, 2)
    label = (seen[:, 0] > 0).long()
    for _ in range(60):
        optimiser.zero_grad()
        LOSSES["hinge"].discriminator(head(seen, label).real, head(seen, 1 - label).real).backward()
        optimiser.step()
    assert (head(seen, label).real > head(seen, 1 - label).real).all()


@pytest.mark.parametrize("shape", [(2, 16, 10), (2, 16, 4, 6)])
def test_new_attention_changes_nothing(shape):
    x = torch.randn(shape)
    assert torch.equal(SelfAttention(16)(x), x)


def test_attention_carries_across_the_whole_picture():
    layer = SelfAttention(16).eval()
    layer.gamma.data.fill_(1.0)
    x = torch.randn(1, 16, 4, 6)
    moved = x.clone()
    moved[..., 0, 0] += 1
    assert ((layer(moved) - layer(x))[..., 3, 5].abs() > 0).any()


def test_attention_over_equal_places_adds_their_common_value():
    layer = SelfAttention(16).eval()
    layer.gamma.data.fill_(2.0)
    x = torch.randn(1, 16, 1).expand(1, 16, 5)
    torch.testing.assert_close(layer(x), x + 2 * layer.value(x))
