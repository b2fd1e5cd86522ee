"""A training of a few seconds; run as a script it is one process of it: FOLDER STEPS."""

import json
import sys
from pathlib import Path

import numpy as np

from rtsynth_models.families.gansynth import FAMILY
from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.sounds import Sounds
from rtsynth_models.training.run import started
from rtsynth_models.training.trainer import Trainer

CONFIG = Config(
    channels=(8, 4),
    latent=5,
    pitches=tuple(range(48, 60)),
    loss="non-saturating",
    lazy=2,
    batch=(8, 8),
    fade=(0, 16),
    stay=(24, 0),
)


def sounds() -> Sounds:
    """Twelve decaying sines of a second, two of them held out."""
    pitch = np.arange(48, 60)
    time = np.arange(16000) / 16000
    frequency = 440 * 2 ** ((pitch[:, None] - 69) / 12)
    sound = np.round(32767 * np.exp(-3 * time) * np.sin(2 * np.pi * frequency * time)).astype(np.int16)
    same = np.zeros(12, np.int64)
    return Sounds(
        sound, pitch, same + 100, same, np.arange(12) % 6 == 5, ("sine",), 16000, "computed", "none needed"
    )


def trainer(folder: Path, seed: int = 0) -> Trainer:
    """A tiny GANSynth, at its beginning or where the folder's checkpoint stands."""
    return Trainer(started(), FAMILY, CONFIG, sounds(), folder, seed)


if __name__ == "__main__":
    training, losses = trainer(Path(sys.argv[1])), []
    for _ in range(int(sys.argv[2])):
        training.step()
        losses.append(training.numbers.losses)
    training.save()
    if training.fabric.is_global_zero:
        (Path(sys.argv[1]) / "losses.json").write_text(json.dumps(losses))
