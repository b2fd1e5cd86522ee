"""Train PartialGAN by reconstruction: `python -m rtsynth_models.network.train`.

Resumes from `OUT/checkpoint.pt`. `--minutes` is the length of the whole training, over which the learning
rate falls to nothing; time spent before an interruption counts.
"""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import click
import torch
from torch import Tensor

from rtsynth_models.data.catalogue import PROGRAMS
from rtsynth_models.data.notes import SEGMENT, Notes, draw, load_notes
from rtsynth_models.network.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from rtsynth_models.network.losses import Losses, reconstruction, slope_loss
from rtsynth_models.network.partialgan import Config, PartialGAN

LEARNING_RATE, WARM_UP, WEIGHT_DECAY, LARGEST_GRADIENT = 1.5e-3, 100, 1e-3, 1.0
WEIGHTS = Losses(1.0, 0.7, 0.7, 0.1)  # type: ignore[arg-type]
DIVERGENCE_WEIGHT = 2e-4
AVERAGE = 0.999
REPORT_STEPS, SAVE_SECONDS = 100, 120.0


@dataclass
class Training:
    """A model in training with its optimiser and the moving average of its weights."""

    model: PartialGAN
    optimiser: torch.optim.Optimizer
    average: PartialGAN
    steps: int = 0
    minutes: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)


def start(config: Config) -> Training:
    """A fresh training."""
    model, average = PartialGAN(config), PartialGAN(config)
    average.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=WEIGHT_DECAY)
    return Training(model, optimiser, average.requires_grad_(False))


def resume(path: Path) -> Training:
    """A training that goes on where its checkpoint stands."""
    stored = load_checkpoint(path)
    training = start(stored.config)
    training.model.load_state_dict(stored.weights)
    training.average.load_state_dict(stored.average)
    training.optimiser.load_state_dict(stored.optimiser)
    training.steps, training.minutes = stored.steps, stored.minutes
    return training


def save(training: Training, path: Path) -> None:
    """Write the checkpoint."""
    stored = Checkpoint(
        training.model.config,
        [p.number for p in PROGRAMS],
        training.model.state_dict(),
        training.average.state_dict(),
        training.optimiser.state_dict(),
        training.steps,
        training.minutes,
        training.losses,
    )
    save_checkpoint(stored, path)


def learning_rate(steps: int, progress: float) -> float:
    """Warm-up, then half a cosine over `progress` 0..1."""
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0))
    return LEARNING_RATE * min(1.0, (steps + 1) / WARM_UP) * cosine


def train_step(training: Training, notes: Notes, index: Tensor, size: int) -> dict[str, float]:
    """One step of gradient descent on `size` segments of the notes `index`; returns the losses."""
    model = training.model
    batch = draw(notes, index, size)
    instrument = notes.instrument[batch.note]
    film, static, slopes = model.note(
        notes.pitch[batch.note], notes.velocity[batch.note], model.draw_latent(instrument)
    )
    step = batch.first[:, None] + torch.arange(SEGMENT)
    seconds = step * model.config.frames_per_step / model.config.frame_rate
    losses = reconstruction(model.generator(film, static, seconds), batch, notes, model.config)
    losses = losses._replace(slopes=slope_loss(slopes, notes.slopes[batch.note]))
    divergence = model.divergence(instrument).mean()
    total = DIVERGENCE_WEIGHT * divergence + sum(w * x for w, x in zip(WEIGHTS, losses, strict=True))
    _descend(training, total)
    return {name: x.item() for name, x in losses._asdict().items()} | {"divergence": divergence.item()}


def _descend(training: Training, total: Tensor) -> None:
    training.optimiser.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_(training.model.parameters(), LARGEST_GRADIENT)
    training.optimiser.step()
    training.steps += 1
    keep = min(AVERAGE, training.steps / (training.steps + 20))
    with torch.no_grad():
        for mean, value in zip(training.average.parameters(), training.model.parameters(), strict=True):
            mean.lerp_(value, 1 - keep)


def train(training: Training, notes: Notes, minutes: float, path: Path, size: int) -> None:
    """Train until `minutes` are spent, reporting and saving on the way."""
    index, recent, saved = notes.chosen(held_out=False), [], time.monotonic()
    while training.minutes < minutes:
        begun = time.monotonic()
        for group in training.optimiser.param_groups:
            group["lr"] = learning_rate(training.steps, training.minutes / minutes)
        recent.append(train_step(training, notes, index, size))
        training.minutes += (time.monotonic() - begun) / 60
        if len(recent) == REPORT_STEPS:
            training.losses = {name: sum(r[name] for r in recent) / len(recent) for name in recent[0]}
            click.echo(_report(training))
            recent.clear()
        if time.monotonic() - saved > SAVE_SECONDS:
            save(training, path)
            saved = time.monotonic()
    save(training, path)


def _report(training: Training) -> str:
    losses = " ".join(f"{name} {value:.4f}" for name, value in training.losses.items())
    return f"step {training.steps} minute {training.minutes:.1f} {losses}"


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--minutes", required=True, type=float, help="Length of the whole training.")
@click.option("--threads", default=1, show_default=True)
@click.option("--batch", default=32, show_default=True, help="Segments a step.")
def main(data: Path, out: Path, minutes: float, threads: int, batch: int) -> None:
    """Train PartialGAN on the data set in DATA, going on from OUT/checkpoint.pt if there is one."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "checkpoint.pt"
    training = resume(path) if path.exists() else start(Config(instruments=len(PROGRAMS)))
    click.echo(f"{sum(p.numel() for p in training.model.parameters())} parameters")
    train(training, load_notes(data, training.model.config.partials), minutes, path, batch)


if __name__ == "__main__":
    main()
