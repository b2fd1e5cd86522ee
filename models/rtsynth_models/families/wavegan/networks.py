"""WaveGAN (Donahue et al. 2019, appendix D): noise to 16384 samples in five steps, and the mirror of it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.families.attention import HALF_WAY, attention
from rtsynth_models.families.conditioning import CONDITIONS, Verdict
from rtsynth_models.families.wavegan.config import Config
from rtsynth_models.families.wavegan.layers import Grow, Shrink

SEED = 16  # samples to begin with
WIDTHS = (16, 8, 4, 2, 1)  # of the layers, in units of the configuration's size
SLOPE = 0.2


class Generator(nn.Module):
    """Latent (n, Z), class (n,) and velocity 0 … 1 (n,) → sound (n, 1, 16384) in [-1, 1]."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.classes, widths = config.classes, [config.size * width for width in WIDTHS]
        self.width = widths[0]
        self.spread = nn.Linear(config.latent + config.classes + 1, self.width * SEED)
        self.layers = nn.ModuleList(Grow(a, b) for a, b in zip(widths, [*widths[1:], 1], strict=True))
        self.attention = attention(widths[HALF_WAY], config.attention)
        self.register_buffer("points", torch.zeros(config.points, config.latent))

    def forward(self, latent: Tensor, kind: Tensor, velocity: Tensor) -> Tensor:
        one_hot = functional.one_hot(kind, self.classes) * math.sqrt(latent.shape[1])  # as long as the latent
        told = torch.cat([latent, one_hot, velocity[:, None]], dim=1)
        x = self.spread(told).view(-1, self.width, 1, SEED)
        for number, layer in enumerate(self.layers):
            x = self.attention(x) if number == HALF_WAY else x
            x = layer(functional.relu(x))
        return torch.tanh(x)[:, :, 0]


class Discriminator(nn.Module):
    """Sound (n, 1, 16384), class and velocity → Verdict. The velocity is a second, flat channel."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.shuffle, widths = config.shuffle, [config.size * width for width in reversed(WIDTHS)]
        self.layers = nn.ModuleList(Shrink(a, b) for a, b in zip([2, *widths], widths, strict=False))
        self.attention = attention(widths[HALF_WAY], config.attention)
        self.verdict = CONDITIONS[config.condition](widths[-1] * SEED, config.classes)

    def forward(self, sound: Tensor, kind: Tensor, velocity: Tensor) -> Verdict:
        x = torch.cat([sound, velocity[:, None, None].expand_as(sound)], dim=1)[:, :, None]
        for number, layer in enumerate(self.layers[:-1]):
            x = shuffled(functional.leaky_relu(layer(x), SLOPE), self.shuffle)
            x = self.attention(x) if number == HALF_WAY else x
        verdict: Verdict = self.verdict(functional.leaky_relu(self.layers[-1](x), SLOPE).flatten(1), kind)
        return verdict


def shuffled(x: Tensor, most: int) -> Tensor:
    """Phase shuffle: (n, C, 1, L) moved by up to `most` samples, reflected at the end left open."""
    by = int(torch.randint(-most, most + 1, ()))
    length = x.shape[-1]
    return functional.pad(x, (max(by, 0), max(-by, 0), 0, 0), mode="reflect")[..., max(-by, 0) :][
        ..., :length
    ]
