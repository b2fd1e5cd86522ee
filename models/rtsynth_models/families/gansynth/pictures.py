"""Images of the sounds, made once and kept beside the checkpoints; halved for the lower levels."""

import os
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rtsynth_models.families.gansynth.growth import Stage
from rtsynth_models.sounds import Sounds
from rtsynth_models.spectra import Spectrum, images

PART, FULL_SCALE = 32, 32768.0


class Pictures:
    """Images of the sounds `rows`, and the same at the level of the growth."""

    def __init__(self, path: Path, data: Sounds, rows: NDArray[np.int64], spectrum: Spectrum) -> None:
        if not path.exists():
            make(path, data, rows, spectrum)
        self.whole = np.load(path, mmap_mode="r")
        self.place = np.full(len(data.pitch), -1, np.int64)
        self.place[rows] = np.arange(len(rows))
        self.columns, self._level, self._halved = spectrum.columns, -1, self.whole

    def at(self, index: NDArray[np.int64], stage: Stage) -> Tensor:
        """Images (n, 2, t, f) of the sounds `index`; what is not yet faded in is blurred."""
        if stage.level != self._level:
            self._level, self._halved = stage.level, self._halve(stage.level)
        real = torch.from_numpy(self._halved[self.place[index]].astype(np.float32))
        if stage.share >= 1.0:
            return real
        blurred = functional.interpolate(functional.avg_pool2d(real, 2), scale_factor=2.0)
        return torch.lerp(blurred, real, stage.share)

    def _halve(self, level: int) -> NDArray[np.float16]:
        """All images at a level's size."""
        parts = [self.whole[i : i + PART] for i in range(0, len(self.whole), PART)]
        return np.concatenate([halved(part, self.columns // (2 << level)) for part in parts])


def halved(part: NDArray[np.float16], step: int) -> NDArray[np.float16]:
    """Means of `step` × `step` pixels of images (n, 2, t, f)."""
    n, kinds, t, f = part.shape
    cut = part.astype(np.float32).reshape(n, kinds, t // step, step, f // step, step)
    return np.asarray(cut.mean(axis=(3, 5)), np.float16)


def make(path: Path, data: Sounds, rows: NDArray[np.int64], spectrum: Spectrum) -> None:
    """Write the images (n, 2, columns, bins), float16."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    shape = (len(rows), 2, spectrum.columns, spectrum.bins)
    whole = open_memmap(part, "w+", np.float16, shape)
    for first in range(0, len(rows), PART):
        sound = data.sound[rows[first : first + PART]] / np.float32(FULL_SCALE)
        whole[first : first + PART] = images(sound, spectrum)
    whole.flush()
    os.replace(part, path)
