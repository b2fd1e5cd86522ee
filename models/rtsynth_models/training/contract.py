"""What the trainer and a family of generators know of each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer

from rtsynth_models.sounds import Sounds


class Run(Protocol):
    """The trainer's side of one step.

    Sizes are of the whole batch, over all processes; what comes back is this process's share of it, a run of
    rows. The draws depend on the seed and the step alone: neither the number of processes nor an
    interruption changes them. Every process must ask for the same things in the same order.
    """

    fabric: Fabric
    folder: Path  # of the run, for what a task wants to keep beside the checkpoints
    data: Sounds
    optimisers: Mapping[str, Optimizer]
    seen: int  # notes drawn since the beginning, over all processes

    def draw(self, size: int, among: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Indices of notes in `data` to train on, every note as often; counts them as seen.

        `among` says which notes; without it all that are not held out.
        """

    def normal(self, size: int, *shape: int) -> Tensor:
        """Standard normal numbers (share, *shape), float32, on the run's device."""

    def uniform(self, size: int, *shape: int) -> Tensor:
        """Uniform numbers in [0, 1), like `normal`."""

    def integers(self, size: int, high: int) -> Tensor:
        """Integers in [0, high), int64 (share,), on the run's device."""

    def tensor(self, values: NDArray[Any]) -> Tensor:
        """An array on the run's device."""

    def descend(self, name: str, loss: Tensor) -> None:
        """Backward, mean of the gradients over all processes, one step of the optimiser `name`.

        Clears the gradients of that optimiser's parameters first. `loss` is a mean over the share.
        """


class Task(Protocol):
    """Every network of a family and how they learn; also a `torch.nn.Module` holding the networks.

    `averaged` is the network that is exported, a part of the module under training; the trainer keeps the
    moving average of its weights and gives that to the export. Buffers are kept with it.
    """

    averaged: nn.Module
    average: float  # how much of the moving average a step keeps: 0.999

    def optimisers(self) -> dict[str, Optimizer]:
        """The optimisers by name, over the parameters of this module; called once.

        A checkpoint keeps their state, not their settings: a rate that changes is set by `turn`.
        """

    def turn(self, run: Run, step: int) -> dict[str, Tensor]:
        """One step of training, under the run's autocast; returns detached losses to watch."""


@dataclass(frozen=True)
class Trained:
    """A network with its averaged weights, in evaluation mode, and where it comes from."""

    family: str
    config: Any
    network: nn.Module  # what `Family.network` builds
    facts: Mapping[str, Any]  # of the data: names, rate, source, licence, notes
    steps: int
    seen: int
    minutes: float
    losses: Mapping[str, float]


@dataclass(frozen=True)
class Family:
    """A published generator; configurations are frozen dataclasses of plain numbers and strings."""

    name: str
    title: str
    configs: Mapping[str, Any]
    network: Callable[[Any], nn.Module]  # config → the network that is exported, weights at random
    task: Callable[[Any, Sounds], Any]  # config, data → a Task
    export: Callable[[Trained, Path], None]  # writes a bundle folder that `load_bundle` accepts
