"""A latent space to play in: unit-variance coordinates, and directions named by what they do.

Z is the latent size, P the number of places, A of attributes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.scale import denormalise

PITCHES = (48.0, 60.0, 72.0)  # MIDI numbers at which a sound is described
VELOCITY = 0.8
MOMENTS = (0.005, 0.15, 0.5)  # seconds
BODY_HARMONICS = 2
NEIGHBOURS, NEIGHBOURHOOD = 24, 0.25  # points around a place, and how far, over which slopes are averaged
RIDGE = 0.05
LEAST_SPREAD = 0.05  # s.d. of a training coordinate below which it is not blown up
LONGEST = 2.0  # of a step: further on, sounds leave what was learned
REACH, TRIED = 2, 16  # steps to either side, and how many moments on the way are listened to


class Attributes(NamedTuple):
    """What a listener would name, (B,) each, in octaves or dB."""

    brightness: Tensor
    attack: Tensor
    breath: Tensor
    body: Tensor
    motion: Tensor


@dataclass(frozen=True)
class Direction:
    """One step changes the attribute `name` by about a standard deviation of the places.

    `at` (P, Z): where that leads from each place, for instruments lie too far apart for one line through all.
    `warp` (P, 2 * REACH + 1): how far along it -REACH … REACH steps go, so that each sounds as wide as the
    last.
    """

    name: str
    at: Tensor
    warp: Tensor


def whiten(model: PartialGAN) -> None:
    """Change the model's coordinates, in place, so that its places have zero mean and unit variance."""
    with torch.no_grad():
        centre = model.mean.mean(0)
        _, size, axes = torch.linalg.svd(model.mean - centre, full_matrices=False)
        spread = (size / max(len(model.mean) - 1, 1) ** 0.5).clamp(min=LEAST_SPREAD)
        colour = axes.T @ torch.diag(spread) @ axes  # the coordinates stay as near the old ones as they can
        model.mean.copy_((model.mean - centre) @ torch.linalg.inv(colour))
        model.centre.copy_(centre @ model.colour + model.centre)
        model.colour.copy_(colour @ model.colour)


def describe(model: PartialGAN, latent: Tensor, divisor: Tensor) -> Attributes:
    """Attributes of sounds at `latent` (B, Z) with `divisor` (B,) slots per harmonic: a mean of pitches."""
    each = [_describe(model, latent, divisor, pitch) for pitch in PITCHES]
    return Attributes(*(torch.stack(part).mean(0) for part in zip(*each, strict=True)))


def _describe(model: PartialGAN, latent: Tensor, divisor: Tensor, pitch: float) -> Attributes:
    config, count = model.config, len(latent)
    said, motion, onset, _ = model.describe(
        torch.full((count,), pitch), torch.full((count,), VELOCITY), latent
    )
    frames = model.generator(said.film, said.static, torch.tensor(MOMENTS).repeat(count, 1))[:, :, 0]
    level, _, noise = denormalise(frames, config.partials)
    partials, hiss = 10 ** (level / 10), 10 ** (noise / 10) / 2
    harmonic = torch.arange(1, config.partials + 1) / divisor[:, None]
    loud = [decibels(partials[:, i].sum(-1) + hiss[:, i].sum(-1)) for i in range(len(MOMENTS))]
    amplitude = partials[:, 2].sqrt()
    low = (partials[:, 2] * (harmonic <= BODY_HARMONICS)).sum(-1)
    return Attributes(
        (amplitude * torch.log2(harmonic)).sum(-1) / amplitude.sum(-1),
        loud[0] + onset[:, :, :8].mean((1, 2)) - torch.maximum(loud[1], loud[2]),
        decibels(hiss[:, 2].sum(-1)) - decibels(partials[:, 2].sum(-1)),
        decibels(low) - loud[2],
        motion.am[..., :8].mean((1, 2, 3)) + motion.vibrato.mean((1, 2)),
    )


def decibels(power: Tensor) -> Tensor:
    """Level in dB."""
    return 10 * torch.log10(power + 1e-12)


def directions(model: PartialGAN, divisors: list[int], seed: int = 0) -> list[Direction]:
    """At each place the step that changes one attribute and, as far as it can, none of the others."""
    grid, draw = torch.tensor(divisors), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        scale = torch.stack(describe(model, model.mean, grid)).std(1)
    near = [NEIGHBOURHOOD * torch.randn(model.mean.shape, generator=draw) for _ in range(NEIGHBOURS)]
    slopes = torch.stack([_slopes(model, model.mean + away, grid) for away in near]).mean(0) / scale[:, None]
    steps = slopes.mT @ torch.linalg.inv(slopes @ slopes.mT + RIDGE * torch.eye(len(scale)))  # (P, Z, A)
    steps = steps * (LONGEST / steps.norm(dim=1, keepdim=True)).clamp(max=1)
    return [
        Direction(name, steps[:, :, i], warp(model, steps[:, :, i], i, grid))
        for i, name in enumerate(Attributes._fields)
    ]


def warp(model: PartialGAN, step: Tensor, attribute: int, divisors: Tensor) -> Tensor:
    """How far along `step` (P, Z) every whole number of steps goes, (P, 2 * REACH + 1).

    To either side as far as the attribute goes on changing, at most REACH, in equal parts of its change.
    """
    far = torch.linspace(0, REACH, TRIED + 1)
    with torch.no_grad():
        back, there = (
            [describe(model, model.mean + side * t * step, divisors)[attribute] for t in far]
            for side in (-1, 1)
        )
    low, high = (_even(torch.stack(side) - side[0], far) for side in ([-x for x in back], there))
    return torch.cat([-low.flip(1), torch.zeros(len(step), 1), high], 1)


def _even(change: Tensor, far: Tensor) -> Tensor:
    """Distances, of `far` (T,), at which equal parts of a `change` (T, P) are reached, (P, REACH)."""
    parts, rows = np.arange(1, REACH + 1) / REACH, []
    for curve in change.T.numpy():
        rising = np.maximum.accumulate(curve[: curve.argmax() + 1])
        rows.append(np.interp(parts * rising[-1], rising, far[: len(rising)]))
    return torch.tensor(np.array(rows), dtype=torch.float32)


def _slopes(model: PartialGAN, latent: Tensor, divisors: Tensor) -> Tensor:
    """How every attribute changes with the latents, (P, attributes, Z)."""
    moved = latent.detach().requires_grad_(True)
    values = describe(model, moved, divisors)
    each = [torch.autograd.grad(value.sum(), moved, retain_graph=True)[0] for value in values]
    return torch.stack(each, 1)
