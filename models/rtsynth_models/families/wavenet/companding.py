"""Samples as codes: emphasised, then on the mu-law curve (as in van den Oord et al. 2016)."""

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.families.wavenet.config import Config

Array = NDArray[np.floating]
F4 = np.float32


def emphasised(sound: Array, config: Config) -> Array:
    """Sounds (n, samples) less `emphasis` of the sample before (Valin and Skoglund 2019, LPCNet)."""
    found = np.array(sound, np.float32)
    found[:, 1:] -= config.emphasis * sound[:, :-1]
    return found


def encoded(sound: Array, config: Config) -> NDArray[np.int64]:
    """Codes (n, samples) of sounds (n, samples) in ±1."""
    top = config.codes - 1
    share = np.clip(emphasised(sound, config) / config.scale, -1.0, 1.0)
    bent = np.sign(share) * np.log1p(top * np.abs(share)) / np.log1p(top)
    return np.asarray(np.rint((bent + 1.0) / 2.0 * top), np.int64)


def levels(config: Config) -> NDArray[np.float32]:
    """The emphasised sample that each code stands for, (codes,)."""
    top = config.codes - 1
    bent = 2.0 * np.arange(config.codes) / top - 1.0
    share = np.sign(bent) * np.expm1(np.abs(bent) * np.log1p(top)) / top
    return np.asarray(config.scale * share, F4)


def silence(config: Config) -> int:
    """The code of a sample of 0."""
    return int(encoded(np.zeros((1, 1)), config)[0, 0])
