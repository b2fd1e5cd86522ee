"""The short-time Fourier transform as convolutions, to run in any graph, and its least-squares inverse."""

import torch
from torch import Tensor, nn
from torch.nn import functional

RATE = 16_000.0  # Hz
SAMPLES = 16_384
WINDOW, HOP = 256, 128
BINS, COLUMNS = WINDOW // 2, SAMPLES // HOP  # the bin at half the rate is left out: nothing is there
SHORTEST = 0.1  # of the windows' squares where only the last one reaches


class Spectrum(nn.Module):
    """Sounds (n, 16384) to real and imaginary parts (n, 2, columns, bins) and back.

    A column's window is centred where it begins, at `column * HOP`, and so is its phase.
    """

    analysis: Tensor
    synthesis: Tensor
    whole: Tensor

    def __init__(self) -> None:
        super().__init__()
        window = torch.hann_window(WINDOW, dtype=torch.float64)
        time, bins = torch.arange(WINDOW) - WINDOW // 2, torch.arange(BINS)[:, None]
        angle = 2 * torch.pi * bins * time / WINDOW
        parts = torch.cat([torch.cos(angle), -torch.sin(angle)]) * window
        twice = torch.where(torch.arange(BINS) == 0, 1.0, 2.0).repeat(2)[:, None] / WINDOW
        whole = functional.conv_transpose1d(
            torch.ones(1, 1, COLUMNS).double(), window[None, None] ** 2, stride=HOP
        )
        self.register_buffer("analysis", parts[:, None].float())
        self.register_buffer("synthesis", (parts * twice)[:, None].float())
        self.register_buffer("whole", whole.clamp(min=SHORTEST).float())

    def forward(self, sound: Tensor) -> Tensor:
        """The spectra of sounds."""
        found = functional.conv1d(functional.pad(sound[:, None], (HOP, 0)), self.analysis, stride=HOP)
        return found.view(-1, 2, BINS, COLUMNS).transpose(2, 3)

    def sound(self, spectrum: Tensor) -> Tensor:
        """The sounds whose spectra come nearest."""
        parts = spectrum.transpose(2, 3).reshape(-1, 2 * BINS, COLUMNS)
        return (functional.conv_transpose1d(parts, self.synthesis, stride=HOP) / self.whole)[:, 0, HOP:]
