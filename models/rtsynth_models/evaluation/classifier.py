"""A classifier of real notes, pitch and program, whose eyes judge generated ones.

It learns from velocities that no evaluation plays, once per data set, and is kept in the data set's folder.
"""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.evaluation.distances import different_bins, entropy, frechet, inception
from rtsynth_models.evaluation.listening import Heard
from rtsynth_models.evaluation.stored import find_programs, read_program

FILE = "classifier.pt"
THINNED = 2  # every second velocity of a data set is enough
LOWEST, PITCHES = 21, 88
POOLED = 4  # frames of log-mel averaged: 43 ms
WIDTHS = (1, 24, 48, 96, 96)
FEATURES = 32
STEPS, BATCH, RATE = 1500, 64, 2e-3
MIDDLE_DB, SPREAD_DB = -50.0, 25.0
SPLITS = 5
COARSE = (8, 4)  # what is pooled again before bins are found: frames, bands
Progress = Callable[[str, float], None]


class Classifier(nn.Module):
    """Pooled log-mel (N, 1, T, 96) to FEATURES, and from these to pitch and program."""

    def __init__(self, programs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for a, b in pairwise(WIDTHS):
            layers += [nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 6)), nn.Flatten())
        self.features = nn.Linear(6 * WIDTHS[-1], FEATURES)
        self.pitch = nn.Linear(FEATURES, PITCHES)
        self.program = nn.Linear(FEATURES, programs)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features (N, FEATURES) and the logits of both heads."""
        seen = functional.relu(self.features(self.body(mel)))
        return seen, self.pitch(seen), self.program(seen)


def pooled(mel: NDArray[np.float16]) -> NDArray[np.float32]:
    """What the classifier sees of log-mel (N, F, bands) in dB: (N, F // POOLED, bands), about -1 … 1."""
    count = mel.shape[1] // POOLED
    mean = mel[:, : count * POOLED].reshape(len(mel), count, POOLED, -1).mean(2, dtype=np.float32)
    return (mean - MIDDLE_DB) / SPREAD_DB


def load_classifier(data: Path, seed: int, progress: Progress) -> tuple[Classifier, list[int]]:
    """The data set's classifier, trained now if it has none for its programs; and those programs."""
    programs = find_programs(data)
    if known := _stored(data / FILE, programs):
        return known, programs
    model = _train(*_examples(data, programs), len(programs), seed, progress)
    part = data / f"{FILE}.part"
    torch.save({"programs": programs, "weights": model.state_dict()}, part)
    os.replace(part, data / FILE)
    return model, programs


def _stored(path: Path, programs: list[int]) -> Classifier | None:
    """The classifier kept in `path`, unless it is damaged or of other programs."""
    try:
        stored = torch.load(path, weights_only=True)
        model = Classifier(len(programs))
        model.load_state_dict(stored["weights"])
        return model.eval() if stored["programs"] == programs else None
    except (OSError, RuntimeError, KeyError, TypeError, EOFError, UnpicklingError):
        return None


def _examples(data: Path, programs: list[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Pooled log-mel (N, 1, T, bands) in half precision, pitch classes (N,) and program classes (N,)."""
    mels, pitches, classes = [], [], []
    for index, number in enumerate(programs):
        mel, pitch, velocity = read_program(data, number, "mel", "pitch", "velocity")
        kept = np.isin(velocity, np.unique(velocity)[::THINNED])
        mels.append(torch.from_numpy(pooled(mel[kept])).half())
        pitches.append(torch.from_numpy(pitch[kept] - LOWEST))
        classes.append(torch.full((int(kept.sum()),), index))
    return torch.cat(mels)[:, None], torch.cat(pitches), torch.cat(classes)


def _train(
    mel: Tensor, pitch: Tensor, program: Tensor, programs: int, seed: int, progress: Progress
) -> Classifier:
    torch.manual_seed(seed)
    model = Classifier(programs)
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    for step in range(STEPS):
        index = torch.randint(len(mel), (BATCH,))
        _, pitches, classes = model(mel[index].float())
        loss = functional.cross_entropy(pitches, pitch[index]) + functional.cross_entropy(
            classes, program[index]
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        progress("training the classifier", (step + 1) / STEPS)
    return model.eval()


def judge(model: Classifier, programs: list[int], notes: list[Heard], seed: int) -> dict[str, object]:
    """Accuracies in per cent, pitch entropy in nats, inception scores, Fréchet distances, NDB / K."""
    mel = {
        kind: pooled(np.stack([n.mel[kind] for n in notes])) for kind in ("original", "analysed", "generated")
    }
    with torch.no_grad():
        seen = {kind: [x.double() for x in model(torch.from_numpy(m)[:, None])] for kind, m in mel.items()}
    figures: dict[str, object] = {}
    for kind, (_, pitch, program) in seen.items():
        chances = torch.softmax(pitch, 1).numpy()
        figures[kind] = {
            "pitch_accuracy": _share(pitch, [n.pitch - LOWEST for n in notes]),
            "program_accuracy": _share(program, [_index(programs, n.place.program) for n in notes]),
            "pitch_entropy": round(entropy(chances), 3),
            "inception": round(inception(chances), 2),
        }
    features = {kind: x[0].numpy() for kind, x in seen.items()}
    coarse = {kind: _coarse(m) for kind, m in mel.items()}
    return figures | {"frechet": _distances(features, seed), "ndb": _bins(coarse, seed)}


def _index(programs: list[int], number: int) -> int:
    return programs.index(number) if number in programs else -1


def _share(logits: Tensor, wanted: list[int]) -> float:
    return round(100 * float((logits.argmax(1) == torch.tensor(wanted)).double().mean()), 1)


def _halves(count: int, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    orders = [np.random.default_rng(seed + i).permutation(count) for i in range(SPLITS)]
    return [(order[: count // 2], order[count // 2 :]) for order in orders]


def _distances(features: dict[str, NDArray[np.float64]], seed: int) -> dict[str, float]:
    """Mean Fréchet distance of one random half of the real notes to the other half of each kind."""
    real = features["original"]
    mean = {
        kind: float(np.mean([frechet(real[a], x[b]) for a, b in _halves(len(real), seed)]))
        for kind, x in features.items()
    }
    rounded = {kind: round(value, 3) for kind, value in mean.items()}
    return rounded | {"ratio": round(mean["generated"] / mean["original"], 2)}


def _coarse(mel: NDArray[np.float32]) -> NDArray[np.float64]:
    frames, bands = (size // by for size, by in zip(mel.shape[1:], COARSE, strict=True))
    cut = mel[:, : frames * COARSE[0], : bands * COARSE[1]]
    return (
        cut.reshape(len(mel), frames, COARSE[0], bands, COARSE[1])
        .mean((2, 4))
        .reshape(len(mel), -1)
        .astype(float)
    )


def _bins(coarse: dict[str, NDArray[np.float64]], seed: int) -> dict[str, float]:
    real = coarse["original"]
    return {
        kind: round(
            float(
                np.mean([different_bins(real[a], real[a], x[b], seed) for a, b in _halves(len(real), seed)])
            ),
            3,
        )
        for kind, x in coarse.items()
    }
