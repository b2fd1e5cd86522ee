"""The model card of a variational autoencoder: what it is, what it learned from, what is wrong with it."""

from rtsynth_models.families.instruments import names_of
from rtsynth_models.families.vae.network import VAE
from rtsynth_models.training.contract import Trained

TEXT = """# VAE

A convolutional variational autoencoder (Kingma and Welling, "Auto-encoding variational Bayes", 2014) of the
images that GANSynth draws: log magnitude and turn of phase of a whole note. Its decoder has the form of
GANSynth's generator and streams in the same exact tiles.

- {columns} columns of {bins} bands at {rate} Hz; latent of {latent} numbers; channels {channels};
  parameters of the decoder: {decoder:,}, of the encoder: {encoder:,}.
- The encoder sees magnitudes, mostly those of another note of the same instrument and velocity than the one
  to be drawn, so that the latent says what an instrument's notes have in common, and the pitch is told apart.
- Losses: distance of log magnitudes; wrapped distance of turns of phase where there is sound; divergence from
  a normal latent times {divergence:g}, with {free:g} nats of each number free.
- Learned from the notes of {names} in {source}.
- Training: {steps:,} steps, {seen:,} notes seen in {hours:.1f} hours of a processor core shared with others.
- Places are the means of what the encoder said of each instrument.
- Licence of the weights: MIT, as that of the SoundFont.

## What is wrong with it

- What it is unsure of it draws blurred: partials are wider and noise is smoother than in what it learned
  from.
- Velocity changes loudness only. There is nothing above 8 kHz.
- Notes go on in the steady part of what was drawn, {length:.1f} s.
"""


def card(trained: Trained, network: VAE) -> str:
    """The text of `card.md`."""
    config, facts, spectrum = trained.config, trained.facts, trained.config.spectrum
    return TEXT.format(
        columns=spectrum.columns,
        bins=spectrum.bins,
        rate=facts["rate"],
        latent=config.latent,
        channels=", ".join(map(str, config.channels)),
        decoder=sum(p.numel() for p in network.decoder.parameters()),
        encoder=sum(p.numel() for p in network.encoder.parameters()),
        divergence=config.divergence,
        free=config.free,
        names=names_of(trained),
        source=facts["source"],
        steps=trained.steps,
        seen=trained.seen,
        hours=trained.minutes / 60,
        length=(spectrum.columns * spectrum.hop - spectrum.lead) / facts["rate"],
    )
