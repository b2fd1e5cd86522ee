"""The model card of a WaveNet: what it is, what it learned from, what is wrong with it."""

from rtsynth_models.families.instruments import names_of
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.training.contract import Trained

TEXT = """# WaveNet

Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016: sound made sample by sample, each
drawn from {codes} codes on the mu-law curve by a network of dilated convolutions that hears the samples
before it. With every layer's past kept (Paine et al. 2016) compiled code makes it in real time; the historic
baseline among the generators here, and a lo-fi instrument.

- {layers} layers in {stacks} stacks of dilations 1 … {longest}, each after a layer that looks some periods of
  the note back (Wu et al. 2019, quasi-periodic WaveNet), so that the pitch holds: it hears {field:.0f} ms.
- {channels} channels, {skips} of the skip sum; {parameters:,} parameters; {rate} Hz.
- Conditioned every {stride} samples on pitch, velocity, latent ({latent}) and time since note-on, and with
  every sample told how much of a period has passed: while it learns, some of what it hears of the past is
  mostly noise, so that it keeps to the period and not to its own mistakes.
- What is coded is the sound less {emphasis:g} of the sample before (as in LPCNet, Valin and Skoglund 2019),
  so that the noise of {codes} codes falls with frequency, as the sound does.
- Learned from the first {held:g} s of the notes of {names} in {source}.
- Training: {steps:,} steps of {batch} crops of {crop} samples in {hours:.1f} hours of a processor core shared
  with others; {nats:.2f} nats a sample at the end.
- Draws depend on the note alone: the same note sounds the same whenever it is played.
- Licence of the weights: MIT, as that of the SoundFont.

## What is wrong with it

- It hisses and wavers: {codes} codes are 8 bits, and it saw a small part of what such networks usually see.
- Looked at beside real notes: harmonics stand in noise that the real ones do not have, low ones blur into a
  rumble, and attacks are softer. Low keys that are not in tune are left out.
- It is many times slower than the other generators: one or two voices play live, not chords.
- A moved timbre is heard as soon as it is made, but what was heard before goes on for a while.
"""


def card(trained: Trained, network: WaveNet) -> str:
    """The text of `card.md`."""
    config, facts = network.config, trained.facts
    return TEXT.format(
        codes=config.codes,
        layers=len(config.dilations),
        stacks=config.stacks,
        longest=config.longest,
        field=1000 * (sum(config.dilations) + config.stacks * max(config.lags) + 1) / config.rate,
        channels=config.channels,
        skips=config.skips,
        parameters=sum(p.numel() for p in network.parameters()),
        rate=facts["rate"],
        stride=config.stride,
        latent=config.latent,
        emphasis=config.emphasis,
        held=config.held_seconds,
        names=names_of(trained),
        source=facts["source"],
        steps=trained.steps,
        batch=config.batch,
        crop=config.crop,
        hours=trained.minutes / 60,
        nats=trained.losses.get("code", float("nan")),
    )
