import pytest
import torch

from rtsynth_models.export.latents import AMOUNTS, describe, directions, whiten
from rtsynth_models.network.partialgan import Config, PartialGAN

pytestmark = pytest.mark.train
DIVISORS = [1] * 30


@pytest.fixture(scope="module")
def model() -> PartialGAN:
    torch.manual_seed(3)
    config = Config(
        instruments=30, latent=6, hidden=24, inner=32, blocks=2, trunk=32, conditioning=16, head=16
    )
    made = PartialGAN(config).eval().requires_grad_(False)
    for layer in (made.note.static, made.motion.leave, made.onset.leave):
        torch.nn.init.normal_(layer.weight, std=0.05)
    return made


def test_whitened_places_have_unit_variance_and_sound_as_before(model):
    model.mean.mul_(torch.linspace(0.3, 3, 6)).add_(1)
    before = describe(model, model.mean, torch.tensor(DIVISORS))
    whiten(model)
    assert torch.allclose(torch.cov(model.mean.T), torch.eye(6), atol=1e-3)
    after = describe(model, model.mean, torch.tensor(DIVISORS))
    assert all(torch.allclose(a, b, atol=1e-2) for a, b in zip(before, after, strict=True))


def test_a_warp_rises_and_keeps_its_middle(model):
    for direction in directions(model, DIVISORS):
        assert (direction.warp.diff() > 0).all()
        assert direction.warp[len(AMOUNTS) // 2] == 0


def test_the_same_seed_finds_the_same_directions(model):
    first, again = directions(model, DIVISORS), directions(model, DIVISORS)
    assert all(torch.equal(a.latent, b.latent) for a, b in zip(first, again, strict=True))
