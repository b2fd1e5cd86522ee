"""The one trainer of every family.

The same seed and steps give the same weights, however often the training was interrupted.
"""

import copy
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import torch
from lightning_fabric import Fabric
from torch import nn

from rtsynth_engine.errors import EngineError
from rtsynth_models.sounds import Sounds
from rtsynth_models.training import checkpoint as stored
from rtsynth_models.training.batches import seed_of
from rtsynth_models.training.contract import Family
from rtsynth_models.training.run import FabricRun

REPORT_SECONDS, SAVE_SECONDS = 20.0, 120.0


class Trainer:
    """A task in training: its optimisers, the moving average of its exported network, its checkpoints."""

    def __init__(
        self, fabric: Fabric, family: Family, config: Any, data: Sounds, folder: Path, seed: int = 0
    ) -> None:
        torch.manual_seed(seed_of(seed))
        self.fabric, self.folder = fabric, folder
        self.task = fabric.to_device(family.task(config, data))
        self.average: nn.Module = copy.deepcopy(self.task.averaged).requires_grad_(False)
        self.optimisers = self.task.optimisers()
        self.run = FabricRun(fabric, folder, data, seed)
        self.run.optimisers = {n: fabric.setup_optimizers(o) for n, o in self.optimisers.items()}  # type: ignore[misc]
        self.numbers = stored.Numbers(family.name, asdict(config), facts_of(data), seed)
        if stored.exists(folder):
            self._restore(*stored.load_checkpoint(folder))

    def _restore(self, numbers: stored.Numbers, tensors: dict[str, torch.Tensor]) -> None:
        numbers.config = self.numbers.config  # how long to grow may be changed on the way
        self.numbers, self.run.seen = numbers, numbers.seen
        self.run.seed = self.run.draws.seed = numbers.seed
        stored.restore_module(self.task, stored.TASK, tensors)
        stored.restore_module(self.average, stored.AVERAGED, tensors)
        for name, optimiser in self.optimisers.items():
            stored.restore_optimiser(name, optimiser, tensors)

    def save(self) -> None:
        """Write the checkpoint, by the first process."""
        if not self.fabric.is_global_zero:
            return
        tensors = stored.module_tensors(stored.TASK, self.task)
        tensors |= stored.module_tensors(stored.AVERAGED, self.average)
        for name, optimiser in self.optimisers.items():
            tensors |= stored.optimiser_tensors(name, optimiser)
        stored.save_checkpoint(self.folder, self.numbers, tensors)

    def step(self) -> None:
        """One turn of the task. Raises EngineError when a loss is not finite."""
        begun, numbers = time.monotonic(), self.numbers
        self.run.begin(numbers.steps)
        with self.fabric.autocast():
            found = self.task.turn(self.run, numbers.steps)
        numbers.losses = self.run.mean(found)
        check_finite(numbers.losses, numbers.steps)
        numbers.steps, numbers.seen = numbers.steps + 1, self.run.seen
        numbers.facts["notes"] = self.run.notes
        follow(self.average, self.task.averaged, min(self.task.average, numbers.steps / (numbers.steps + 9)))
        numbers.minutes += (time.monotonic() - begun) / 60

    def train(self, total: int) -> None:
        """Train until `total` steps are done or a signal ends it, reporting and saving on the way."""
        report, save = _every(REPORT_SECONDS, self.report), _every(SAVE_SECONDS, self.save)
        with Ended() as ended:
            while self.numbers.steps < total and not ended.asked:
                self.step()
                report()
                save()
        self.report()
        self.save()

    def report(self) -> None:
        """A line for the person, and the losses for the loggers."""
        numbers = self.numbers
        losses = " ".join(f"{name} {value:.4g}" for name, value in numbers.losses.items())
        if self.fabric.is_global_zero:
            click.echo(f"step {numbers.steps} seen {numbers.seen} minute {numbers.minutes:.1f} {losses}")
        self.fabric.log_dict(numbers.losses, numbers.steps)


def facts_of(data: Sounds) -> dict[str, Any]:
    """What the export says of the sounds learnt from."""
    facts = {"names": list(data.names), "rate": data.rate, "source": data.source, "licence": data.licence}
    return facts | {"notes": len(data.chosen(held_out=False))}


def check_finite(losses: dict[str, float], step: int) -> None:
    """Raises EngineError when a loss is not a finite number."""
    for name, value in losses.items():
        if not math.isfinite(value):
            raise EngineError(
                f"step {step}: the loss {name} is {value}; resume at a lower rate or in full precision"
            )


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, keep: float) -> None:
    """Move the average towards the network's weights; buffers are taken as they are."""
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)
    for mean, value in zip(average.buffers(), network.buffers(), strict=True):
        mean.copy_(value)


def _every(seconds: float, action: Callable[[], None]) -> Callable[[], None]:
    """`action`, done at most once in so many seconds."""
    done = time.monotonic()

    def act() -> None:
        nonlocal done
        if time.monotonic() - done > seconds:
            action()
            done = time.monotonic()

    return act


class Ended:
    """While this is open, SIGINT and SIGTERM ask for an end after the step, so that nothing is lost."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __enter__(self) -> "Ended":
        self.asked = False
        self.before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self._ask) for number in self.SIGNALS}
        return self

    def _ask(self, *_: object) -> None:
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
