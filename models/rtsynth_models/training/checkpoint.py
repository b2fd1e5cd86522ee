"""Checkpoints: one safetensors file, its weights the tensors, its header's JSON the numbers."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from rtsynth_engine.errors import EngineError

NAME, BEFORE = "checkpoint.safetensors", "checkpoint-before.safetensors"
TASK, AVERAGED, OPTIMISER = "task.", "averaged.", "optimiser."


@dataclass
class Numbers:
    """What a checkpoint holds beside tensors."""

    family: str
    config: dict[str, Any]
    facts: dict[str, Any]
    seed: int = 0
    steps: int = 0
    seen: int = 0
    minutes: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)


def save_checkpoint(folder: Path, numbers: Numbers, tensors: Mapping[str, Tensor]) -> None:
    """Write the file whole and keep the one before it. Raises EngineError when the disk refuses."""
    part = folder / "checkpoint.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        whole = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        save_file(whole, part, metadata={"numbers": json.dumps(vars(numbers))})
        if (folder / NAME).exists():
            os.replace(folder / NAME, folder / BEFORE)
        os.replace(part, folder / NAME)
    except (OSError, SafetensorError) as error:
        raise EngineError(f"{folder} cannot be written ({error}); make room and resume") from error


def exists(folder: Path) -> bool:
    """Whether there is a checkpoint to go on from."""
    return (folder / NAME).exists() or (folder / BEFORE).exists()


def load_checkpoint(folder: Path) -> tuple[Numbers, dict[str, Tensor]]:
    """Read the checkpoint, or the one before it when it was cut short. EngineError when neither reads."""
    if not exists(folder):
        raise EngineError(f"there is no checkpoint in {folder}; train first")
    for name in (NAME, BEFORE):
        try:
            return _read(folder / name)
        except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
            broken = error
    raise EngineError(f"{folder / NAME} cannot be read ({broken}), nor the one before it; start anew")


def _read(path: Path) -> tuple[Numbers, dict[str, Tensor]]:
    with safe_open(path, framework="pt") as file:
        numbers = Numbers(**json.loads(file.metadata()["numbers"]))
        return numbers, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def module_tensors(prefix: str, module: nn.Module) -> dict[str, Tensor]:
    """The weights and buffers of a module by their names in a checkpoint."""
    return {prefix + name: value for name, value in module.state_dict().items()}


def restore_module(module: nn.Module, prefix: str, tensors: Mapping[str, Tensor]) -> None:
    """Put the weights back. Raises EngineError when they are of another shape."""
    try:
        module.load_state_dict(_below(prefix, tensors))
    except RuntimeError as error:
        raise EngineError(
            "the checkpoint is of another configuration; choose it, or another folder"
        ) from error


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def optimiser_tensors(name: str, optimiser: Optimizer) -> dict[str, Tensor]:
    """The state of an optimiser: `optimiser.NAME.PARAMETER.KEY`."""
    states = optimiser.state_dict()["state"].items()
    return {f"{OPTIMISER}{name}.{at}.{key}": value for at, state in states for key, value in state.items()}


def restore_optimiser(name: str, optimiser: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put the state back; rates and other settings stay as they are."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for place, value in _below(f"{OPTIMISER}{name}.", tensors).items():
        at, key = place.split(".")
        p = parameters[int(at)]
        optimiser.state[p][key] = value if value.shape != p.shape else torch.empty_like(p).copy_(value)
