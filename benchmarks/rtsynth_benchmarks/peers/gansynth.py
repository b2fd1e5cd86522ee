"""A network of GANSynth's size (Engel et al. 2019, appendix): all of a four-second note in one go.

From a vector to two images of 128 x 1024, magnitude and instantaneous frequency, 64,000 samples at 16 kHz.
The inverse transform to samples is not in it. Shapes: B notes, C channels, H frames, W bins.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

SECONDS = 4.0
LATENT, PITCHES = 256, 61
FIRST = (2, 16)  # H, W
CHANNELS = (256, 256, 256, 256, 128, 64, 32)  # at 2 x 16, 4 x 32, … 128 x 1024
SLOPE, TINY = 0.2, 1e-8


class Layer(nn.Module):
    """A 3 x 3 convolution, a leaky rectifier, and every pixel scaled to unit power over its channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W)."""
        return pixel_norm(functional.leaky_relu(self.convolution(x), SLOPE))


def pixel_norm(x: Tensor) -> Tensor:
    """Scale each pixel of (B, C, H, W) to unit power over its channels."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + TINY)


class GanSynth(nn.Module):
    """Latent and pitch (B, 317) to images (B, 2, 128, 1024), with random weights."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS) -> None:
        super().__init__()
        self.enter = nn.Linear(LATENT + PITCHES, channels[0] * FIRST[0] * FIRST[1])
        self.first = Layer(channels[0], channels[0])
        self.blocks = nn.ModuleList(nn.Sequential(Layer(a, b), Layer(b, b)) for a, b in pairwise(channels))
        self.leave = nn.Conv2d(channels[-1], 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 317) to (B, 2, H, W)."""
        x = pixel_norm(functional.leaky_relu(self.enter(x).unflatten(1, (-1, *FIRST)), SLOPE))
        x = self.first(x)
        for block in self.blocks:
            x = block(functional.interpolate(x, scale_factor=2.0))
        return torch.tanh(self.leave(x))
