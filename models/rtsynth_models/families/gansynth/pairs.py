"""Latents that stand for a real note, so that a generator may also be told what it should have drawn.

A GAN learns from what a discriminator says of it alone, which takes millions of images. Where few are to be
had, the instruments are given places in the latent space; a note's latent lies near its instrument's, and its
image is also compared with the note's own, as in Isola et al. 2017 ("pix2pix").
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.sounds import Sounds

FORCE, SPREAD = 0.4, 0.3  # shares of a latent that velocity and chance make
PLACE = (1.0 - FORCE**2 - SPREAD**2) ** 0.5
SHARE, LOUD = 0.25, 4.0  # power to which power counts; how much more the loudest does than silence


@dataclass(frozen=True)
class Places:
    """Where the instruments are, (names, Z), and which way louder notes lie from softer ones, (Z,)."""

    instrument: Tensor
    force: Tensor

    def latents(self, label: Tensor, force: Tensor, noise: Tensor) -> Tensor:
        """Latents (n, Z) of notes of instruments (n,); `force` (n,) has mean 0 and deviation 1."""
        told: Tensor = PLACE * self.instrument.to(noise)[label] + FORCE * force[:, None] * self.force.to(
            noise
        )
        return told + SPREAD * noise


def places(config: Config) -> Places:
    """Normal numbers that depend on the sizes alone."""
    random = torch.Generator().manual_seed(config.latent)
    instrument = torch.randn(config.names, config.latent, generator=random)
    return Places(instrument, torch.randn(config.latent, generator=random))


def forces(data: Sounds, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Velocity of every sound, brought to mean 0 and deviation 1 over `rows`."""
    learnt = data.velocity[rows]
    return np.asarray((data.velocity - learnt.mean()) / max(float(learnt.std()), 1.0), np.float32)


def unlikeness(found: Tensor, wanted: Tensor, scale: float) -> Tensor:
    """Distances (n,) of images (n, 2, time, frequency): of magnitudes, and of turns where there is sound."""
    loud = wanted[:, 0] - wanted[:, 0].amax(dim=(1, 2), keepdim=True)
    weight = torch.exp(SHARE * scale * loud)
    magnitude = ((found[:, 0] - wanted[:, 0]).abs() * (1.0 + LOUD * weight)).mean(dim=(1, 2))
    turn = torch.remainder(found[:, 1] - wanted[:, 1] + 1.0, 2.0) - 1.0  # the short way round
    return magnitude + (turn.abs() * weight).sum(dim=(1, 2)) / weight.sum(dim=(1, 2))
