"""What a decoder knows of pitches before it learns: where their partials lie, and how fast they turn.

A layer that is told a pitch as one of many has to learn every pitch by itself. Begun with these weights it
has only to learn how partials are drawn.
"""

import numpy as np
import torch
from torch import Tensor

from rtsynth_engine.heads.mel import centres
from rtsynth_models.families.gansynth.generator import SEED_SHAPE
from rtsynth_models.families.vae.config import Config

KINDS = 4
CHANNELS_PER_PLACE = 16  # of the seed, a quarter of which is told


def begun(config: Config) -> Tensor:
    """What the seed's first channels are told of every pitch: (channels, 16, pitches), in -1 … 1.

    At some places along each of the seed's pixels: the cosine and sine of the place between two partials, and
    of the nearest partial's turn of phase from one column to the next.
    """
    spectrum, parts = config.spectrum, max(config.channels[0] // CHANNELS_PER_PLACE, 1)
    places = np.linspace(0, spectrum.bins, SEED_SHAPE[1] * parts, endpoint=False).astype(int)
    hertz = centres(spectrum.window // 2, spectrum.bins)[places] * config.rate / spectrum.window
    lowest = 440.0 * 2.0 ** ((np.array(config.pitches) - 69) / 12)
    rank = hertz[:, None] / lowest
    turns = np.maximum(np.round(rank), 1.0) * lowest * spectrum.hop / config.rate
    angle = 2 * np.pi * np.stack([rank, turns])
    found = np.concatenate([np.cos(angle), np.sin(angle)])  # (KINDS, places, pitches)
    channels = found.reshape(KINDS, SEED_SHAPE[1], parts, -1).transpose(0, 2, 1, 3)
    return torch.from_numpy(channels.reshape(-1, *channels.shape[2:]).astype(np.float32))
