"""The trainer's side of a step, on Lightning Fabric: one processor, one GPU or many processes alike."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import Optimizer

from rtsynth_models.sounds import Sounds
from rtsynth_models.training.batches import Draws, drawn


def started(precision: str = "32-true", loggers: Any = None) -> Fabric:
    """Fabric over the processes torchrun started, or over this one; on a GPU where there is one."""
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    nodes = int(os.environ.get("WORLD_SIZE", "1")) // here
    fabric = Fabric(devices=here, num_nodes=nodes, precision=precision, loggers=loggers)  # type: ignore[arg-type]
    fabric.launch()
    return fabric


class FabricRun:
    """`contract.Run`: draws of the whole batch, shared out; gradients averaged over the processes.

    `notes` is how many different ones are learnt from.
    """

    def __init__(self, fabric: Fabric, folder: Path, data: Sounds, seed: int) -> None:
        self.fabric, self.folder, self.data, self.seed = fabric, folder, data, seed
        self.draws = Draws(seed, fabric.global_rank, fabric.world_size)
        self.seen = self.notes = 0
        self.optimisers: Mapping[str, Optimizer] = {}
        self._kept = data.chosen(held_out=False)

    def begin(self, step: int) -> None:
        """The draws from here on are those of `step`."""
        self.draws.begin(step)

    def draw(self, size: int, among: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """The share of the next `size` notes."""
        kept = self._kept if among is None else among
        found = drawn(kept, self.seen, size, self.seed)[self.draws.share(size)]
        self.seen += size
        self.notes = len(np.unique(kept))
        return found

    def normal(self, size: int, *shape: int) -> Tensor:
        """Standard normal numbers (share, *shape) on the device."""
        return self.fabric.to_device(self.draws.normal(size, *shape))

    def uniform(self, size: int, *shape: int) -> Tensor:
        """Numbers in [0, 1), (share, *shape), on the device."""
        return self.fabric.to_device(self.draws.uniform(size, *shape))

    def integers(self, size: int, high: int) -> Tensor:
        """Integers in [0, high), (share,), on the device."""
        return self.fabric.to_device(self.draws.integers(size, high))

    def tensor(self, values: NDArray[Any]) -> Tensor:
        """The array on the device."""
        return self.fabric.to_device(torch.from_numpy(values))

    def descend(self, name: str, loss: Tensor) -> None:
        """One step of the optimiser `name` down the mean of all processes' losses."""
        optimiser = self.optimisers[name]
        optimiser.zero_grad()
        self.fabric.backward(loss)
        average_gradients(self.fabric, optimiser)
        optimiser.step()
        torch.clear_autocast_cache()  # it holds the weights as they were, rounded

    def mean(self, values: Mapping[str, Tensor]) -> dict[str, float]:
        """The means of losses over the processes, as numbers."""
        whole = torch.stack([value.detach().float().reshape(()) for value in values.values()])
        if self.fabric.world_size > 1:
            whole = self.fabric.all_reduce(whole, reduce_op="mean")  # type: ignore[assignment]
        return dict(zip(values, whole.tolist(), strict=True))


def average_gradients(fabric: Fabric, optimiser: Optimizer) -> None:
    """The mean of the gradients over the processes, in one message."""
    if fabric.world_size == 1:
        return
    parameters = [p for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    whole = fabric.all_reduce(torch.cat([p.grad.reshape(-1) for p in parameters]), reduce_op="mean")
    for p, part in zip(parameters, whole.split([p.numel() for p in parameters]), strict=True):  # type: ignore[union-attr]
        p.grad.copy_(part.view(p.shape))
