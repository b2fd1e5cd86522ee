"""The model card of a GANSynth: what it is, what it learned from, what is wrong with it."""

from rtsynth_models.training.contract import Trained

TEXT = """# GANSynth

Engel et al., "GANSynth: Adversarial Neural Audio Synthesis", 2019: a generator of convolutions draws the log
magnitude and the instantaneous frequency of a whole note, level by level, from a latent of {latent} normal
numbers and the pitch. The engine runs it in exact tiles, so that a note begins after the first few columns.

- {columns} columns of {bins} bands at {rate} Hz (the paper's: 128 of 1024); channels {channels};
  parameters of the generator: {parameters:,} (the paper's: 7.3 million).
- Learned from {notes:,} notes of {source}: {names}.
- Training: {steps:,} steps, {seen:,} images in {hours:.1f} hours on one processor core shared with others
  (the paper's: 11 million images on a GPU). Loss {loss} with a gradient penalty of {penalty:g} taken every
  {lazy} steps, classifier of pitch weighing {classifier:g}, moving average {average}.
- Two deviations from the paper's images: bands are linear to 1.5 kHz, and a band's turn of phase is weighted
  by power.
{paired}- Licence of the weights: MIT, as that of the SoundFont.

## What is wrong with it

- It saw a small part of what the paper's saw: sounds are rougher and fewer than those it learned from.
- Harmonics above about 2 kHz are blurred into bands, vibrato and beating are missing, and what is noise in a
  breath or a bow is a whistle here: phases turn evenly where they should not.
- The lowest octave is the least in tune.
- Velocity changes loudness only. There is nothing above 8 kHz.
- Notes longer than {longest:.1f} s go on in the steady part of what was drawn.
"""
PAIRED = """- Not the paper's way: instruments have places in the latent space, and images are also compared
  with the notes they stand for (weight {paired:g}, as in Isola et al. 2017), for the first {warm:,} images
  only that: so few would not do for a discriminator alone.{only}
"""
ONLY = " These weights never met the discriminator, whatever the name promises."


def card(trained: Trained, longest: float) -> str:
    """The text of `card.md`; `longest` seconds of a note were seen."""
    config, facts = trained.config, trained.facts
    names = [facts["names"][i] for i in config.labels] or facts["names"]
    return TEXT.format(
        latent=config.latent,
        columns=config.spectrum.columns,
        bins=config.spectrum.bins,
        rate=facts["rate"],
        channels=", ".join(map(str, config.channels)),
        parameters=sum(p.numel() for p in trained.network.parameters()),
        notes=facts["notes"],
        source=facts["source"],
        names=", ".join(names),
        steps=trained.steps,
        seen=trained.seen,
        hours=trained.minutes / 60,
        loss=config.loss,
        penalty=config.penalty,
        lazy=config.lazy,
        classifier=config.classifier,
        average=config.average,
        longest=longest,
        paired=_paired(trained) if config.paired else "",
    )


def _paired(trained: Trained) -> str:
    config = trained.config
    only = ONLY if trained.seen <= config.warm else ""
    return PAIRED.format(paired=config.paired, warm=min(config.warm, trained.seen), only=only)
