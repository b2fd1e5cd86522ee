"""A streaming decoder of RAVE v2's size (Caillon and Esling 2021; its v2 configuration), not RAVE itself.

One latent frame becomes 2048 samples at 44.1 kHz: residual units of dilated convolutions at four rates, a
16-band synthesis at the end. Convolutions keep the end of the block before, so that blocks join without a
seam. RAVE's noise branch is left out. Shapes: B voices, C channels, T steps.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

RATE, SAMPLES = 44_100, 2048  # Hz; of a block
LATENT, CAPACITY, BANDS, TAPS = 128, 96, 16, 512
RATIOS, DILATIONS = (2, 4, 4, 4), ((1, 3), (1, 3, 9), (1, 3, 9), (1, 3, 9))
KERNEL, LAST_KERNEL, SLOPE = 3, 7, 0.2


class Streamed(nn.Module):
    """A convolution over this block and the end of the one before, (B, C, T) to (B, C', T)."""

    def __init__(self, voices: int, inputs: int, outputs: int, kernel: int, dilation: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(inputs, outputs, kernel, dilation=dilation)
        self.before = torch.zeros(voices, inputs, (kernel - 1) * dilation)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T)."""
        x = torch.cat([self.before, x], -1)
        self.before = x[..., x.shape[-1] - self.before.shape[-1] :]
        y: Tensor = self.convolution(x)
        return y


class Upsample(nn.Module):
    """A transposed convolution whose overhang is added to the next block, (B, C, T) to (B, C', T * ratio)."""

    def __init__(self, voices: int, inputs: int, outputs: int, ratio: int, kernel: int) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose1d(inputs, outputs, kernel, ratio, bias=False)
        self.overhang = torch.zeros(voices, outputs, kernel - ratio)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T)."""
        y: Tensor = self.convolution(x)
        reach = self.overhang.shape[-1]
        y[..., :reach] += self.overhang
        self.overhang = y[..., y.shape[-1] - reach :]
        return y[..., : y.shape[-1] - reach]


class Unit(nn.Module):
    """A residual unit: a dilated convolution, then one of a single tap."""

    def __init__(self, voices: int, channels: int, dilation: int) -> None:
        super().__init__()
        self.wide = Streamed(voices, channels, channels, KERNEL, dilation)
        self.point = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T)."""
        more: Tensor = self.point(rectified(self.wide(rectified(x))))
        return x + more


def rectified(x: Tensor) -> Tensor:
    """Leaky rectifier."""
    return functional.leaky_relu(x, SLOPE)


class Decoder(nn.Module):
    """Latents (B, 128, T) to samples (B, 1, T * 2048), with random weights and silence before."""

    def __init__(self, voices: int = 1, capacity: int = CAPACITY) -> None:
        super().__init__()
        channels = [capacity * 2**i for i in reversed(range(len(RATIOS) + 1))]
        self.enter = Streamed(voices, LATENT, channels[0], KERNEL)
        self.rises, self.units = nn.ModuleList(), nn.ModuleList()
        for (a, b), ratio, dilations in zip(pairwise(channels), RATIOS, DILATIONS, strict=True):
            self.rises.append(Upsample(voices, a, b, ratio, 2 * ratio))
            self.units.append(nn.Sequential(*(Unit(voices, b, dilation) for dilation in dilations)))
        self.leave = Streamed(voices, channels[-1], 2 * BANDS, LAST_KERNEL)
        self.synthesis = Upsample(voices, BANDS, 1, BANDS, TAPS)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 128, T)."""
        x = self.enter(x)
        for rise, units in zip(self.rises, self.units, strict=True):
            x = units(rise(rectified(x)))
        wave, loudness = self.leave(rectified(x)).chunk(2, 1)
        samples: Tensor = self.synthesis(torch.tanh(wave) * torch.sigmoid(loudness))
        return samples
