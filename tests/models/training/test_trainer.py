import dataclasses
import re
import signal

import pytest
import torch

from rtsynth_engine.errors import EngineError
from rtsynth_models.training import checkpoint as stored
from tests.models.training import tiny
from tests.models.training.tiny import trainer


def tensors(folder):
    return stored.load_checkpoint(folder)[1]


def test_a_resumed_training_gives_the_weights_of_an_uninterrupted_one(tmp_path):
    trainer(tmp_path / "whole").train(5)
    trainer(tmp_path / "cut").train(3)
    trainer(tmp_path / "cut").train(5)
    whole, cut = tensors(tmp_path / "whole"), tensors(tmp_path / "cut")
    assert whole.keys() == cut.keys()
    assert [name for name in whole if not torch.equal(whole[name], cut[name])] == []


def test_a_checkpoint_cut_short_falls_back_to_the_one_before(tmp_path):
    training = trainer(tmp_path)
    training.train(2)
    training.train(3)
    path = tmp_path / stored.NAME
    path.write_bytes(path.read_bytes()[:-100])
    assert trainer(tmp_path).numbers.steps == 2


def test_two_broken_checkpoints_are_one_line_with_a_remedy(tmp_path):
    for name in (stored.NAME, stored.BEFORE):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(EngineError, match=r"^[^\n]*cannot be read[^\n]*start anew$"):
        trainer(tmp_path)


def test_an_interruption_while_writing_leaves_the_checkpoint(tmp_path, monkeypatch):
    training = trainer(tmp_path)
    training.train(1)
    with monkeypatch.context() as patch:
        patch.setattr(stored, "save_file", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(EngineError, match="disk full"):
            training.save()
    assert trainer(tmp_path).numbers.steps == 1


def test_a_checkpoint_of_other_sizes_is_refused_in_one_line(tmp_path, monkeypatch):
    trainer(tmp_path).train(1)
    monkeypatch.setattr(tiny, "CONFIG", tiny.CONFIG.__class__(channels=(4, 4), pitches=(48,)))
    with pytest.raises(EngineError, match="another configuration"):
        trainer(tmp_path)


def test_a_loss_that_is_not_finite_stops_with_one_line_and_is_not_saved(tmp_path):
    training = trainer(tmp_path)
    training.train(1)
    with torch.no_grad():
        next(training.task.discriminator.parameters()).fill_(float("nan"))
    with pytest.raises(EngineError) as caught:
        training.train(2)
    assert re.fullmatch(r"step 1: the loss \w+ is nan; [^\n]+", str(caught.value))
    assert stored.load_checkpoint(tmp_path)[0].steps == 1


def test_the_average_lags_behind_the_network(tmp_path):
    training = trainer(tmp_path)
    begun = [p.clone() for p in training.average.parameters()]
    for _ in range(2):
        training.step()
    moved = zip(begun, training.average.parameters(), training.task.averaged.parameters(), strict=True)
    assert all((b - a).norm() < (c - a).norm() for a, b, c in moved if not torch.equal(a, c))


def test_the_settings_of_optimisers_are_not_those_of_the_checkpoint(tmp_path, monkeypatch):

    trainer(tmp_path).train(1)
    monkeypatch.setattr(tiny, "CONFIG", dataclasses.replace(tiny.CONFIG, learning_rate=1e-5))
    rates = [group["lr"] for group in trainer(tmp_path).optimisers["generator"].param_groups]
    assert max(rates) == pytest.approx(1e-5)


def test_a_signal_ends_the_training_after_a_step_with_a_checkpoint(tmp_path, monkeypatch):
    training = trainer(tmp_path)
    step = training.step
    monkeypatch.setattr(training, "step", lambda: (step(), signal.raise_signal(signal.SIGTERM)))
    training.train(1000)
    assert stored.load_checkpoint(tmp_path)[0].steps == 1


def test_only_notes_that_are_learnt_from_are_counted(tmp_path):
    training = trainer(tmp_path)
    training.step()
    assert training.numbers.facts["notes"] == 10
