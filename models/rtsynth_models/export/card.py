"""The model card of a bundle: what it is, what it learned from, how near it comes, what is wrong."""

from typing import Any

from rtsynth_models.analysis.trend import TOLERATED_CENTS
from rtsynth_models.data.catalogue import HELD_OUT, VELOCITIES
from rtsynth_models.data.dataset import SOURCE
from rtsynth_models.data.soundfont import HOLD_SECONDS
from rtsynth_models.export.measured import measured
from rtsynth_models.network.checkpoint import Checkpoint

WHAT = """# PartialGAN

A neural instrument: {instruments} General MIDI instruments in one network, and everything between them.

A note network runs once per note: pitch, velocity and a point of the {latent}-dimensional latent space
become some spectra and the conditioning of the step network. That one has no state; every {step:.1f} ms
it gives {per_step} frames of {partials} partials (level, deviation from the harmonic grid) and {bands}
noise bands: the slow trend of the note. Three heads say, once per note, how its partials move around that
trend, how its first 43 ms rise, and at which phases its partials begin. The engine draws the movement from
the voice's seed, and a phase where the network is not sure of it. The release is an envelope of the engine,
with a slope the note network gives. Latents have unit variance over the instruments; from every instrument
five named directions lead through them in steps that sound equally wide.

- Licence of the weights: MIT.
- Parameters: {parameters:,}.
- Instruments: {names}.
"""
DATA = """
## Data

{source}. Every semitone of each instrument's range at velocities {velocities}, held {hold} s, left
channel, 48 kHz; pitches {held_out} were never trained on. Notes out of tune were brought to within
{tolerated:.0f} cents. The SoundFont is copyright 2000-2002, 2008
Frank Wen, released under the MIT licence.
"""
TRAINING = """
## Training

Reconstruction of the trend of analysed notes (levels in dB, deviations in cents), likelihood of their
motion, distance of their onsets and phases, with a Gaussian of latents per instrument: {steps:,} steps,
{minutes:.0f} minutes on one or two CPU cores, moving average of the weights. {adversary}
Then the motion head alone, until notes played by the engine move as far as real ones do. Losses at the end,
weighted: levels {level:.2f} dB, noise {noise:.2f} dB; divergence {divergence:.1f} nats.
"""
ADVERSARY = {
    False: "No adversarial stage: these weights never met a discriminator, whatever the name promises.",
    True: "The last steps were played against discriminators of moments, notes and motion.",
}
LIMITS = """
## What is wrong with it

- Motion is drawn anew for every note: it has the depth and the speed of the samples', not their course.
  Where a sample's beating or vibrato always runs alike, ours does not, and spectral distances punish it.
- Trained keys are nearer to their samples than keys between them: the samples change from one key to the
  next, and what a network has not heard it can only guess. Phases are then less certain, attacks softer.
- Sounds that hardly move in the samples move a little here.
- Partials end where they fall under -90 dBFS, so long tails are a little darker than the samples'.
- Outside an instrument's range, and between instruments, it extrapolates.
- After {longest:.1f} s the trend stands still; motion and late decay go on.
"""


def card(checkpoint: Checkpoint, parameters: int, figures: dict[str, Any] | None, faults: str = "") -> str:
    """Markdown; `figures` as `rtsynth evaluate` writes them, None leaves that part out. `faults` ends it."""
    parts = [_what(checkpoint, parameters), _data(), _training(checkpoint)]
    if figures:
        parts.append(measured(figures))
    limits = LIMITS.format(longest=checkpoint.config.longest_seconds)
    return "".join([*parts, limits, f"\n{faults}" if faults else ""])


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
        names=", ".join(instrument.name for instrument in checkpoint.instruments),
    )


def _data() -> str:
    velocities, held_out = (", ".join(map(str, numbers)) for numbers in (VELOCITIES, HELD_OUT))
    return DATA.format(
        source=SOURCE,
        velocities=velocities,
        hold=HOLD_SECONDS,
        held_out=held_out,
        tolerated=TOLERATED_CENTS,
    )


def _training(checkpoint: Checkpoint) -> str:
    losses = {"level": 0.0, "noise": 0.0, "divergence": 0.0} | checkpoint.losses
    in_db = losses | {name: 20 * losses[name] for name in ("level", "noise")}
    met = ADVERSARY["judge" in checkpoint.losses]
    return TRAINING.format(minutes=checkpoint.minutes, steps=checkpoint.steps, adversary=met, **in_db)
