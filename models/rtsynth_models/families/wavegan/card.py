"""The model card of a WaveGAN: what it is, what it learned from, what is wrong with it."""

from rtsynth_models.families.note_bundles import learning
from rtsynth_models.training.contract import Trained

TEXT = """# WaveGAN

Donahue, McAuley and Puckette, "Adversarial Audio Synthesis", 2019: one pass of five transposed convolutions
makes {samples} samples at {rate} Hz from noise. Ours is told the class of the sound (one-hot) and the
velocity; the discriminator shuffles phases by up to {shuffle} samples and {how}.

- Size d = {size} (the paper's is 64); parameters of the generator: {parameters:,}.
- Learned from {notes:,} sounds of {source}; classes: {classes}.
- Training: {learning};
  moving average {average}, {hours:.1f} hours on one core of a processor, shared with others.
  The paper's took 200,000 steps of 64.
- Licence of the weights: MIT, as that of the SoundFont.

## What is wrong with it

- Far fewer steps than the paper's, on few distinct sounds: variety within a class is small, and latents by
  chance, away from those of the kits, give sounds that are hard to name.
- A sound is 1.024 s long, so cymbals are cut, faded over the last eighth of a second as the data are.
- Samples beyond 8 kHz do not exist: hats and cymbals are dull.
- Looked at beside real hits: most have their envelopes and bands, toms and hats among them, though toms stop
  early; cowbell and triangle are noise where the real ones ring. A classifier of real hits takes these, and
  two congas of three, for others.
- Transposed convolutions leave faint lines at even distances in the spectrum of tonal sounds: toms above all.
"""
HOW = {
    "ac-gan": "also names the class (AC-GAN)",
    "projection": "knows the class by projection",
    "none": "is not told the class",
}


def card(trained: Trained) -> str:
    """The text of `card.md`."""
    config, facts = trained.config, trained.facts
    return TEXT.format(
        samples=16_384,
        rate=facts["rate"],
        shuffle=config.shuffle,
        how=HOW[config.condition],
        size=config.size,
        parameters=sum(p.numel() for p in trained.network.parameters()),
        notes=facts["notes"],
        source=facts["source"],
        classes=", ".join(facts["names"]) if config.by == "label" else f"{config.classes} pitches",
        learning=learning(trained),
        hours=trained.minutes / 60,
        average=config.average,
    )
