"""Checkpoints: plain tensors and numbers, read without running any code of theirs."""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rtsynth_models.data.catalogue import Program, program
from rtsynth_models.network.partialgan import Config, PartialGAN

Weights = dict[str, Tensor]


@dataclass
class Checkpoint:
    """Where a training stands: `average` is the moving average of the weights, the ones to use.

    `divisors` are the slots per harmonic of each of the `programs`, `described` the fields of each `Program`.
    """

    config: Config
    programs: list[int]
    divisors: list[int]
    weights: Weights
    average: Weights
    optimiser: dict[str, Any]
    steps: int = 0
    minutes: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)
    described: list[dict[str, Any]] = field(default_factory=list)

    @property
    def instruments(self) -> list[Program]:
        """The programs with their names and ranges; by the catalogue where the data set told none."""
        if self.described:
            return [Program(**fields) for fields in self.described]
        return [program(number) for number in self.programs]


def earlier(path: Path) -> Path:
    """Where the checkpoint before the last one is kept."""
    return path.with_name(f"{path.stem}-before{path.suffix}")


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write the file whole and keep the one before it: an interruption leaves one that can be read."""
    part = path.with_suffix(".part")
    torch.save(vars(checkpoint) | {"config": asdict(checkpoint.config)}, part)
    if path.exists():
        os.replace(path, earlier(path))
    os.replace(part, path)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, or the one before it when it was cut short.

    FileNotFoundError when there is none, ValueError when neither can be read.
    """
    for file in (path, earlier(path)):
        try:
            stored = torch.load(file, weights_only=True)
            return Checkpoint(**stored | {"config": Config(**stored["config"])})
        except FileNotFoundError:
            continue
        except Exception as error:  # torch raises whatever a broken archive makes it stumble over
            broken = error
    if not path.exists() and not earlier(path).exists():
        raise FileNotFoundError(f"no checkpoint at {path}; train first")
    raise ValueError(
        f"{path} cannot be read ({type(broken).__name__}), nor can the one before it; start anew"
    )


def load_model(path: Path) -> tuple[PartialGAN, Checkpoint]:
    """The network with its averaged weights, ready to be used, and the checkpoint it came from."""
    checkpoint = load_checkpoint(path)
    model = PartialGAN(checkpoint.config)
    model.load_state_dict(checkpoint.average)
    return model.eval().requires_grad_(False), checkpoint
