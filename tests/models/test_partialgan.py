import pytest
import torch

from rtsynth_models.network.partialgan import PartialGAN

pytestmark = pytest.mark.train
STEPS = 40


def conditioning(model: PartialGAN, voices: int = 3):
    torch.manual_seed(2)
    pitch, velocity = torch.linspace(40, 90, voices), torch.linspace(0.2, 1, voices)
    said = model.describe(pitch, velocity, torch.randn(voices, model.config.latent)).note
    return said.film, said.static, (torch.arange(STEPS) * 2 / model.config.frame_rate).repeat(voices, 1)


def test_any_moment_of_a_note_can_be_asked_for_alone(model):
    film, static, seconds = conditioning(model)
    whole = model.generator(film, static, seconds)
    alone = torch.cat([model.generator(film, static, seconds[:, i : i + 1]) for i in range(STEPS)], 1)
    assert (alone - whole).abs().max() <= 1e-5
    assert whole.std(1).max() > 1e-3  # the note moves, so the comparison can fail


def test_the_static_spectra_beside_the_first_are_mixed_in_over_time(model):
    film, static, seconds = conditioning(model)
    changed = static.clone()
    changed[:, model.config.outputs :] += 1
    difference = model.generator(film, changed, seconds) - model.generator(film, static, seconds)
    assert difference.std(1).max() > 1e-3


def test_a_hold_longer_than_any_trained_one_stays_where_it_is(model):
    film, static, seconds = conditioning(model)
    held = model.generator(film, static, seconds + 10)
    assert torch.allclose(held[:, 0], held[:, -1], atol=1e-5)


def test_drawn_latents_spread_around_each_instrument(model):
    drawn = model.draw_latent(torch.zeros(2000, dtype=torch.long))
    assert torch.allclose(drawn.mean(0), model.mean[0], atol=0.05)
    assert drawn.std(0).mean() == pytest.approx(0.223, abs=0.02)
