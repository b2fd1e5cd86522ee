from dataclasses import replace

import pytest
import torch

from rtsynth_models.data.notes import STEPS, Batch, draw
from rtsynth_models.network import train
from rtsynth_models.network.checkpoint import earlier, load_checkpoint, load_model
from rtsynth_models.network.losses import reconstruction, slope_loss

pytestmark = pytest.mark.train


def test_training_learns_the_notes(config, notes):
    training, index = fresh(config), notes.chosen(held_out=False)
    for group in training.optimiser.param_groups:
        group["lr"] = 3e-3
    losses = [train.train_step(training, notes, index, 4) for _ in range(80)]
    for name in ("level", "motion", "onset", "phase"):
        first, last = (sum(loss[name] for loss in part) for part in (losses[:5], losses[-5:]))
        assert last < 0.8 * first, name


def fresh(config):
    torch.manual_seed(0)
    return train.start(config, [0, 40], [1, 1])


def test_held_out_pitches_are_never_drawn(notes):
    index = notes.chosen(held_out=False)
    assert 54.0 not in notes.pitch[draw(notes, index, 200, 2).note]
    assert notes.pitch[notes.chosen(held_out=True)].tolist() == [54.0]


def test_moments_are_what_they_say_and_come_from_all_of_a_note(notes):
    ramp = torch.arange(64.0)[None, :, None, None].expand(6, 64, 2, 240).half()
    batch = draw(replace(notes, trend=ramp), notes.chosen(held_out=False), 50, 8)
    assert batch.frames.shape == (50, 8, 2, 240)
    assert torch.equal(STEPS[batch.frames[..., 0, 0].long()], batch.step)
    assert (batch.step[:, 0] < batch.step[:, -1]).all()


def test_a_perfect_output_costs_nothing(config, notes):
    batch = draw(notes, notes.chosen(held_out=False), 4, 8)
    assert all(x == 0 for x in reconstruction(batch.frames, batch, notes, config))


def test_the_attack_counts_more_than_the_rest(config, notes):
    frames = notes.trend[:1, :2].float()
    batch = Batch(torch.tensor([0]), torch.tensor([[0, 100]]), frames)
    costs = []
    for moment in (0, 1):
        wrong = frames.clone()
        wrong[:, moment] += 1
        costs.append(reconstruction(wrong, batch, notes, config).level)
    assert costs[0] > 2.5 * costs[1]


def test_unknown_slopes_are_left_out():
    unknown = torch.tensor([[1.0, float("nan")]])
    assert slope_loss(torch.tensor([[3.0, 50.0]]), unknown) == 2


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    assert train.learning_rate(0, 1000) < 0.02 * train.LEARNING_RATE
    assert train.learning_rate(500, 1000) == pytest.approx(train.LEARNING_RATE / 2)
    assert train.learning_rate(1000, 1000) < 1e-9


def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(config, notes, tmp_path):
    path = tmp_path / "checkpoint.pt"
    whole, part = fresh(config), fresh(config)
    train.train(whole, notes, 6, tmp_path / "whole.pt", 4)
    train.learning_rate, kept = lambda steps, total: kept(steps, 6), train.learning_rate
    try:
        train.train(part, notes, 3, path, 4)
        train.train(again := train.resume(path), notes, 6, path, 4)
    finally:
        train.learning_rate = kept
    assert all(
        torch.equal(a, b) for a, b in zip(whole.model.parameters(), again.model.parameters(), strict=True)
    )


def test_a_loss_that_is_not_finite_stops_with_the_step_and_the_cause(config, notes):
    training = fresh(config)
    training.steps = 17
    broken = replace(notes, onset=torch.full_like(notes.onset, float("nan")))
    with pytest.raises(train.TrainingError, match=r"step 17.*onset"):
        train.train_step(training, broken, notes.chosen(held_out=False), 2)


def test_a_checkpoint_cut_short_gives_way_to_the_one_before_it(config, tmp_path):
    path, training = tmp_path / "checkpoint.pt", fresh(config)
    train.save(training, path)
    training.steps = 5
    train.save(training, path)
    path.write_bytes(path.read_bytes()[:1000])
    assert train.resume(path).steps == 0


def test_two_broken_checkpoints_are_told(config, tmp_path):
    path = tmp_path / "checkpoint.pt"
    for file in (path, earlier(path)):
        file.write_bytes(b"PK")
    with pytest.raises(ValueError, match="start anew"):
        train.resume(path)


def test_a_training_goes_on_where_its_checkpoint_stands(config, notes, tmp_path):
    training = fresh(config)
    train.train_step(training, notes, notes.chosen(held_out=False), 2)
    training.minutes, training.losses = 1.5, {"level": 0.5}
    train.save(training, tmp_path / "checkpoint.pt")
    again = train.resume(tmp_path / "checkpoint.pt")
    assert (again.steps, again.minutes) == (1, 1.5)
    assert all(
        torch.equal(a, b) for a, b in zip(again.model.parameters(), training.model.parameters(), strict=True)
    )
    assert again.optimiser.state_dict()["state"].keys() == training.optimiser.state_dict()["state"].keys()


def test_an_interrupted_save_leaves_the_checkpoint_before_it(config, tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    training = fresh(config)
    train.save(training, path)
    monkeypatch.setattr("rtsynth_models.network.checkpoint.os.replace", _fail)
    training.steps = 7
    with pytest.raises(OSError, match="full"):
        train.save(training, path)
    assert load_checkpoint(path).steps == 0


def test_the_model_in_use_has_the_averaged_weights(config, tmp_path):
    training = fresh(config)
    with torch.no_grad():
        training.average.mean.fill_(0.25)
    train.save(training, tmp_path / "checkpoint.pt")
    model, _ = load_model(tmp_path / "checkpoint.pt")
    assert (model.mean == 0.25).all()


def _fail(*_: object) -> None:
    raise OSError("disk full")
