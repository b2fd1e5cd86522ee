"""GANSynth's generator (Engel et al. 2019, appendix): a seed of 2 × 16 pixels, doubled by every level.

Images are (n, 2, time, frequency) in [-1, 1]: log-magnitude, then instantaneous frequency / π.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.families.gansynth.config import Config

SLOPE = 0.2
SEED_SHAPE = (2, 16)  # columns, bins


class PixelNorm(nn.Module):
    """Every pixel's channels (n, C, ...) are brought to a mean square of one."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)


def convolved(width: int, out: int) -> nn.Sequential:
    """A 3 × 3 convolution, leaky rectifier, pixel norm."""
    return nn.Sequential(nn.Conv2d(width, out, 3, padding=1), nn.LeakyReLU(SLOPE), PixelNorm())


class Seed(nn.Module):
    """Latent (n, Z) and index of pitch (n,) → (n, C, 2, 16)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.pitches, self.width, self.loudness = len(config.pitches), config.channels[0], config.loudness
        self.spread = nn.Linear(config.latent + self.pitches, self.width * SEED_SHAPE[0] * SEED_SHAPE[1])
        self.first = nn.Sequential(nn.LeakyReLU(SLOPE), PixelNorm())
        self.second = convolved(self.width, self.width)

    def forward(self, latent: Tensor, pitch: Tensor) -> Tensor:
        told = self.loudness * functional.one_hot(pitch, self.pitches).to(latent.dtype)
        x = self.spread(torch.cat([latent, told], dim=1))
        found: Tensor = self.second(self.first(x.view(-1, self.width, *SEED_SHAPE)))
        return found


class Level(nn.Module):
    """Nearest upsampling by two both ways, then two convolutions: (n, C, t, f) → (n, D, 2t, 2f)."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.first, self.second = convolved(width, out), convolved(out, out)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.second(self.first(functional.interpolate(x, scale_factor=2.0, mode="nearest")))
        return found


class Generator(nn.Module):
    """Latent and pitch → image; `images` are the heads of every stage of growth, `image` the last one."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = config.channels
        self.seed = Seed(config)
        self.levels = nn.ModuleList(Level(a, b) for a, b in pairwise(widths))
        self.images = nn.ModuleList(nn.Sequential(nn.Conv2d(width, 2, 1), nn.Tanh()) for width in widths)

    @property
    def image(self) -> nn.Module:
        """(n, C, T, bins) → (n, 2, T, bins) in [-1, 1]."""
        return self.images[len(self.levels)]

    def forward(self, latent: Tensor, pitch: Tensor) -> Tensor:
        return self.grown(latent, pitch, len(self.levels), 1.0)

    def grown(self, latent: Tensor, pitch: Tensor, level: int, share: float) -> Tensor:
        """The image of `level`; below a share of 1 it is faded in over the one of the level before."""
        x = self.seed(latent, pitch)
        for number in range(level):
            before, x = x, self.levels[number](x)
        image: Tensor = self.images[level](x)
        if share >= 1.0:
            return image
        return torch.lerp(
            functional.interpolate(self.images[level - 1](before), scale_factor=2.0), image, share
        )
