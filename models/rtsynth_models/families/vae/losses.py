"""What the variational autoencoder pays for: magnitudes, turns of phase where there is sound, and nats."""

import torch
from torch import Tensor

SHARE = 0.25  # power to which a pixel's power counts: a thirtieth at 60 dB below the loudest
LOUD = 4.0  # how much more the loudest pixels' magnitudes count than silence


def loudness(magnitude: Tensor, scale: float) -> Tensor:
    """Weights of pixels in 0 … 1, by their power beside the loudest of the image: (n, time, frequency)."""
    return torch.exp(SHARE * scale * (magnitude - magnitude.amax(dim=(1, 2), keepdim=True)))


def wrapped(turn: Tensor) -> Tensor:
    """Differences of turns / π, the short way round: in -1 … 1."""
    return torch.remainder(turn + 1.0, 2.0) - 1.0


def magnitude_loss(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Mean distance of log-magnitudes."""
    return ((found - wanted).abs() * (1.0 + LOUD * weight)).mean()


def turn_loss(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Mean distance of turns where there is sound."""
    return (wrapped(found - wanted).abs() * weight).sum() / weight.sum()


def divergence(mean: Tensor, spread: Tensor, free: float) -> Tensor:
    """Nats from N(0, 1), of every latent at least `free` (Kingma et al. 2016), summed; mean of the batch."""
    nats = 0.5 * (mean.square() + spread.exp() - 1.0 - spread)
    return nats.mean(dim=0).clamp(min=free).sum()
