from dataclasses import replace

import pytest
import torch

from rtsynth_models.network import adversarial, train
from rtsynth_models.network.adversary import (
    MOTION_VALUES,
    RENDERED_BANDS,
    Discriminator,
    drawn_motion,
    hinge,
    real_motion,
    see,
)

pytestmark = pytest.mark.train


@pytest.fixture
def game(config, notes):
    torch.manual_seed(0)
    return adversarial.begin_game(train.start(config, [0, 40], [1, 1]), notes)


def test_a_partial_is_seen_where_it_sounds(config):
    frames = torch.full((1, 1, 2, config.outputs), -3.5)
    frames[..., 0], frames[..., config.partials] = 2.0, 0.0
    bands = [
        see(frames, torch.tensor([p]), torch.ones(1), config)[0, 0, :RENDERED_BANDS] for p in (45.0, 81.0)
    ]
    assert bands[0].argmax() < bands[1].argmax()
    assert bands[0].max() == pytest.approx(1.0)


def test_slots_finer_than_harmonics_lie_lower(config):
    frames = torch.full((1, 1, 2, config.outputs), -3.5)
    frames[..., 7], frames[..., config.partials + 7] = 2.0, 0.0
    bands = [see(frames, torch.tensor([60.0]), torch.tensor([d]), config)[0, 0, :64] for d in (1.0, 4.0)]
    assert bands[1].argmax() < bands[0].argmax()


def test_measured_and_drawn_motion_are_seen_alike(model, notes):
    index = torch.arange(4)
    raw = model.describe(notes.pitch[:4], notes.velocity[:4], torch.zeros(4, model.config.latent)).motion
    assert real_motion(notes.motion.of(index)).shape == drawn_motion(raw).shape == (4, MOTION_VALUES)


def test_the_discriminator_learns_to_tell(config, notes):
    torch.manual_seed(0)
    judge = Discriminator(config)
    optimiser = torch.optim.Adam(judge.parameters(), 1e-3)
    real, fake = torch.randn(32, 6, 64 + 96 + 48), torch.randn(32, 6, 64 + 96 + 48) * 0.5
    costs = []
    for _ in range(40):
        costs.append(hinge(judge(real).real, judge(fake).real))
        optimiser.zero_grad()
        costs[-1].backward()
        optimiser.step()
    assert costs[-1] < 0.7 * costs[0]


def test_the_generator_is_moved_only_after_the_discriminator_has_begun(game, monkeypatch):
    index = game.notes.chosen(held_out=False)
    monkeypatch.setattr(adversarial, "HELD_BACK", 1)
    asked = []
    monkeypatch.setattr(adversarial, "persuade", lambda *_: asked.append(1) or torch.zeros(()))
    adversarial.game_step(game, index, 4, adversary=True)
    assert not asked
    adversarial.game_step(game, index, 4, adversary=True)
    assert asked


def test_the_control_never_meets_the_discriminator(game):
    before = [p.clone() for p in game.discriminator.parameters()]
    adversarial.game_step(game, game.notes.chosen(held_out=False), 4, adversary=False)
    after = list(game.discriminator.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_loss_that_is_not_finite_stops_the_game(game):
    game.notes = replace(game.notes, onset=torch.full_like(game.notes.onset, float("inf")))
    with pytest.raises(train.TrainingError, match="onset"):
        adversarial.game_step(game, game.notes.chosen(held_out=False), 2, adversary=True)


def test_steps_against_the_discriminator_add_to_those_before(game, monkeypatch):
    monkeypatch.setattr(adversarial, "REPORT_STEPS", 2)
    game.training.steps = 500
    adversarial.play(game, 4, 2, adversary=True, seed=0)
    assert game.training.steps == 504
    assert "judge" in game.training.losses
