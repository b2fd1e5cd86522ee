"""The slow trend of whole notes, offline: for level trims and previews of a checkpoint."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtsynth_models.analysis.partials import midi_hz
from rtsynth_models.analysis.resynthesis import render_note
from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.scale import denormalise, gain, ratio

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Frames:
    """F frames of one note: amplitude (F, K) linear, cents (F, K), ratio (F, K), noise (F, bands) gain."""

    amplitude: Array
    cents: Array
    ratio: Array
    noise: Array


def play_frames(model: PartialGAN, pitch: float, velocity: float, latent: Tensor, steps: int) -> Frames:
    """Frames of a note held for `steps` steps; `pitch` a MIDI number, `velocity` 0..1, `latent` (Z,)."""
    config = model.config
    with torch.no_grad():
        note = torch.tensor([pitch]).float(), torch.tensor([velocity]).float(), latent[None]
        said = model.describe(*note).note
        seconds = torch.arange(steps)[None] * config.frames_per_step / config.frame_rate
        frames = model.generator(said.film, said.static, seconds)[0].flatten(0, 1)
        level, cents, noise = denormalise(frames, config.partials)
        parts = (gain(level), cents, ratio(cents), gain(noise))
    return Frames(*(part.double().numpy() for part in parts))


def play_note(
    model: PartialGAN, pitch: float, velocity: float, latent: Tensor, divisor: int, seconds: float = 4.0
) -> Array:
    """A held note as samples at 48 kHz; `divisor` is the instrument's number of slots per harmonic."""
    steps = round(seconds * model.config.frame_rate / model.config.frames_per_step)
    frames = play_frames(model, pitch, velocity, latent, steps)
    hz = frames.ratio * midi_hz(pitch) / divisor
    return render_note(frames.amplitude, hz, frames.noise**2)
