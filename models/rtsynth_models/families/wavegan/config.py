"""The sizes of WaveGAN: the paper's, and those that a processor trains."""

from dataclasses import dataclass, replace

from rtsynth_models.families.duel import Duel

SAMPLES = 16_384
LOWEST, HIGHEST = 24, 84  # MIDI numbers, of the sounds that are pitched


@dataclass(frozen=True)
class Config(Duel):
    """`size` is the paper's d; real sounds are played faster or slower by up to `detune` semitones."""

    shuffle: int = 2  # samples, of phase shuffle
    detune: float = 0.0


PAPER = Config()
"""With classes, that the paper's network is not told."""
SMALL = Config(
    size=16,
    loss="non-saturating",
    classifier=1.0,
    r1=5.0,
    turns=1,
    lazy=8,
    batch=16,
    learning_rate=4e-4,
    betas=(0.0, 0.99),
    warm=10_000,
    blur=0.3,
    anchor=1.0,
    average=0.995,
    points=18 * 8,
    detune=1.0,
)
"""Non-saturating with R1, and a generator that knows the sounds before it is judged, where steps are few."""
PITCHED = replace(SMALL, classes=HIGHEST - LOWEST + 1, by="pitch", lowest=LOWEST, detune=0.0, points=20)
ATTENTIVE = replace(SMALL, attention=True)
CONFIGS = {"paper": PAPER, "small": SMALL, "pitched": PITCHED, "attentive": ATTENTIVE}
