"""What is said once per note beside its trend: how it moves, and how it begins.

Shapes: B notes, G groups of partials, 3 bands of modulation, 3 zones of a note's age.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_engine.heads.motion import GROUP_STARTS, GROUPS, ZONES
from rtsynth_engine.heads.motion import STIR_BANDS as BANDS

ONSET_BANDS, ONSET_STEPS = 3, 32
DROPOUT = 0.1
MEASURED = (0.9, 0.6, 0.4)  # s.d. of a measured log variance, per band: not to be drawn again
DRAWN = 0.7  # share of the spread that the engine draws


def partial_groups(partials: int) -> Tensor:
    """Group of each partial, (K,)."""
    k = torch.arange(1, partials + 1)
    return torch.bucketize(k, torch.tensor(GROUP_STARTS), right=True) - 1


class RawMotion(NamedTuple):
    """Motion as it is learned: natural logarithms of variances, and Laplace scales of them.

    am, fm (B, zones, bands, G); am_scale, fm_scale (B, bands); vibrato (B, zones, bands); am_common (B,
    bands); rate (B, 1) Hz; tonality (B, 1); beat_chance (B, G) logits; beat_depth (B, G); beat_scale (B, 1);
    beat_rate (B, G) log Hz and its scale (B, 1).
    """

    am: Tensor
    fm: Tensor
    am_scale: Tensor
    fm_scale: Tensor
    vibrato: Tensor
    am_common: Tensor
    rate: Tensor
    tonality: Tensor
    beat_chance: Tensor
    beat_depth: Tensor
    beat_scale: Tensor
    beat_rate: Tensor
    beat_rate_scale: Tensor


SIZES = (48, 48, 9, 9, 3, 3, 9, 3, 1, 1, GROUPS, GROUPS, 1, GROUPS, 1)


def _trunk(features: int, width: int) -> nn.Sequential:
    inner = [nn.Linear(width, width), nn.SiLU(), nn.Dropout(DROPOUT)]
    return nn.Sequential(nn.Linear(features, width), nn.SiLU(), nn.Dropout(DROPOUT), *inner)


class MotionHead(nn.Module):
    """Features of a note to its motion."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.trunk = _trunk(features, width)
        self.leave = nn.Linear(width, sum(SIZES))
        nn.init.normal_(self.leave.weight, std=0.01)
        nn.init.zeros_(self.leave.bias)

    def forward(self, features: Tensor) -> RawMotion:
        """(B, features) to logarithms; they start at about 0.6 dB and 1.6 cents."""
        am, fm, am_zone, fm_zone, *rest = self.leave(self.trunk(features)).split(SIZES, -1)
        am_scale, fm_scale, vibrato, common, rate, tone, chance, depth, scale, beat_rate, rate_scale = rest
        return RawMotion(
            3 * (am.unflatten(-1, (1, BANDS, GROUPS)) + am_zone.unflatten(-1, (ZONES, BANDS, 1))) - 1,
            3 * (fm.unflatten(-1, (1, BANDS, GROUPS)) + fm_zone.unflatten(-1, (ZONES, BANDS, 1))) + 1,
            _positive(am_scale),
            _positive(fm_scale),
            3 * vibrato.unflatten(-1, (ZONES, BANDS)) - 1,
            common,
            5 + rate,
            torch.sigmoid(tone),
            3 * chance - 1.5,
            2 * depth + 1,
            _positive(scale),
            beat_rate,
            _positive(rate_scale),
        )


def _positive(x: Tensor) -> Tensor:
    return functional.softplus(x + 0.5) + 0.1


def physical(raw: RawMotion) -> Tensor:
    """The vector (B, 184) that the engine draws from: RMS in dB and cents, factors, Hz, probabilities."""
    am, fm = (_rms(x.mean(1), most) for x, most in ((raw.am, 4.5), (raw.fm, 8.0)))
    zones = [torch.exp(0.5 * (x - x.mean(1, keepdim=True)).mean(-1)) for x in (raw.am, raw.fm)]
    parts = [
        am,
        fm,
        _spread(raw.am_scale),
        _spread(raw.fm_scale),
        *zones,
        _rms(raw.vibrato, 8.0),
        raw.am_common.clamp(0, 1),
        raw.rate.clamp(3, 8),
        raw.tonality,
        torch.sigmoid(raw.beat_chance),
        _rms(raw.beat_depth, 4.0),
        raw.beat_scale.clamp(max=1.5) * math.sqrt(2) / 2,
        torch.exp(raw.beat_rate.clamp(-1.6, 2.5)),
        raw.beat_rate_scale.clamp(max=1.5),
    ]
    return torch.cat([part.flatten(1) for part in parts], -1)


def _rms(log_variance: Tensor, most: float) -> Tensor:
    return torch.exp(0.5 * log_variance.clamp(-9, most))


def _spread(scale: Tensor) -> Tensor:
    """S.d. of a log RMS from partial to partial, of Laplace scales (B, bands) of log variances."""
    real = [2 * scale[:, band] ** 2 - measured**2 for band, measured in enumerate(MEASURED)]
    return 0.5 * DRAWN * torch.sqrt(torch.stack(real, -1).clamp(min=0))


class OnsetHead(nn.Module):
    """Features of a note to gains in dB over its frames in the first 43 ms, (B, 3, 32)."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.trunk = _trunk(features, width)
        self.leave = nn.Linear(width, ONSET_BANDS * ONSET_STEPS)
        nn.init.normal_(self.leave.weight, std=0.01)
        nn.init.zeros_(self.leave.bias)

    def forward(self, features: Tensor) -> Tensor:
        """(B, features) to gains in dB."""
        return 10 * self.leave(self.trunk(features)).unflatten(-1, (ONSET_BANDS, ONSET_STEPS))


class PhaseHead(nn.Module):
    """Features of a note to where its partials begin: cosines and sines, as long as they are certain."""

    def __init__(self, features: int, width: int, partials: int) -> None:
        super().__init__()
        inner = [nn.Linear(width, width), nn.SiLU()]
        self.trunk = nn.Sequential(nn.Linear(features, width), nn.SiLU(), *inner)
        self.leave = nn.Linear(width, 2 * partials)

    def forward(self, features: Tensor) -> Tensor:
        """(B, features) to points of the unit disc, (B, K, 2)."""
        point = self.leave(self.trunk(features)).unflatten(-1, (-1, 2))
        return point / torch.sqrt((point**2).sum(-1, keepdim=True)).clamp(min=1)
