import json
from pathlib import Path

import pytest
import torch

import rtsynth_presets
from rtsynth_models.export.latents import Attributes, describe, directions, whiten
from rtsynth_models.export.weights import read_bundle
from rtsynth_models.network.partialgan import Config, PartialGAN

pytestmark = pytest.mark.train
DIVISORS = [1] * 30
SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"


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


def test_the_same_seed_finds_the_same_directions(model):
    first, again = directions(model, DIVISORS), directions(model, DIVISORS)
    assert all(torch.equal(a.at, b.at) for a, b in zip(first, again, strict=True))


def test_equal_steps_sound_equally_wide(model):
    grid = torch.tensor(DIVISORS)
    for i, direction in enumerate(directions(model, DIVISORS)):
        heard = [
            describe(model, model.mean + way[:, None] * direction.at, grid)[i] for way in direction.warp.T
        ]
        widths = torch.stack(heard).diff(dim=0)
        assert (widths > -1e-3).all()
        assert torch.allclose(widths[0], widths[1], atol=0.05 * widths.max())
        assert torch.allclose(widths[2], widths[3], atol=0.05 * widths.max())


@pytest.mark.parametrize("name", Attributes._fields)
def test_a_shipped_direction_does_what_its_name_says(name):
    shipped, manifest = read_bundle(SHIPPED), json.loads((SHIPPED / "instrument.json").read_text())
    divisors = torch.tensor([place["divisor"] for place in manifest["places"]])
    spread = torch.stack(describe(shipped, shipped.mean, divisors)).std(1)
    direction = next(d for d in manifest["directions"] if d["id"] == name)
    step, ways = torch.tensor(direction["at"]), torch.tensor(direction["warp"])
    there, back = (
        torch.stack(describe(shipped, shipped.mean + ways[:, i, None] * step, divisors)) for i in (-1, 0)
    )
    change = ((there - back) / spread[:, None]).mT
    own = change[:, Attributes._fields.index(name)]
    assert (own > 0).float().mean() > 0.95
    assert own.mean() == change.mean(0).abs().max()
    assert own.mean() > 0.4
