from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rtsynth_models.training.__main__ as command
from rtsynth_models.families.gansynth import FAMILY
from rtsynth_models.training.trained import load_trained
from tests.models.training.tiny import CONFIG, sounds


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "family", lambda name: replace(FAMILY, configs={"small": CONFIG}))
    monkeypatch.setattr(command, "load_sounds", lambda folder: sounds())

    def run(*options: str) -> Result:
        return CliRunner().invoke(command.main, ["gansynth", "anywhere", str(tmp_path / "run"), *options])

    return run


def test_a_training_is_started_and_resumed_by_the_same_command(run, tmp_path):
    assert "step 2 seen 16" in run("--steps", "2").output
    assert "step 3 seen 24" in run("--steps", "3").output
    trained = load_trained(tmp_path / "run")
    assert (trained.steps, trained.seen, trained.config) == (3, 24, CONFIG)


def test_losses_are_written_for_tensorboard(run, tmp_path):
    assert run("--steps", "1", "--tensorboard").exit_code == 0
    assert list(Path(tmp_path / "run" / "tensorboard").rglob("events.out.tfevents.*"))


def test_a_configuration_that_does_not_exist_is_one_line_with_those_that_do(run):
    done = run("--config", "huge")
    assert done.exit_code == 1
    assert done.output.strip() == "error: gansynth has no configuration 'huge'; choose one of small"


def test_half_precision_is_an_option(run):
    assert run("--steps", "1", "--precision", "bf16-mixed").exit_code == 0
