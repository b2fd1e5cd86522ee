"""GANSynth's discriminator: the generator's mirror, saying how real an image is and which pitch it has."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.families.gansynth.generator import SEED_SHAPE, SLOPE

GROUP = 4


def spread_of(x: Tensor) -> Tensor:
    """The minibatch's standard deviation (n, 1, t, f) as in progressive growing, over groups of four rows.

    The groups are runs of rows, so a batch shared by several processes has the same ones.
    """
    n, _, t, f = x.shape
    group = GROUP if n % GROUP == 0 else n
    deviation = torch.sqrt(x.float().reshape(n // group, group, -1).var(dim=1, correction=0) + 1e-8)
    return deviation.mean(dim=1).repeat_interleave(group).view(n, 1, 1, 1).expand(n, 1, t, f).to(x.dtype)


def convolved(width: int, out: int) -> nn.Sequential:
    """A 3 × 3 convolution, leaky rectifier."""
    return nn.Sequential(nn.Conv2d(width, out, 3, padding=1), nn.LeakyReLU(SLOPE))


class Level(nn.Module):
    """Two convolutions, then the mean of 2 × 2 pixels: (n, D, 2t, 2f) → (n, C, t, f)."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.first, self.second = convolved(width, width), convolved(width, out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.avg_pool2d(self.second(self.first(x)), 2)


class Judge(nn.Module):
    """(n, C, 2, 16) → realness (n,) and pitch logits (n, pitches)."""

    def __init__(self, width: int, pitches: int) -> None:
        super().__init__()
        self.first = convolved(width + 1, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, SEED_SHAPE), nn.LeakyReLU(SLOPE), nn.Flatten())
        self.real, self.pitch = nn.Linear(width, 1), nn.Linear(width, pitches)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.second(self.first(torch.cat([x, spread_of(x)], dim=1)))
        return self.real(x)[:, 0].float(), self.pitch(x).float()


class Discriminator(nn.Module):
    """Image (n, 2, t, f) of a level → realness (n,), pitch logits (n, pitches)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = config.channels
        self.judge = Judge(widths[0], len(config.pitches))
        self.levels = nn.ModuleList(Level(b, a) for a, b in pairwise(widths))
        self.images = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2, width, 1), nn.LeakyReLU(SLOPE)) for width in widths
        )

    def forward(self, image: Tensor, level: int, share: float) -> tuple[Tensor, Tensor]:
        x = self.images[level](image)
        if level:
            x = self.levels[level - 1](x)
            if share < 1.0:
                x = torch.lerp(self.images[level - 1](functional.avg_pool2d(image, 2)), x, share)
        for number in reversed(range(level - 1)):
            x = self.levels[number](x)
        found: tuple[Tensor, Tensor] = self.judge(x)
        return found
