"""The model card of a SpecGAN: what it is, what it learned from, what is wrong with it."""

from rtsynth_models.families.note_bundles import learning
from rtsynth_models.training.contract import Trained

TEXT = """# SpecGAN

Donahue, McAuley and Puckette, "Adversarial Audio Synthesis", 2019: five transposed convolutions make an
image of 128 × 128 log-magnitudes (window 256, hop 128, at {rate} Hz, normalised bin by bin), and phases are
recovered by Griffin and Lim's algorithm. Ours is told the pitch (one-hot), which the discriminator names as
well (AC-GAN), and {rounds} rounds of the fast variant with momentum (Perraudin et al. 2013) run inside the
network's graph; they begin from phases that turn as the partials of the asked pitch do: nearer than chance.

- Size d = {size} (the paper's is 64); parameters of the generator: {parameters:,}.
- Learned from {notes:,} notes of {source}: {names}.
- Training: {learning};
  moving average {average}, {hours:.1f} hours on one core of a processor, shared with others.
- Licence of the weights: MIT, as that of the SoundFont.

## What is wrong with it

- Far fewer steps than the paper's.
- A window of 16 ms cannot tell the partials of low notes apart: below C4 the pitch is in the beating of the
  magnitudes, which is blurred, and about half of the notes are more than 20 cents off or have no clear pitch.
  Every instrument begins at the lowest key from which four notes of five are in tune; below it sounds that
  key's note, read more slowly.
- Looked at beside real notes: envelopes and bands are right, vibrato and beating are smoothed away.
- Half-overlapping windows leave much to the recovery of phases: transients smear over 16 ms, tones are rough.
- A sound is 1.024 s long; held notes go on in a loop of their last part.
- Nothing is above 8 kHz.
"""


def card(trained: Trained) -> str:
    """The text of `card.md`."""
    config, facts = trained.config, trained.facts
    return TEXT.format(
        rate=facts["rate"],
        rounds=config.rounds,
        size=config.size,
        parameters=sum(p.numel() for p in trained.network.parameters()),
        notes=facts["notes"],
        source=facts["source"],
        names=", ".join(facts["names"]),
        learning=learning(trained),
        hours=trained.minutes / 60,
        average=config.average,
    )
