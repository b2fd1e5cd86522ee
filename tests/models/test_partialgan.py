import pytest
import torch

from rtsynth_models.network.partialgan import PartialGAN

pytestmark = pytest.mark.train
STEPS = 40


def conditioning(model: PartialGAN, voices: int = 3):
    torch.manual_seed(2)
    pitch, velocity = torch.linspace(40, 90, voices), torch.linspace(0.2, 1, voices)
    film, static, _ = model.note(pitch, velocity, torch.randn(voices, model.config.latent))
    return film, static, (torch.arange(STEPS) * 2 / model.config.frame_rate).repeat(voices, 1)


def test_streamed_steps_equal_the_whole_note(model):
    film, static, seconds = conditioning(model)
    states, streamed = model.generator.rest(3), []
    for i in range(STEPS):
        frames, states = model.generator.step(film, static, seconds[:, i], states)
        streamed.append(frames)
    whole = model.generator(film, static, seconds)
    assert (torch.cat(streamed, 1) - whole).abs().max() <= 1e-4
    assert whole.std(1).max() > 1e-3  # the note moves, so the comparison can fail


def test_the_future_does_not_change_the_past(model):
    film, static, seconds = conditioning(model)
    later = seconds.clone()
    later[:, 20:] += 1
    whole, changed = (model.generator(film, static, s) for s in (seconds, later))
    assert torch.equal(whole[:, :40], changed[:, :40])
    assert not torch.equal(whole[:, 40:], changed[:, 40:])


def test_the_output_forgets_after_its_memory(model):
    film, static, seconds = conditioning(model)
    cut = model.generator(film, static, seconds[:, 5:])
    whole = model.generator(film, static, seconds)[:, 10:]
    seen = 2 * model.config.memory
    assert (cut[:, seen:] - whole[:, seen:]).abs().max() < 1e-4
    assert (cut[:, :10] - whole[:, :10]).abs().max() > 1e-4


def test_a_hold_longer_than_any_trained_one_stays_where_it_is(model):
    film, static, seconds = conditioning(model)
    held = model.generator(film, static, seconds + 10)[:, 2 * model.config.memory :]
    assert torch.allclose(held[:, :2], held[:, -2:], atol=1e-5)


def test_drawn_latents_spread_around_each_instrument(model):
    drawn = model.draw_latent(torch.zeros(2000, dtype=torch.long))
    assert torch.allclose(drawn.mean(0), model.mean[0], atol=0.05)
    assert drawn.std(0).mean() == pytest.approx(0.223, abs=0.02)
