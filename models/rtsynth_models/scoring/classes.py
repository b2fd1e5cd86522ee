"""A classifier of real sounds by pitch and by name, whose eyes judge generated ones.

It learns once from the sounds of a set that are not held out, and is kept in the set's folder.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.data.errors import DataError
from rtsynth_models.scoring.spectra import BANDS
from rtsynth_models.sounds import Sounds

FILE = "classifier.safetensors"
WIDTHS, STRIDES = (1, 12, 24, 48, 48), ((2, 2), (2, 2), (2, 2), (2, 1))  # over time and bands
FEATURES, DROPPED = 64, 0.3
STEPS, BATCH, RATE = 1600, 32, 3e-3
GAIN, TILT, FALL, HISS = 0.05, 0.15, 0.3, 0.03  # spreads of what is added to spectra while it learns
MOVED = 12  # bands: drums are as good a little higher
BLUR = (3, 9)  # moments and bands over which half of the spectra are smoothed
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Judged:
    """What is said of n sounds: features (n, FEATURES), chances of pitches (n, P) and names (n, L)."""

    features: NDArray[np.float64]
    pitch: NDArray[np.float64]
    name: NDArray[np.float64]


class Classifier(nn.Module):
    """Log-mel (n, 1, T, BANDS) of any length to features, and from these to pitch and name.

    `pitches` (P,) are the MIDI numbers it knows, in order.
    """

    def __init__(self, pitches: Tensor, names: int) -> None:
        super().__init__()
        self.pitches: Tensor
        self.register_buffer("pitches", pitches)
        layers: list[nn.Module] = []
        for i, stride in enumerate(STRIDES):
            a, b = WIDTHS[i : i + 2]
            layers += [nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.features = nn.Linear(WIDTHS[-1] * BANDS // 8, FEATURES)
        self.dropout = nn.Dropout(DROPPED)
        self.pitch, self.name = nn.Linear(FEATURES, len(pitches)), nn.Linear(FEATURES, names)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features (n, FEATURES), and logits of pitch (n, P) and name (n, L)."""
        seen = self.body(mel).mean(2).flatten(1)
        features = functional.relu(self.features(self.dropout(seen)))
        return features, self.pitch(features), self.name(features)


def judge(model: Classifier, mel: NDArray[np.float32]) -> Judged:
    """What `model` says of spectra (n, T, BANDS)."""
    with torch.no_grad():
        parts = [model(part) for part in torch.split(torch.from_numpy(mel)[:, None], BATCH)]
    features, pitch, name = (torch.cat(kind).double() for kind in zip(*parts, strict=True))
    return Judged(features.numpy(), torch.softmax(pitch, 1).numpy(), torch.softmax(name, 1).numpy())


def load_classifier(
    sounds: Sounds, mel: NDArray[np.float32], folder: Path, pitched: bool, progress: Progress
) -> Classifier:
    """The classifier kept in `folder`, trained now on the spectra `mel` of all `sounds` if there is none.

    Raises DataError where it cannot be kept.
    """
    torch.manual_seed(0)
    model = Classifier(torch.from_numpy(np.unique(sounds.pitch)), len(sounds.names))
    if not _read(model, folder / FILE):
        _train(model, sounds, mel, 0 if pitched else MOVED, progress)
        _write(model, folder / FILE)
    return model.eval()


def _read(model: Classifier, path: Path) -> bool:
    """Whether the weights in `path` are of this very classifier, and are now in it."""
    try:
        stored = load_file(path)
        if not torch.equal(stored["pitches"], model.pitches):
            return False
        model.load_state_dict(stored)
    except (OSError, SafetensorError, RuntimeError, KeyError):
        return False
    return True


def _write(model: Classifier, path: Path) -> None:
    part = path.with_suffix(".part")
    try:
        save_file(model.state_dict(), part)
        os.replace(part, path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"cannot keep the classifier in {path.parent}: make the folder writable") from error


def _train(
    model: Classifier, sounds: Sounds, mel: NDArray[np.float32], moved: int, progress: Progress
) -> None:
    draw = torch.Generator().manual_seed(0)
    chosen = torch.from_numpy(sounds.chosen(held_out=False))
    pitch = torch.from_numpy(np.searchsorted(model.pitches.numpy(), sounds.pitch))
    name = torch.from_numpy(sounds.label)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    for step in range(STEPS):
        index = chosen[torch.randint(len(chosen), (BATCH,), generator=draw)]
        _, pitches, names = model(_roughened(torch.from_numpy(mel[index.numpy()])[:, None], moved, draw))
        cost = functional.cross_entropy(pitches, pitch[index]) + functional.cross_entropy(names, name[index])
        optimiser.zero_grad()
        torch.autograd.backward(cost)
        optimiser.step()
        schedule.step()
        progress("training the classifier", (step + 1) / STEPS)


def _roughened(mel: Tensor, moved: int, draw: torch.Generator) -> Tensor:
    """Spectra (n, 1, T, BANDS) louder, brighter, shorter, hissing, blurred, over a higher floor, and up to
    `moved` bands higher or lower.

    So that what differs from one recording to the next does not decide.
    """
    gain, tilt, fall = (size * torch.randn(len(mel), 1, 1, 1, generator=draw) for size in (GAIN, TILT, FALL))
    slope = (
        tilt * torch.linspace(-1, 1, mel.shape[3]) - fall.abs() * torch.linspace(0, 1, mel.shape[2])[:, None]
    )
    rough = mel + gain + slope + HISS * torch.randn(mel.shape, generator=draw)
    by = torch.randint(-moved, moved + 1, (len(mel),), generator=draw).tolist()
    rolled = torch.stack([torch.roll(one, bands, -1) for one, bands in zip(rough, by, strict=True)])
    chance, floor = torch.rand(2, len(mel), 1, 1, 1, generator=draw)
    return torch.maximum(torch.where(chance < 0.5, _blurred(rolled), rolled), floor - 1.0)


def _blurred(mel: Tensor) -> Tensor:
    moments, bands = (size // 2 for size in BLUR)
    padded = functional.pad(mel, (bands, bands, moments, moments), mode="replicate")
    return functional.avg_pool2d(padded, BLUR, 1)
