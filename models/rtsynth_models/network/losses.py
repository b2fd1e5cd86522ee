"""What the networks are trained for: trends weighted by what can be heard, motion by likelihood, onsets."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rtsynth_models.data.notes import Batch, Motions, Notes
from rtsynth_models.network.heads import RawMotion, partial_groups
from rtsynth_models.network.partialgan import Config
from rtsynth_models.network.scale import denormalise

ATTACK_WEIGHT, ATTACK_FRAMES = 2.0, 6.0
PHASE_STEPS = 4  # of two frames
ABSENT_WEIGHT = 0.03  # slots above 20 kHz: enough to keep them silent
LEAST_AM, LEAST_FM = 1e-3, 1e-2  # dB², cents²: what is stiller counts as still


class Losses(NamedTuple):
    """Scalars in units of 20 dB, 30 cents (logarithmic), 20 dB."""

    level: Tensor
    cents: Tensor
    noise: Tensor


def reconstruction(output: Tensor, batch: Batch, notes: Notes, config: Config) -> Losses:
    """Distances of `output` (B, T, 2, O) from the batch."""
    level, _, noise = denormalise(batch.frames, config.partials)
    peak = notes.peak[batch.note][:, None, None, None]
    when = _moment_weights(batch, config)
    k = torch.arange(1, config.partials + 1)
    present = k <= notes.slots[batch.note][:, None, None, None]
    error = (output - batch.frames).abs().split([config.partials, config.partials, config.bands], -1)
    masked = torch.maximum(level.amax(-1, keepdim=True) - 55, peak - 70)
    heard = _audible(level, peak - 75) * torch.where(present, 1.0, ABSENT_WEIGHT) * when
    loud = ((level - masked) / 40).clamp(0, 1) * present * when
    hissing = _audible(noise, peak - 90) * when
    return Losses(
        (error[0] * heard).sum() / (present * when).sum(),
        (torch.log1p(error[1]) * loud).sum() / (loud.sum() + 1),
        (error[2] * hissing).sum() / (config.bands * when.sum()),
    )


def _audible(level: Tensor, threshold: Tensor) -> Tensor:
    """Weight of a level in dB: a tenth under the threshold, rising to one 50 dB above it."""
    return 0.1 + 0.9 * ((level - threshold) / 50).clamp(0, 1)


def _moment_weights(batch: Batch, config: Config) -> Tensor:
    """Weight per frame (B, T, 2, 1): the attack counts most."""
    frame = config.frames_per_step * batch.step[..., None] + torch.arange(config.frames_per_step)
    return (1 + ATTACK_WEIGHT * torch.exp(frame / -ATTACK_FRAMES))[..., None]


def slope_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance of slopes (B, 2) in log(1 + dB/s); unknown ones are NaN in `target`."""
    known = ~torch.isnan(target)
    return ((output - target.nan_to_num()).abs() * known).sum() / known.sum().clamp(min=1)


def onset_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance of onset gains (B, 3, 32), in units of 10 dB; the first steps count most."""
    early = 1 + 2 * torch.exp(-torch.arange(target.shape[-1]) / 6.0)
    return ((output - target).abs() * early).mean() / 10


def phase_loss(output: Tensor, batch: Batch, notes: Notes, config: Config) -> Tensor:
    """Mean squared distance of points (B, K, 2) of the unit disc from phases, where partials begin loud.

    Least where the output is the mean of all directions that may be: its length is how sure they are.
    """
    first = notes.trend[batch.note, :PHASE_STEPS].float()
    level = denormalise(first, config.partials)[0].mean((1, 2))
    loud = ((level - level.amax(-1, keepdim=True) + 50) / 40).clamp(0, 1)
    loud = loud * (torch.arange(config.partials) < notes.slots[batch.note][:, None])
    angle = notes.phase[batch.note].float()
    target = torch.stack([torch.cos(angle), torch.sin(angle)], -1)
    return (((output - target) ** 2).sum(-1) * loud).sum() / loud.sum()


def motion_loss(raw: RawMotion, real: Motions) -> Tensor:
    """How unlikely the measured motion of B notes is under what the head says."""
    groups = partial_groups(real.am.shape[-1])
    am = _laplace(
        raw.am[..., groups], raw.am_scale[:, None, :, None], real.am, real.am_weight[:, :, None], LEAST_AM
    )
    fm = _laplace(
        raw.fm[..., groups], raw.fm_scale[:, None, :, None], real.fm, real.fm_weight[:, :, None], LEAST_FM
    )
    vibrato = _laplace(raw.vibrato, torch.ones(()), real.vibrato, real.vibrato_weight[..., None], LEAST_FM)
    common = (real.vibrato_weight.amax(1)[:, None] * (raw.am_common - real.am_common) ** 2).mean()
    return am + fm + 0.3 * vibrato + 3 * common + 0.3 * _line_loss(raw, real) + _beat_loss(raw, real, groups)


def _laplace(log_variance: Tensor, scale: Tensor, variance: Tensor, weight: Tensor, least: float) -> Tensor:
    """Log-Laplace likelihood in nats: its median is the depth, its scale the spread."""
    far = (torch.log(variance + least) - log_variance.clamp(-9, 9)).abs() / scale + torch.log(2 * scale)
    return (weight * far).sum() / (weight.expand_as(far).sum() + 1)


def _line_loss(raw: RawMotion, real: Motions) -> Tensor:
    depth = real.vibrato[:, 1:, 1].mean(1).clamp(0, 4)
    error = (raw.rate[:, 0] - real.rate).abs() + 4 * (raw.tonality[:, 0] - real.tonality) ** 2
    return (depth * error).mean()


def _beat_loss(raw: RawMotion, real: Motions, groups: Tensor) -> Tensor:
    beating = real.beat_weight * real.beat
    total = real.beat_weight.sum() + 1
    chance = functional.binary_cross_entropy_with_logits(
        raw.beat_chance[:, groups], real.beat.clamp(0, 1), reduction="none"
    )
    depth = _laplace(
        raw.beat_depth[:, groups], raw.beat_scale, real.beat_depth / (real.beat + 1e-3), beating + 1e-6, 0.05
    )
    late = (real.beat_rate - raw.beat_rate[:, groups]).abs() / raw.beat_rate_scale
    rate = (beating * (late + torch.log(2 * raw.beat_rate_scale))).sum() / (beating.sum() + 1)
    return 0.5 * (real.beat_weight * chance).sum() / total + 0.3 * depth + 0.1 * rate


def finite(losses: dict[str, float]) -> str | None:
    """Name of the first loss that is not finite."""
    return next((name for name, value in losses.items() if not math.isfinite(value)), None)
