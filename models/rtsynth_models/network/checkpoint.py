"""Checkpoints: plain tensors and numbers, read without running any code of theirs."""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rtsynth_models.network.partialgan import Config, PartialGAN

Weights = dict[str, Tensor]


@dataclass
class Checkpoint:
    """Where a training stands: `average` is the moving average of the weights, the ones to use."""

    config: Config
    programs: list[int]
    weights: Weights
    average: Weights
    optimiser: dict[str, Any]
    steps: int = 0
    minutes: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write atomically: an interruption leaves the file before it."""
    part = path.with_suffix(".part")
    torch.save(vars(checkpoint) | {"config": asdict(checkpoint.config)}, part)
    os.replace(part, path)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; FileNotFoundError when there is none."""
    stored = torch.load(path, weights_only=True)
    return Checkpoint(**stored | {"config": Config(**stored["config"])})


def load_model(path: Path) -> tuple[PartialGAN, Checkpoint]:
    """The network with its averaged weights, ready to be used, and the checkpoint it came from."""
    checkpoint = load_checkpoint(path)
    model = PartialGAN(checkpoint.config)
    model.load_state_dict(checkpoint.average)
    return model.eval().requires_grad_(False), checkpoint
