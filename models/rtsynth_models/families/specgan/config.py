"""The sizes of SpecGAN: the paper's, and one that a processor trains."""

from dataclasses import dataclass, replace

from rtsynth_models.families.duel import Duel

LOWEST, HIGHEST = 24, 84  # MIDI numbers, GANSynth's


@dataclass(frozen=True)
class Config(Duel):
    """`size` is the paper's d; the class is the pitch. `rounds` of phase recovery are played."""

    classes: int = HIGHEST - LOWEST + 1
    by: str = "pitch"
    lowest: int = LOWEST
    rounds: int = 32
    points: int = 20


PAPER = Config()
SMALL = Config(
    size=16,
    loss="non-saturating",
    classifier=1.0,
    r1=2.0,
    turns=1,
    lazy=8,
    batch=16,
    learning_rate=4e-4,
    betas=(0.0, 0.99),
    warm=4000,
    anchor=10.0,
    average=0.995,
)
"""Non-saturating with R1, and a generator that knows the sounds before it is judged, where steps are few."""
CONFIGS = {"paper": PAPER, "small": SMALL, "attentive": replace(SMALL, attention=True)}
"""The paper's network has no classes: its table's figures are not of these."""
