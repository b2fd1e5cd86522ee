"""What bundles of networks have in common that draw the image of a note level by level."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rtsynth_models.export.levels import export_levels
from rtsynth_models.families.bundles import Item
from rtsynth_models.spectra import Spectrum, sounds_of

FRAME, COLUMNS_PER_STEP, HELD_SECONDS = 256, 4, 3.0
LEVEL_DBFS, LEVEL_VELOCITY = -20.0, 100 / 127
CHORD, MELODY = (48, 55, 60, 64, 67, 72), (48, 55, 60, 64, 67, 72, 60)  # MIDI numbers
SLICE_SECONDS, LOUDEST, PART = 1.2, 0.7, 8

Generator = Callable[[Tensor, Tensor], Tensor]  # latent (n, Z), index of pitch (n,) → image


def files_of(generator: nn.Module, latent: int) -> dict[str, bytes]:
    """The ONNX files by name; `generator` as `export_levels` wants it."""
    with tempfile.TemporaryDirectory() as part:
        names = export_levels(generator, latent, Path(part))
        return {name: Path(part, name).read_bytes() for name in names}


def head_of(config: Any, rate: int) -> Item:
    """The sizes that the manifest tells; `config` has a spectrum, pitches and the size of the latent."""
    spectrum: Spectrum = config.spectrum
    whole = (spectrum.columns * spectrum.hop - spectrum.lead) / rate
    head = {"kind": "spectral", "sample_rate": rate, "frame_rate": rate / FRAME, "spectrum": asdict(spectrum)}
    head |= {"frames_per_step": COLUMNS_PER_STEP * spectrum.hop // FRAME}
    return {
        "generator": "tiled",
        "head": head | {"longest_seconds": min(whole, HELD_SECONDS)},
        "conditioning": [{"name": "latent", "size": config.latent}, {"name": "pitch", "size": 1}],
        "latent": config.latent,
        "pitch_range": [config.pitches[0], config.pitches[-1]],
        "classes": list(config.pitches),
    }


@torch.no_grad()
def drawn(generator: Generator, latent: Tensor, pitch: Tensor) -> NDArray[np.float32]:
    """Images of latents (n, Z) at indices of pitches (n,), a few at a time."""
    parts = zip(torch.split(latent, PART), torch.split(pitch, PART), strict=True)
    return np.concatenate([generator(*part).float().numpy() for part in parts])


def played(generator: Generator, config: Any, latent: Tensor, pitches: Sequence[int]) -> NDArray[np.float32]:
    """Sounds (pitches, samples) of one latent (Z,) at MIDI pitches, or the nearest the network knows."""
    image = drawn(generator, latent.expand(len(pitches), -1), nearest(config, pitches))
    return sounds_of(image, config.spectrum)


def nearest(config: Any, pitches: Sequence[int]) -> Tensor:
    """Indices (n,) of the pitches the network knows that are nearest to MIDI pitches."""
    return torch.from_numpy(np.abs(np.array(config.pitches) - np.array(pitches)[:, None]).argmin(axis=1))


def gain_db(generator: Generator, config: Any, latent: Tensor, rate: int) -> float:
    """Gain that brings the first second of notes at velocity 100, which the engine squares, to LEVEL_DBFS."""
    power = np.mean(played(generator, config, latent, CHORD)[:, :rate] ** 2)
    return round(float(LEVEL_DBFS - 40 * np.log10(LEVEL_VELOCITY) - 10 * np.log10(power + 1e-9)), 2)


def preview(generator: Generator, config: Any, latent: Tensor, rate: int) -> NDArray[np.float32]:
    """A few notes, one after the other, that peak at LOUDEST."""
    whole = played(generator, config, latent, MELODY)[:, : round(SLICE_SECONDS * rate)]
    whole *= np.clip(np.linspace(40.0, 0.0, whole.shape[1], dtype=np.float32), 0.0, 1.0)
    return np.asarray(whole.ravel() * (LOUDEST / (np.abs(whole).max() + 1e-9)), np.float32)
