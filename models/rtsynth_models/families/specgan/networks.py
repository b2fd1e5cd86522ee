"""SpecGAN (Donahue et al. 2019, appendix D): noise to an image of log-magnitudes, and the mirror of it."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.families.attention import HALF_WAY, attention
from rtsynth_models.families.conditioning import CONDITIONS, Verdict
from rtsynth_models.families.specgan.config import Config
from rtsynth_models.families.specgan.spectrum import BINS

SEED = 4  # pixels to begin with, each way
WIDTHS = (16, 8, 4, 2, 1)  # of the layers, in units of the configuration's size
TAPS, STRIDE = 5, 2
SLOPE = 0.2
SPREAD = 3.0  # standard deviations that -1 and 1 of an image stand for
FLOOR = 1e-3  # magnitude of silence


class Grow(nn.ConvTranspose2d):
    """A transposed convolution of 5 × 5 taps and stride 2, as a convolution of four phases: faster."""

    bias: Tensor

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width, out, TAPS, STRIDE, TAPS // 2, 1)
        nn.init.normal_(self.weight, std=math.sqrt(2 * STRIDE**2 / (TAPS**2 * width)))
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        width, out = self.weight.shape[:2]
        phases = functional.pad(self.weight, (0, 1, 0, 1)).view(width, out, 3, STRIDE, 3, STRIDE).flip(2, 4)
        kernel = phases.permute(1, 3, 5, 0, 2, 4).reshape(STRIDE**2 * out, width, 3, 3)
        return functional.pixel_shuffle(
            functional.conv2d(x, kernel, self.bias.repeat_interleave(STRIDE**2), padding=1), STRIDE
        )


class Shrink(nn.Conv2d):
    """A convolution of 5 × 5 taps and stride 2."""

    bias: Tensor

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width, out, TAPS, STRIDE, TAPS // 2)
        nn.init.normal_(self.weight, std=math.sqrt(2 / (TAPS**2 * width)))
        nn.init.zeros_(self.bias)


class Generator(nn.Module):
    """Latent (n, Z), class (n,) and velocity 0 … 1 (n,) → image (n, 1, columns, bins) in [-1, 1].

    Log-magnitudes are `mean + SPREAD * deviation * image`, bin by bin.
    """

    points: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.classes, widths = config.classes, [config.size * width for width in WIDTHS]
        self.width = widths[0]
        self.spread = nn.Linear(config.latent + config.classes + 1, self.width * SEED**2)
        self.layers = nn.ModuleList(Grow(a, b) for a, b in zip(widths, [*widths[1:], 1], strict=True))
        self.register_buffer("mean", torch.zeros(BINS))
        self.register_buffer("deviation", torch.ones(BINS))
        self.attention = attention(widths[HALF_WAY], config.attention)
        self.register_buffer("points", torch.zeros(config.points, config.latent))

    def forward(self, latent: Tensor, kind: Tensor, velocity: Tensor) -> Tensor:
        one_hot = functional.one_hot(kind, self.classes) * math.sqrt(latent.shape[1])  # as long as the latent
        told = torch.cat([latent, one_hot, velocity[:, None]], dim=1)
        x = self.spread(told).view(-1, self.width, SEED, SEED)
        for number, layer in enumerate(self.layers):
            x = self.attention(x) if number == HALF_WAY else x
            x = layer(functional.relu(x).contiguous(memory_format=torch.channels_last))
        return torch.tanh(x)

    def magnitude(self, image: Tensor) -> Tensor:
        """Magnitudes (n, columns, bins) of images."""
        return torch.exp(self.mean + SPREAD * self.deviation * image[:, 0]) - FLOOR

    def image(self, spectrum: Tensor) -> Tensor:
        """The image (n, 1, columns, bins) of spectra (n, 2, columns, bins)."""
        level = log_magnitude(spectrum)
        return torch.clamp((level - self.mean) / (SPREAD * self.deviation), -1.0, 1.0)[:, None]


class Discriminator(nn.Module):
    """Image (n, 1, columns, bins), class and velocity → Verdict. The velocity is a second, flat channel."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = [config.size * width for width in reversed(WIDTHS)]
        self.layers = nn.ModuleList(Shrink(a, b) for a, b in zip([2, *widths], widths, strict=False))
        self.attention = attention(widths[HALF_WAY], config.attention)
        self.verdict = CONDITIONS[config.condition](widths[-1] * SEED**2, config.classes)

    def forward(self, image: Tensor, kind: Tensor, velocity: Tensor) -> Verdict:
        x = torch.cat([image, velocity[:, None, None, None].expand_as(image)], dim=1)
        x = x.contiguous(memory_format=torch.channels_last)
        for number, layer in enumerate(self.layers):
            x = functional.leaky_relu(layer(x), SLOPE)
            x = self.attention(x) if number == HALF_WAY else x
        verdict: Verdict = self.verdict(x.flatten(1), kind)
        return verdict


def log_magnitude(spectrum: Tensor) -> Tensor:
    """Natural logarithms (n, columns, bins) of the magnitudes of spectra (n, 2, columns, bins)."""
    return torch.log(spectrum.square().sum(1).sqrt() + FLOOR)
