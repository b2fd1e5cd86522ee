"""A finished or running training's averaged network."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from rtsynth_models.families.registry import family
from rtsynth_models.training import checkpoint as stored
from rtsynth_models.training.contract import Trained


def load_trained(folder: Path) -> Trained:
    """The network of the folder's last checkpoint. Raises EngineError when there is none that can be read."""
    numbers, tensors = stored.load_checkpoint(folder)
    found = family(numbers.family)
    config = _config(type(next(iter(found.configs.values()))), numbers.config)
    network = found.network(config)
    stored.restore_module(network, stored.AVERAGED, tensors)
    return Trained(
        numbers.family,
        config,
        network.eval().requires_grad_(False),
        numbers.facts,
        numbers.steps,
        numbers.seen,
        numbers.minutes,
        numbers.losses,
    )


def _config(kind: Any, values: dict[str, Any]) -> Any:
    """The configuration of the stored numbers; JSON has no tuples."""
    known = {field.name for field in fields(kind)}
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if n in known})
