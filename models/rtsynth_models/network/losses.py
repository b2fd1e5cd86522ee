"""Reconstruction losses, weighted by what can be heard."""

from typing import NamedTuple

import torch
from torch import Tensor

from rtsynth_models.data.notes import Batch, Notes
from rtsynth_models.network.partialgan import Config
from rtsynth_models.network.scale import denormalise

ATTACK_WEIGHT, ATTACK_FRAMES = 5.0, 6.0
ABSENT_WEIGHT = 0.03  # slots above 20 kHz: enough to keep them silent


class Losses(NamedTuple):
    """Scalars in units of 20 dB, 30 cents (logarithmic), 20 dB, log(1 + dB/s)."""

    level: Tensor
    cents: Tensor
    noise: Tensor
    slopes: Tensor


def reconstruction(output: Tensor, batch: Batch, notes: Notes, config: Config) -> Losses:
    """Distances of `output` (B, 2 T, O) from the batch, without slopes (given as 0)."""
    level, _, noise = denormalise(batch.frames, config.partials)
    peak = notes.peak[batch.note][:, None, None]
    when = _frame_weights(batch, config)
    k = torch.arange(1, config.partials + 1)
    present = k <= notes.slots[batch.note][:, None, None]
    error = (output - batch.frames).abs().split([config.partials, config.partials, config.bands], -1)
    masked = torch.maximum(level.amax(-1, keepdim=True) - 55, peak - 70)
    heard = _audible(level, peak - 75) * torch.where(present, 1.0, ABSENT_WEIGHT) * when
    loud = ((level - masked) / 40).clamp(0, 1) * present * when
    hissing = _audible(noise, peak - 90) * when
    return Losses(
        (error[0] * heard).sum() / (present * when).sum(),
        (torch.log1p(error[1]) * loud).sum() / (loud.sum() + 1),
        (error[2] * hissing).sum() / (config.bands * when.sum()),
        torch.zeros(()),
    )


def slope_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance of slopes (B, 2) in log(1 + dB/s); unknown ones are NaN in `target`."""
    known = ~torch.isnan(target)
    return ((output - target.nan_to_num()).abs() * known).sum() / known.sum().clamp(min=1)


def _audible(level: Tensor, threshold: Tensor) -> Tensor:
    """Weight of a level in dB: a tenth under the threshold, rising to one 50 dB above it."""
    return 0.1 + 0.9 * ((level - threshold) / 50).clamp(0, 1)


def _frame_weights(batch: Batch, config: Config) -> Tensor:
    """Weight per frame (B, 2 T, 1): the attack counts most, frames without their full past nothing."""
    steps = torch.arange(batch.frames.shape[1])
    frame = 2 * batch.first[:, None] + steps
    weight = 1 + ATTACK_WEIGHT * torch.exp(frame / -ATTACK_FRAMES)
    blind = (batch.first[:, None] > 0) & (steps < config.frames_per_step * config.memory)
    return torch.where(blind, 0.0, weight)[..., None]
