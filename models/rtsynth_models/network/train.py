"""Train PartialGAN by reconstruction on a distilled data set.

The same seed and steps give the same weights, however often the training was interrupted.
"""

import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from rtsynth_engine.errors import EngineError
from rtsynth_models.data.manifest import programs_of
from rtsynth_models.data.notes import Notes
from rtsynth_models.data.targets import available, load_targets
from rtsynth_models.network.checkpoint import Checkpoint, earlier, load_checkpoint, save_checkpoint
from rtsynth_models.network.losses import finite
from rtsynth_models.network.partialgan import Config, PartialGAN
from rtsynth_models.network.rounds import play_round

LEARNING_RATE, WARM_UP, WEIGHT_DECAY, LARGEST_GRADIENT = 1.5e-3, 200, 1e-3, 1.0
AVERAGE = 0.999
REPORT_STEPS, SAVE_SECONDS = 200, 120.0


class TrainingError(EngineError):
    """The training cannot go on; the last checkpoint is as it was."""


@dataclass
class Training:
    """A model in training with its optimiser and the moving average of its weights."""

    model: PartialGAN
    optimiser: torch.optim.Optimizer
    average: PartialGAN
    programs: list[int]
    divisors: list[int]
    steps: int = 0
    minutes: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)
    described: list[dict[str, Any]] = field(default_factory=list)


def start(config: Config, programs: list[int], divisors: list[int]) -> Training:
    """A fresh training."""
    model, average = PartialGAN(config), PartialGAN(config)
    average.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=WEIGHT_DECAY)
    return Training(model, optimiser, average.requires_grad_(False), programs, divisors)


def resume(path: Path) -> Training:
    """A training that goes on where its checkpoint stands."""
    stored = load_checkpoint(path)
    training = start(stored.config, stored.programs, stored.divisors)
    training.model.load_state_dict(stored.weights)
    training.average.load_state_dict(stored.average)
    training.optimiser.load_state_dict(stored.optimiser)
    training.steps, training.minutes = stored.steps, stored.minutes
    training.losses, training.described = stored.losses, stored.described
    return training


def snapshot(training: Training) -> Checkpoint:
    """Where the training stands."""
    return Checkpoint(
        training.model.config,
        training.programs,
        training.divisors,
        training.model.state_dict(),
        training.average.state_dict(),
        training.optimiser.state_dict(),
        training.steps,
        training.minutes,
        training.losses,
        training.described,
    )


def save(training: Training, path: Path) -> None:
    """Write the checkpoint."""
    save_checkpoint(snapshot(training), path)


def learning_rate(steps: int, total: int) -> float:
    """Warm-up, then half a cosine over `total` steps."""
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(steps / total, 1.0))
    return LEARNING_RATE * min(1.0, (steps + 1) / WARM_UP) * cosine


def train_step(training: Training, notes: Notes, index: Tensor, size: int) -> dict[str, float]:
    """One step of gradient descent; returns the losses. Raises TrainingError when one is not finite."""
    played = play_round(training.model, notes, index, size)
    values = check_losses(played.losses, training.steps)
    descend(training, played.total)
    return values


def check_losses(losses: dict[str, Tensor], step: int) -> dict[str, float]:
    """The losses as numbers. Raises TrainingError when one is not finite."""
    values = {name: value.item() for name, value in losses.items()}
    if (bad := finite(values)) is not None:
        raise TrainingError(
            f"step {step}: the loss of {bad} is {values[bad]}; check the data set, or go on from "
            "the last checkpoint with another seed"
        )
    return values


def descend(training: Training, total: Tensor) -> None:
    """One step of the optimiser and of the moving average."""
    training.optimiser.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_(training.model.parameters(), LARGEST_GRADIENT)
    training.optimiser.step()
    training.steps += 1
    keep = min(AVERAGE, training.steps / (training.steps + 20))
    with torch.no_grad():
        for mean, value in zip(training.average.parameters(), training.model.parameters(), strict=True):
            mean.lerp_(value, 1 - keep)


def train(training: Training, notes: Notes, total: int, path: Path, size: int, seed: int = 0) -> None:
    """Train until `total` steps are done, reporting and saving on the way."""
    index, recent, saved = notes.chosen(held_out=False), [], time.monotonic()
    while training.steps < total:
        begun = time.monotonic()
        torch.manual_seed(seed + training.steps)  # so that an interruption changes nothing
        for group in training.optimiser.param_groups:
            group["lr"] = learning_rate(training.steps, total)
        recent.append(train_step(training, notes, index, size))
        training.minutes += (time.monotonic() - begun) / 60
        if len(recent) == REPORT_STEPS:
            training.losses = {name: sum(r[name] for r in recent) / len(recent) for name in recent[0]}
            click.echo(_report(training, total))
            recent.clear()
        if time.monotonic() - saved > SAVE_SECONDS:
            save(training, path)
            saved = time.monotonic()
    save(training, path)


def _report(training: Training, total: int) -> str:
    found = " ".join(f"{name} {value:.4f}" for name, value in training.losses.items())
    return f"step {training.steps}/{total} minute {training.minutes:.1f} {found}"


def begin(data: Path, path: Path, seed: int) -> Training:
    """Go on from the checkpoint at `path`, or start on all programs of the data set."""
    if path.exists() or earlier(path).exists():
        return resume(path)
    torch.manual_seed(seed)
    programs = available(data)
    divisors = [int(load_targets(data, number)["divisor"]) for number in programs]
    training = start(Config(instruments=len(programs)), programs, divisors)
    known = {p.number: asdict(p) for p in programs_of(data)}
    training.described = [known[number] for number in programs]
    return training
