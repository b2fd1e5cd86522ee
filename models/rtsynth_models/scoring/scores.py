"""The figures of one family: its sounds beside real ones, as in table 1 of GANSynth (Engel et al. 2019)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.evaluation.distances import BINS, different_bins, entropy, frechet, inception
from rtsynth_models.scoring.classes import Classifier, Progress, judge, load_classifier
from rtsynth_models.scoring.pitch import Sound, in_tune
from rtsynth_models.scoring.spectra import log_mel
from rtsynth_models.sounds import Sounds

SECONDS = 2.0  # of every sound that are judged, held all the time
FEWEST = 10  # sounds in a bin
POOLED = (8, 4)  # what is averaged before bins are found: moments, bands


@dataclass(frozen=True)
class Scores:
    """Figures of one set of sounds; of drums what concerns pitch is NaN.

    ndb: share of bins that are filled unlike the real set's; frechet: distance of features; inception: score
    over pitches (drums: names); pitch, tune, name: shares; entropy: of pitch (drums: name), nats.
    """

    sounds: int
    ndb: float
    frechet: float
    inception: float
    pitch: float
    tune: float
    entropy: float
    named: float


class Judges:
    """All that is learned from a set of real sounds before others are scored."""

    def __init__(self, sounds: Sounds, folder: Path, pitched: bool, progress: Progress) -> None:
        """Learn from `sounds`, `pitched` notes or drums; the classifier is kept in `folder`."""
        self.sounds, self.pitched = sounds, pitched
        self.samples = min(round(SECONDS * sounds.rate), sounds.sound.shape[1])
        mel = log_mel(sounds.sound[:, : self.samples])
        self.model: Classifier = load_classifier(sounds, mel, folder, pitched, progress)
        real = mel[sounds.chosen(held_out=False)]
        self.known, self.bins = judge(self.model, real), pooled(real)

    def score(
        self,
        sound: Sound,
        pitch: NDArray[np.int64],
        name: NDArray[np.int64],
    ) -> Scores:
        """Score sounds (n, S) asked for with `pitch` (n,) and `name` (n,): an index, or -1 for none."""
        cut = self.cut(sound)
        mel = log_mel(cut)
        said = judge(self.model, mel)
        chances = said.pitch if self.pitched else said.name
        asked = np.searchsorted(self.model.pitches.numpy(), pitch)
        return Scores(
            sounds=len(sound),
            ndb=different_bins(self.bins, self.bins, pooled(mel), seed=0, bins=_bins(len(sound))),
            frechet=frechet(self.known.features, said.features),
            inception=inception(chances),
            pitch=_share(said.pitch, asked) if self.pitched else np.nan,
            tune=in_tune(cut, pitch) if self.pitched else np.nan,
            entropy=entropy(chances),
            named=_share(said.name, name) if (name >= 0).all() else np.nan,
        )

    def cut(self, sound: Sound) -> Sound:
        """What is judged of sounds (n, S): their beginnings."""
        return sound[:, : self.samples]

    def real(self, most: int, seed: int) -> tuple[NDArray[np.int64], Scores]:
        """Rows of `most` held-out sounds, and their scores as if generated: what the judges let pass.

        Distances grow as sounds get fewer, so ask for as many as there are of the others.
        """
        rows = np.random.default_rng(seed).permutation(self.sounds.chosen(held_out=True))[:most]
        return rows, self.score(self.sounds.sound[rows], self.sounds.pitch[rows], self.sounds.label[rows])


def _bins(sounds: int) -> int:
    """How many bins so many sounds can tell apart: a bin expected to hold fewer may be empty by chance."""
    return int(np.clip(sounds // FEWEST, 2, BINS))


def _share(chances: NDArray[np.float64], asked: NDArray[np.int64]) -> float:
    return float(np.mean(chances.argmax(1) == asked))


def pooled(mel: NDArray[np.float32]) -> NDArray[np.float64]:
    """Coarse spectra (n, V) of (n, T, bands), in which bins are found."""
    moments, bands = (size // by for size, by in zip(mel.shape[1:], POOLED, strict=True))
    cut = mel[:, : moments * POOLED[0], : bands * POOLED[1]].astype(np.float64)
    coarse: NDArray[np.float64] = cut.reshape(len(mel), moments, POOLED[0], bands, POOLED[1]).mean((2, 4))
    return coarse.reshape(len(mel), -1)
