"""Progressive growing: which level is trained after how many images, and equalised learning rates."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from rtsynth_models.families.gansynth.config import Config

KINDS, IMAGE_GAIN = 2, 0.5  # outputs of the layer that gives an image


@dataclass(frozen=True)
class Stage:
    """A level of growth, how much of it is faded in (0 … 1), and the size of a batch."""

    level: int
    share: float
    batch: int


def stage(config: Config, seen: int) -> Stage:
    """The stage after `seen` images; the last level stays for ever."""
    for level, (fade, stay) in enumerate(zip(config.fade, config.stay, strict=True)):
        if seen < fade + stay or level == config.levels:
            break
        seen -= fade + stay
    return Stage(level, min(1.0, seen / fade) if fade else 1.0, config.batch[level])


def pace(config: Config, seen: int) -> float:
    """The learning rate after `seen` images: supervised learning bears a higher one than two opponents."""
    if seen >= config.warm:
        return config.learning_rate
    return float(config.warm_rate * (config.learning_rate / config.warm_rate) ** (seen / config.warm))


@torch.no_grad()
def begin(network: nn.Module) -> None:
    """Weights by He's rule, biases zero."""
    for module in weighted(network):
        module.weight.normal_(0.0, spread(module))
        module.bias.zero_()


def weighted(network: nn.Module) -> Iterator[Any]:
    """The layers with weights and biases."""
    return (module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear))


def spread(module: Any) -> float:
    """The standard deviation of weights that keeps the loudness of what goes through; of an image's, less.

    Turns of phase are noise at first, which would drive a tanh to its ends, where nothing is learnt any more.
    """
    gain = IMAGE_GAIN if len(module.weight) == KINDS else math.sqrt(2.0)
    return gain / math.sqrt(module.weight[0].numel())


def equalised(network: nn.Module, rate: float) -> list[dict[str, Any]]:
    """Groups of parameters for Adam, every weight's rate in proportion to its spread at the beginning.

    Adam steps as far whatever the gradient's scale, so this is the equalised learning rate of progressive
    growing (Karras et al. 2018, section 4.1), which scales weights of spread 1 whenever they are used.
    """
    groups: dict[float, list[nn.Parameter]] = defaultdict(list)
    for module in weighted(network):
        groups[spread(module)].append(module.weight)
        groups[1.0].append(module.bias)
    return [{"params": found, "lr": rate * size, "spread": size} for size, found in groups.items()]
