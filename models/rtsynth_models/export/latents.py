"""A latent space to play in: unit-variance coordinates, and directions named by what they do.

Z is the latent size, P the number of places.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.scale import denormalise

PITCHES = (48.0, 60.0, 72.0)  # MIDI numbers at which a sound is described
VELOCITY = 0.8
MOMENTS = (0.005, 0.15, 0.5)  # seconds
BODY_HARMONICS = 2
CLOUD, RIDGE = 1500, 1e-2
LEAST_SPREAD = 0.05  # s.d. of a training coordinate below which it is not blown up
AMOUNTS = torch.linspace(-2, 2, 9)  # of a direction, at which its warp is given
LONGEST = 1.5  # a direction's length: further along, sounds leave what was learned


class Attributes(NamedTuple):
    """What a listener would name, (B,) each, in octaves or dB."""

    brightness: Tensor
    attack: Tensor
    breath: Tensor
    body: Tensor
    motion: Tensor


@dataclass(frozen=True)
class Direction:
    """One step along `latent` (Z,) changes the attribute `name` by a standard deviation of the places.

    `warp` (9,): where to go along it for the amounts -2 … 2, so that equal amounts sound equally far.
    """

    name: str
    latent: Tensor
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
    said, motion, onset = model.describe(torch.full((count,), pitch), torch.full((count,), VELOCITY), latent)
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
    """Directions that change one attribute and, on the whole, none of the others."""
    with torch.no_grad():
        places = Attributes(*describe(model, model.mean, torch.tensor(divisors)))
        scale = torch.stack(places).std(1)
        points, grid = _cloud(model, torch.tensor(divisors), torch.Generator().manual_seed(seed))
        values = torch.stack(describe(model, points, grid), 1) / scale
        away = points - points.mean(0)
        slopes = torch.linalg.solve(
            away.T @ away + RIDGE * len(points) * torch.eye(points.shape[1]),
            away.T @ (values - values.mean(0)),
        )
        steps = torch.linalg.pinv(slopes)  # (attributes, Z)
        steps = steps * (LONGEST / steps.norm(dim=1, keepdim=True)).clamp(max=1)
        return [
            Direction(name, step, warp(model, step, torch.tensor(divisors)))
            for name, step in zip(Attributes._fields, steps, strict=True)
        ]


def _cloud(model: PartialGAN, divisors: Tensor, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Points between and around places, (CLOUD, Z), and the divisor of the nearer place."""
    first, second = (torch.randint(len(model.mean), (CLOUD,), generator=draw) for _ in range(2))
    share = 0.5 * torch.rand(CLOUD, 1, generator=draw)
    near = torch.lerp(model.mean[first], model.mean[second], share)
    return near + 0.3 * torch.randn(near.shape, generator=draw), divisors[first]


def warp(model: PartialGAN, step: Tensor, divisors: Tensor) -> Tensor:
    """Positions along `step` for AMOUNTS, between which spectra differ equally; its ends and middle stay."""
    fine = torch.linspace(-2, 2, 33)
    spectra = torch.stack([_spectrum(model, model.mean + x * step) for x in fine])
    speed = spectra.diff(dim=0).abs().mean((1, 2)) + 1e-6
    sides = []
    for part, positions in ((speed[:16].flip(0), -fine[16:]), (speed[16:], fine[16:])):
        far = torch.cat([torch.zeros(1), part.cumsum(0)])
        sides.append(_interpolate(torch.linspace(0, 1, 5) * far[-1], far, positions))
    return torch.cat([sides[0].flip(0)[:-1], sides[1]])


def _spectrum(model: PartialGAN, latent: Tensor) -> Tensor:
    """Levels in dB over the loudest 60, (B, O), half a second into middle C."""
    count = len(latent)
    said, _, _ = model.describe(torch.full((count,), 60.0), torch.full((count,), VELOCITY), latent)
    level, _, noise = denormalise(
        model.generator(said.film, said.static, torch.full((count, 1), 0.5))[:, 0, 0], model.config.partials
    )
    both = torch.cat([level, noise], -1)
    return torch.maximum(both, both.amax(-1, keepdim=True) - 60)


def _interpolate(x: Tensor, xs: Tensor, ys: Tensor) -> Tensor:
    """Piecewise linear function through rising `xs` and `ys`, at `x`."""
    i = torch.searchsorted(xs, x, right=True).clamp(1, len(xs) - 1)
    share = ((x - xs[i - 1]) / (xs[i] - xs[i - 1])).clamp(0, 1)
    return torch.lerp(ys[i - 1], ys[i], share)
