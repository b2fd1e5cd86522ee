"""The whole training: targets distilled, reconstruction, then the adversary."""

from dataclasses import dataclass
from pathlib import Path

import click
import torch

from rtsynth_models.data.notes import load_notes
from rtsynth_models.data.targets import distil_all
from rtsynth_models.network.adversarial import begin_game, play
from rtsynth_models.network.calibration import calibrate
from rtsynth_models.network.train import begin, resume, save, train


@dataclass(frozen=True)
class Plan:
    """Where from, where to, and how long; `calibration` in rounds; `control`: no discriminators."""

    data: Path
    out: Path
    steps: int
    adversarial: int
    calibration: int
    control: bool
    batch: int
    threads: int
    seed: int


def run(plan: Plan) -> None:
    """Train to `out/final.pt`, going on from `out/checkpoint.pt` if there is one. Raises EngineError."""
    torch.set_num_threads(plan.threads)
    plan.out.mkdir(parents=True, exist_ok=True)
    distil_all(plan.data, plan.threads)
    path = plan.out / "checkpoint.pt"
    training = begin(plan.data, path, plan.seed)
    click.echo(f"{sum(p.numel() for p in training.model.parameters()):,} parameters")
    notes = load_notes(plan.data, training.model.config.partials, training.programs)
    train(training, notes, plan.steps, path, plan.batch, plan.seed)
    refined = resume(path)
    refined.model.load_state_dict(refined.average.state_dict())
    final = plan.out / "final.pt"
    if plan.adversarial:
        play(begin_game(refined, notes), plan.adversarial, plan.batch, not plan.control, plan.seed)
    calibrate(refined, notes, plan.data, plan.calibration, plan.threads, plan.seed)
    save(refined, final)
