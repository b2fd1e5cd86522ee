"""Phases for magnitudes: each bin begins at the partial nearest to it, then come Griffin and Lim's rounds.

The fast variant of Perraudin, Balazs and Søndergaard 2013, with momentum.
"""

import torch
from torch import Tensor, nn

from rtsynth_models.families.specgan.spectrum import BINS, COLUMNS, HOP, RATE, WINDOW, Spectrum

MOMENTUM = 0.99
TINY = 1e-12
GOLDEN = 0.618034  # spreads the partials' first phases, that they do not all peak at once


class Recovery(nn.Module):
    """Magnitudes (n, columns, bins) and fundamentals (n,) in Hz → sounds (n, 16384) with such magnitudes."""

    centre: Tensor
    column: Tensor

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds, self.spectrum = rounds, Spectrum()
        self.register_buffer("centre", torch.arange(BINS) * (RATE / WINDOW))
        self.register_buffer("column", torch.arange(COLUMNS).float())

    def forward(self, magnitude: Tensor, fundamental: Tensor) -> Tensor:
        target = magnitude[:, None]
        found = target * self.begun(fundamental)
        before = torch.zeros_like(found)
        for _ in range(self.rounds):
            consistent = self.spectrum(self.spectrum.sound(found))
            moved = consistent + MOMENTUM * (consistent - before)
            found, before = target * unit(moved), consistent
        sound: Tensor = self.spectrum.sound(found)
        return sound

    def begun(self, fundamental: Tensor) -> Tensor:
        """Complex numbers (n, 2, columns, bins) of length one that turn as the partials do."""
        partial = (self.centre / fundamental[:, None]).round().clamp(min=1.0)  # (n, bins)
        per_column = fraction(partial * fundamental[:, None] * (HOP / RATE))
        cycles = per_column[:, None] * self.column[:, None] + GOLDEN * partial.square()[:, None]
        angle = 2 * torch.pi * fraction(cycles)
        return torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)


def fraction(x: Tensor) -> Tensor:
    """What is left of whole cycles; ONNX has no `frac`."""
    return x - x.floor()


def unit(parts: Tensor) -> Tensor:
    """Complex numbers (n, 2, ...) brought to length one."""
    return parts * torch.rsqrt(parts.square().sum(1, keepdim=True) + TINY)
