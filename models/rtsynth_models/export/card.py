"""The model card of a bundle: what it is, what it learned from, how near it comes, what is wrong."""

from typing import Any

from rtsynth_models.data.catalogue import HELD_OUT, VELOCITIES, program
from rtsynth_models.data.dataset import SOURCE
from rtsynth_models.data.soundfont import HOLD_SECONDS
from rtsynth_models.export.measured import measured
from rtsynth_models.network.checkpoint import Checkpoint

WHAT = """# PartialGAN

A neural instrument: {instruments} General MIDI instruments in one network, and everything between them.

A note network runs once per note: pitch, velocity and a point of the {latent}-dimensional latent space
become a static spectrum and the conditioning of the step network. That one runs every {step:.1f} ms and gives
{per_step} frames of {partials} partials (level, deviation from the harmonic grid) and {bands} noise bands,
which the engine renders. The release is an envelope of the engine, with a slope the note network gives.

- Licence of the weights: MIT.
- Parameters: {parameters:,}.
- Instruments: {names}.
"""
DATA = """
## Data

{source}. Every semitone of each instrument's range at velocities {velocities}, held {hold} s, left
channel, 48 kHz; pitches {held_out} were never trained on. The SoundFont is copyright 2000-2002, 2008
Frank Wen, released under the MIT licence.
"""
TRAINING = """
## Training

Reconstruction of analysed frames (levels in dB, deviations in cents) with a Gaussian of latents per
instrument, on two CPU cores: {minutes:.0f} minutes, {steps:,} steps, moving average of the weights. Losses
at the end, weighted: levels {level:.2f} dB, noise {noise:.2f} dB; divergence {divergence:.1f} nats.
There is no adversarial stage yet, whatever the name promises.
"""
LIMITS = """
## What is wrong with it

- Micro-modulation is smoothed away: vibrato, chorus and beating of strings, choir, violin and flute are
  flatter than in the samples.
- Attacks are blunter than the samples', most on basses and plucked strings.
- Bells and bars keep one partial per slot; what else rings there becomes noise.
- Tuning is the samples': Choir Aahs is 13 cents flat on the whole and 30 at the bottom, the top of the piano
  17 cents sharp.
- The samples change from one key to the next; the network smooths over those edges.
- Outside an instrument's range, and between instruments, it extrapolates.
- After {longest:.1f} s the frames stand still and only the late decay goes on.
"""


def card(checkpoint: Checkpoint, parameters: int, figures: dict[str, Any] | None) -> str:
    """Markdown; `figures` as `rtsynth evaluate` writes them, None leaves that part out."""
    parts = [_what(checkpoint, parameters), _data(), _training(checkpoint)]
    if figures:
        parts.append(measured(figures))
    return "".join([*parts, LIMITS.format(longest=checkpoint.config.longest_seconds)])


def _what(checkpoint: Checkpoint, parameters: int) -> str:
    config = checkpoint.config
    return WHAT.format(
        instruments=len(checkpoint.programs),
        latent=config.latent,
        step=1000 * config.frames_per_step / config.frame_rate,
        per_step=config.frames_per_step,
        partials=config.partials,
        bands=config.bands,
        parameters=parameters,
        names=", ".join(program(number).name for number in checkpoint.programs),
    )


def _data() -> str:
    velocities, held_out = (", ".join(map(str, numbers)) for numbers in (VELOCITIES, HELD_OUT))
    return DATA.format(source=SOURCE, velocities=velocities, hold=HOLD_SECONDS, held_out=held_out)


def _training(checkpoint: Checkpoint) -> str:
    losses = {"level": 0.0, "noise": 0.0, "divergence": 0.0} | checkpoint.losses
    in_db = losses | {name: 20 * losses[name] for name in ("level", "noise")}
    return TRAINING.format(minutes=checkpoint.minutes, steps=checkpoint.steps, **in_db)
