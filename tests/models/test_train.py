import pytest
import torch

from rtsynth_models.data.notes import SEGMENT, Batch, draw
from rtsynth_models.network import train
from rtsynth_models.network.checkpoint import load_checkpoint, load_model
from rtsynth_models.network.losses import reconstruction, slope_loss

pytestmark = pytest.mark.train


def test_training_learns_the_notes(config, notes):
    torch.manual_seed(0)
    training, index = train.start(config), notes.chosen(held_out=False)
    for group in training.optimiser.param_groups:
        group["lr"] = 3e-3
    losses = [train.train_step(training, notes, index, 4)["level"] for _ in range(60)]
    assert sum(losses[-5:]) < 0.4 * sum(losses[:5])


def test_held_out_pitches_are_never_drawn(notes):
    index = notes.chosen(held_out=False)
    assert 54.0 not in notes.pitch[draw(notes, index, 200).note]
    assert notes.pitch[notes.chosen(held_out=True)].tolist() == [54.0]


def test_segments_are_cut_where_they_say(notes):
    ramp = torch.arange(300.0)[None, :, None].expand(6, 300, 240).half()
    moving = type(notes)(ramp, *list(vars(notes).values())[1:])
    batch = draw(moving, moving.chosen(held_out=False), 50)
    assert batch.frames.shape == (50, 2 * SEGMENT, 240)
    assert torch.equal(batch.frames[:, 0, 0], 2.0 * batch.first)


def test_a_perfect_output_costs_nothing(config, notes):
    batch = draw(notes, notes.chosen(held_out=False), 4)
    assert all(x == 0 for x in reconstruction(batch.frames, batch, notes, config))


def test_frames_without_their_past_are_not_judged(config, notes):
    frames = notes.frames[:1, : 2 * SEGMENT].float()
    wrong = frames.clone()
    wrong[:, : 2 * config.memory] += 1
    late, early = (Batch(frames, torch.tensor([first]), torch.tensor([0])) for first in (9, 0))
    assert reconstruction(wrong, late, notes, config).level == 0
    assert reconstruction(wrong, early, notes, config).level > 0


def test_the_attack_counts_more_than_the_rest(config, notes):
    frames = notes.frames[:1, : 2 * SEGMENT].float()
    batch = Batch(frames, torch.tensor([0]), torch.tensor([0]))
    costs = []
    for frame in (0, 100):
        wrong = frames.clone()
        wrong[:, frame] += 1
        costs.append(reconstruction(wrong, batch, notes, config).level)
    assert costs[0] > 4 * costs[1]


def test_unknown_slopes_are_left_out():
    unknown = torch.tensor([[1.0, float("nan")]])
    assert slope_loss(torch.tensor([[3.0, 50.0]]), unknown) == 2


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    assert train.learning_rate(0, 0.0) < 0.02 * train.LEARNING_RATE
    assert train.learning_rate(500, 0.0) == train.LEARNING_RATE
    assert train.learning_rate(500, 1.0) < 1e-9


def test_a_training_goes_on_where_its_checkpoint_stands(config, notes, tmp_path):
    training = train.start(config)
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
    training = train.start(config)
    train.save(training, path)
    monkeypatch.setattr("rtsynth_models.network.checkpoint.os.replace", _fail)
    training.steps = 7
    with pytest.raises(OSError, match="full"):
        train.save(training, path)
    assert load_checkpoint(path).steps == 0


def test_the_model_in_use_has_the_averaged_weights(config, tmp_path):
    training = train.start(config)
    with torch.no_grad():
        training.average.mean.fill_(0.25)
    train.save(training, tmp_path / "checkpoint.pt")
    model, _ = load_model(tmp_path / "checkpoint.pt")
    assert (model.mean == 0.25).all()


def _fail(*_: object) -> None:
    raise OSError("disk full")
