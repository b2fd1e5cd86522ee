"""How SpecGAN learns: images of the first 1.024 s of a note, normalised bin by bin."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rtsynth_models.families.duel import Duellists
from rtsynth_models.families.specgan.config import Config
from rtsynth_models.families.specgan.networks import Discriminator, Generator, log_magnitude
from rtsynth_models.families.specgan.spectrum import SAMPLES, Spectrum
from rtsynth_models.sounds import Sounds
from rtsynth_models.sounds.store import FULL_SCALE
from rtsynth_models.training.contract import Run

MEASURED = 512  # notes that tell how loud a bin is


def task(config: Config, data: Sounds) -> Duellists:
    """SpecGAN against its discriminator."""
    spectrum, generator = Spectrum(), Generator(config)
    generator.mean, generator.deviation = statistics(spectrum, data)

    def real(run: Run, rows: NDArray[np.int64], varied: bool) -> Tensor:
        """Images (n, 1, columns, bins)."""
        spectrum.to(run.fabric.device)
        with torch.autocast(run.fabric.device.type, enabled=False):
            found: Tensor = generator.image(spectrum(run.tensor(heard(data, rows))))
        return found

    return Duellists(config, data, generator, Discriminator(config), real, functional.l1_loss)


def heard(data: Sounds, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """The beginnings (n, 16384) of sounds, at most 1."""
    return data.sound[rows, :SAMPLES].astype(np.float32) / np.float32(FULL_SCALE)


def statistics(spectrum: Spectrum, data: Sounds) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (bins,) of log-magnitudes, of notes spread over those to learn."""
    kept = data.chosen(held_out=False)
    rows = kept[np.linspace(0, len(kept) - 1, min(MEASURED, len(kept))).astype(int)]
    level = log_magnitude(spectrum(torch.from_numpy(heard(data, rows))))
    return level.mean((0, 1)), level.std((0, 1))
