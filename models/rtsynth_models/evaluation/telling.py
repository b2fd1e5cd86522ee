"""Whether a machine can tell generated notes from real ones: a forest on statistics, a network on texture.

Both learn on trained pitches and are judged on held-out ones; 50 % is what guessing gets.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.evaluation.listening import Heard

TREES, LEAF = 400, 3
PATCH, FIRST_PATCH = 48, 12  # frames of log-mel, 10.7 ms each; the attack is left out
TEXTURE_SIGMA, TEXTURE_SCALE, RANGE_DB = 8.0, 0.15, 75.0
DRAWS, JUDGED = 8, 4  # patches of a note
CHANNELS, STEPS, BATCH = 24, 600, 64
Figures = dict[str, Any]


def told_apart(learnt: list[Heard], judged: list[Heard], kind: str, seed: int) -> Figures:
    """Shares told correctly in per cent: real notes against those of `kind`; of the latter by family."""
    accuracy, families = told_by_forest(learnt, judged, kind, seed)
    patch, note = told_by_texture(learnt, judged, kind, seed)
    return {"statistics": accuracy, "texture": patch, "texture_note": note, "families": families}


def told_by_forest(learnt: list[Heard], judged: list[Heard], kind: str, seed: int) -> tuple[float, Figures]:
    """Shares in per cent that a random forest tells by the 19 statistics: of all, and of `kind` by family."""
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=seed)
    forest.fit(*_labelled(learnt, kind))
    rows, labels = _labelled(judged, kind)
    right = forest.predict(rows) == labels
    found = right[len(judged) :]
    families = {note.place.category for note in judged}
    of = {family: found[[note.place.category == family for note in judged]] for family in sorted(families)}
    return _percent(right), {family: _percent(shares) for family, shares in of.items()}


def _percent(right: NDArray[np.bool_]) -> float:
    return round(100 * float(right.mean()), 1)


def _labelled(notes: list[Heard], kind: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rows = [note.moved[version] for version in ("original", kind) for note in notes]
    return np.array(rows), np.repeat([1, 0], len(notes))


def texture(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is fine in a log-mel patch (PATCH, bands) in dB: the patch less itself smoothed over time."""
    at = np.arange(len(mel))
    weight = np.exp(-0.5 * ((at[:, None] - at) / TEXTURE_SIGMA) ** 2)
    return TEXTURE_SCALE * (mel - (weight / weight.sum(1, keepdims=True)) @ mel)


def told_by_texture(learnt: list[Heard], judged: list[Heard], kind: str, seed: int) -> tuple[float, float]:
    """Shares in per cent that a small network tells by texture: of single patches, and of notes."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    real, made = (_patches(learnt, version, DRAWS, rng) for version in ("original", kind))
    judge = _train(torch.cat([real, made]), torch.cat([torch.ones(len(real)), torch.zeros(len(made))]))
    with torch.no_grad():
        score = [judge(_patches(judged, version, JUDGED, rng))[:, 0] for version in ("original", kind)]
    right = torch.stack([score[0], -score[1]]).view(2, -1, JUDGED)
    return _percent((right > 0).numpy()), _percent((right.mean(2) > 0).numpy())


def _patches(notes: list[Heard], kind: str, count: int, rng: np.random.Generator) -> Tensor:
    found = []
    for note in notes:
        mel = note.mel[kind].astype(np.float32)
        mel = np.maximum(mel, mel.max() - RANGE_DB)
        starts = rng.integers(FIRST_PATCH, len(mel) - PATCH, count)
        found += [texture(mel[start : start + PATCH]) for start in starts]
    return torch.from_numpy(np.array(found, np.float32))[:, None]


def _network() -> nn.Sequential:
    widths = (1, CHANNELS, 2 * CHANNELS, 2 * CHANNELS, 2 * CHANNELS)
    layers = [layer for a, b in pairwise(widths) for layer in (nn.Conv2d(a, b, 3, 2, 1), nn.LeakyReLU(0.2))]
    ending = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(2 * CHANNELS, 1))
    return nn.Sequential(*layers, *ending)


def _train(patches: Tensor, labels: Tensor) -> nn.Sequential:
    network = _network()
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-2)
    for _ in range(STEPS):
        index = torch.randint(len(patches), (BATCH,))
        loss = functional.binary_cross_entropy_with_logits(network(patches[index])[:, 0], labels[index])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()
