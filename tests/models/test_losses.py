"""Each loss is best where its paper says; penalties of known slopes are exact."""

import pytest
import torch

from rtsynth_models.training.losses import (
    DRIFT,
    LOSSES,
    classified,
    gradient_penalty,
    lazy_weight,
    minimax,
    non_saturating,
    r1,
)

REAL, FAKE = torch.tensor([0, 0, 0, 1]), torch.tensor([0, 1, 1, 1])  # draws: p = 3/4, 1/4; q = 1/4, 3/4


def pull(name, says):
    """Gradient of the discriminator's loss by what it says of each of two things."""
    says = torch.tensor(says, requires_grad=True)
    LOSSES[name].discriminator(says[REAL], says[FAKE]).backward()
    return says.grad


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_cross_entropy_is_best_at_the_log_ratio_of_densities(name):
    assert pull(name, [3.0**0.5, 0.0]).abs().max() > 0.01
    torch.testing.assert_close(pull(name, torch.tensor([3.0, 1 / 3]).log().tolist()), torch.zeros(2))


def test_least_squares_is_best_at_the_share_of_real():
    torch.testing.assert_close(pull("least-squares", [0.75, 0.25]), torch.zeros(2))


def test_hinge_is_least_at_the_sign_of_the_difference():
    def cost(a, b):
        says = torch.tensor([a, b])
        return LOSSES["hinge"].discriminator(says[REAL], says[FAKE]).item()

    around = [(x, y) for x in (-2.0, -0.5, 0.5, 1.0, 2.0) for y in (-2.0, -1.0, -0.5, 0.5, 2.0)]
    assert min(around, key=lambda at: cost(*at)) == (1.0, -1.0)


def test_the_critic_of_wasserstein_measures_the_distance_less_the_drift():
    real, fake = torch.tensor([3.0, 5.0]), torch.tensor([1.0, 1.0])
    loss = LOSSES["wgan-gp"].discriminator(real, fake)
    assert loss.item() == pytest.approx(-(4.0 - 1.0) + DRIFT * 17.0)


@pytest.mark.parametrize("name", LOSSES)
def test_every_generator_is_pulled_towards_what_passes_as_real(name):
    fake = torch.tensor([-0.5, 0.1], requires_grad=True)
    LOSSES[name].generator(fake).backward()
    assert (fake.grad < 0).all()


def test_minimax_is_flat_where_non_saturating_is_steep():
    pulls = []
    for loss in (minimax, non_saturating):
        fake = torch.tensor([-8.0], requires_grad=True)
        loss(fake).backward()
        pulls.append(abs(fake.grad.item()))
    assert pulls[0] < 1e-3
    assert pulls[1] > 0.99


@pytest.mark.parametrize(("length", "expected"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_the_gradient_penalty_of_a_linear_critic_is_exact(length, expected):
    draw = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 5, 2, 8, generator=draw)
    weight = torch.zeros(2, 8)
    weight[0, 3] = length
    found = gradient_penalty(lambda x: (x * weight).sum((1, 2)), real, fake, torch.rand(5, generator=draw))
    assert found.item() == pytest.approx(expected)


def test_the_gradient_penalty_looks_between_fake_and_real():
    seen = []

    def judge(x):
        seen.append(x.detach())
        return x.sum(1)

    gradient_penalty(judge, torch.ones(3, 2), torch.zeros(3, 2), torch.tensor([0.0, 0.25, 1.0]))
    torch.testing.assert_close(seen[0][:, 0], torch.tensor([0.0, 0.25, 1.0]))


def test_a_penalty_teaches_the_discriminator_but_not_the_generator():
    layer, fake = torch.nn.Linear(4, 1), torch.randn(3, 4, requires_grad=True)
    gradient_penalty(layer, torch.randn(3, 4), fake, torch.rand(3)).backward()
    assert layer.weight.grad.abs().sum() > 0
    assert fake.grad is None


def test_r1_is_half_the_squared_slope_at_real_samples():
    real = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    assert r1(lambda x: x.square().sum(1), real).item() == pytest.approx((4 + 36) / 2 / 2)


def test_lazy_penalties_weigh_the_same_in_the_mean():
    weights = [lazy_weight(step, 4) for step in range(40)]
    assert sum(weights) == 40
    assert weights.count(0.0) == 30


def test_naming_the_class_costs_nothing_where_it_is_sure():
    logits = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    assert classified(logits, torch.tensor([0, 1])) < 1e-3 < classified(logits, torch.tensor([1, 0]))
