"""One round of training: a batch drawn, generated and compared."""

from typing import NamedTuple

import torch
from torch import Tensor

from rtsynth_models.data.notes import Batch, Notes, draw
from rtsynth_models.network.heads import RawMotion
from rtsynth_models.network.losses import (
    motion_loss,
    onset_loss,
    phase_loss,
    reconstruction,
    slope_loss,
)
from rtsynth_models.network.partialgan import PartialGAN

MOMENTS = 12
WEIGHTS = {
    "level": 1.0,
    "cents": 0.7,
    "noise": 0.7,
    "slopes": 0.1,
    "motion": 0.1,
    "onset": 0.3,
    "phase": 0.3,
    "divergence": 2e-4,
}


class Round(NamedTuple):
    """A batch of notes, instrument (B,), seconds (B, T), latent (B, Z), output (B, T, 2, O), losses."""

    batch: Batch
    instrument: Tensor
    seconds: Tensor
    latent: Tensor
    output: Tensor
    motion: RawMotion
    losses: dict[str, Tensor]

    @property
    def total(self) -> Tensor:
        """What the networks minimise."""
        return torch.stack([WEIGHTS[name] * loss for name, loss in self.losses.items()]).sum()


def play_round(model: PartialGAN, notes: Notes, index: Tensor, size: int) -> Round:
    """Draw `size` of the notes `index`, generate them and compare."""
    batch = draw(notes, index, size, MOMENTS)
    instrument = notes.instrument[batch.note]
    latent = model.draw_latent(instrument)
    said, motion, onset, phase = model.describe(notes.pitch[batch.note], notes.velocity[batch.note], latent)
    seconds = batch.step * model.config.frames_per_step / model.config.frame_rate
    output = model.generator(said.film, said.static, seconds)
    losses = {
        **reconstruction(output, batch, notes, model.config)._asdict(),
        "slopes": slope_loss(said.slopes, notes.slopes[batch.note]),
        "motion": motion_loss(motion, notes.motion.of(batch.note)),
        "onset": onset_loss(onset, notes.onset[batch.note].float()),
        "phase": phase_loss(phase, batch, notes, model.config),
        "divergence": model.divergence(instrument).mean(),
    }
    return Round(batch, instrument, seconds, latent, output, motion, losses)
