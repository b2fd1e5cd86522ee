"""Between the network's numbers and physical ones: levels in dB, deviations in cents, slopes in dB/s."""

import math

import torch
from torch import Tensor

PARTIAL_CENTRE_DB, NOISE_CENTRE_DB, LEVEL_SPAN_DB, CENTS_SPAN = -50.0, -70.0, 20.0, 30.0
SILENT_DB, LOUDEST_DB, MOST_CENTS, MOST_LOG_SLOPE = -108.0, 12.0, 1800.0, 8.0


def normalise(frames: Tensor, partials: int) -> Tensor:
    """Frames (..., O) in dB, cents, dB to about unit size."""
    level, cents, noise = frames.split([partials, partials, frames.shape[-1] - 2 * partials], -1)
    parts = ((level - PARTIAL_CENTRE_DB) / LEVEL_SPAN_DB, cents / CENTS_SPAN)
    return torch.cat([*parts, (noise - NOISE_CENTRE_DB) / LEVEL_SPAN_DB], -1)


def denormalise(frames: Tensor, partials: int) -> tuple[Tensor, Tensor, Tensor]:
    """The network's frames (..., O) as partial level in dB, deviation in cents, noise level in dB."""
    level, cents, noise = frames.split([partials, partials, frames.shape[-1] - 2 * partials], -1)
    return (
        level * LEVEL_SPAN_DB + PARTIAL_CENTRE_DB,
        cents * CENTS_SPAN,
        noise * LEVEL_SPAN_DB + NOISE_CENTRE_DB,
    )


def gain(level_db: Tensor) -> Tensor:
    """Linear gain of a level in dB: exactly 0 under SILENT_DB, at most LOUDEST_DB."""
    linear = torch.exp(level_db.clamp(max=LOUDEST_DB) * (math.log(10) / 20))
    return linear * (level_db >= SILENT_DB)


def ratio(cents: Tensor) -> Tensor:
    """Ratio of partial k = 1, 2, ... to the grid's fundamental, (..., K) from deviations in cents."""
    k = torch.arange(1, cents.shape[-1] + 1, dtype=cents.dtype)
    return k * torch.exp(cents.clamp(-MOST_CENTS, MOST_CENTS) * (math.log(2) / 1200))


def slope(log_slope: Tensor) -> Tensor:
    """Slopes in dB/s, >= 0, from log(1 + dB/s)."""
    return torch.exp(log_slope.clamp(0, MOST_LOG_SLOPE)) - 1
