"""Small pictures of the instruments learnt, by which their places in the latent space are found again.

A GAN is never told which instrument a latent shall be; the one whose images look most like it is called by
its name. Portraits are (names, 3, 16, 64): means of log-magnitude at three pitches, NaN where nothing was
learnt.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.families.gansynth.generator import PORTRAIT, Generator
from rtsynth_models.families.gansynth.pictures import Pictures
from rtsynth_models.families.tiled import drawn, nearest
from rtsynth_models.sounds import Sounds

PITCHES, NEAR = (48, 60, 72), 3  # MIDI numbers, and how many semitones around them
TRIED = 256


def portraits(config: Config, data: Sounds, rows: NDArray[np.int64], pictures: Pictures) -> Tensor:
    """Of the sounds `rows`."""
    found = torch.full((config.names, len(PITCHES), *PORTRAIT[1:]), torch.nan)
    for name in np.unique(data.label[rows]):
        for number, pitch in enumerate(PITCHES):
            near = rows[(data.label[rows] == name) & (abs(data.pitch[rows] - pitch) <= NEAR)]
            if len(near):
                found[name, number] = small(pictures.whole[pictures.place[near]]).mean(0)
    return found


def small(images: NDArray[np.floating]) -> Tensor:
    """Log-magnitudes (n, 16, 64) of images (n, 2, time, frequency)."""
    magnitude = torch.from_numpy(np.array(images[:, :1], np.float32))
    return functional.adaptive_avg_pool2d(magnitude, PORTRAIT[1:])[:, 0]


def places(generator: Generator, config: Config) -> dict[int, Tensor]:
    """Of many latents (Z,) the one that looks most like each instrument, by its label."""
    latents = torch.randn(TRIED, config.latent, generator=torch.Generator().manual_seed(0))
    seen = torch.stack([_looks(generator, config, latents, pitch) for pitch in PITCHES], 1)
    learnt = [i for i, portrait in enumerate(generator.portraits) if not portrait.isnan().all()]
    return {i: latents[_distance(seen, generator.portraits[i]).argmin()] for i in learnt}


def _looks(generator: Generator, config: Config, latents: Tensor, pitch: int) -> Tensor:
    return small(drawn(generator, latents, nearest(config, [pitch] * len(latents))))


def _distance(seen: Tensor, portrait: Tensor) -> Tensor:
    """Mean differences (n,) of what is `seen` (n, 3, 16, 64) from a portrait, where there is one."""
    return (seen - portrait).abs().flatten(1).nanmean(1)
