"""How the variational autoencoder learns: notes from what was seen of themselves or of their neighbours."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from rtsynth_models.families.gansynth.growth import equalised
from rtsynth_models.families.gansynth.pictures import Pictures
from rtsynth_models.families.gansynth.task import learnt
from rtsynth_models.families.rates import rate
from rtsynth_models.families.vae.config import Config
from rtsynth_models.families.vae.losses import divergence, loudness, magnitude_loss, turn_loss
from rtsynth_models.families.vae.network import VAE
from rtsynth_models.sounds import Sounds

if TYPE_CHECKING:
    from rtsynth_models.training.contract import Run

KEEP = 0.98  # of a place, whenever its instrument is seen


class VAETask(nn.Module):
    """`averaged` and its optimiser."""

    def __init__(self, config: Config, data: Sounds) -> None:
        super().__init__()
        self.config, self.average, self.averaged = config, config.average, VAE(config)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.rows = learnt(config, data)  # type: ignore[arg-type]
        self.classes = np.searchsorted(config.pitches, data.pitch)
        self.groups = neighbours(data, self.rows)
        self.pictures: Pictures | None = None

    def optimisers(self) -> dict[str, Optimizer]:
        """Adam, every weight's rate in proportion to its size."""
        self.adam = Adam(equalised(self.averaged, self.config.learning_rate), betas=(0.9, 0.99))
        self.rates = [group["lr"] for group in self.adam.param_groups]
        return {"vae": self.adam}

    def turn(self, run: "Run", step: int) -> dict[str, Tensor]:
        """One batch of notes."""
        for group, full in zip(self.adam.param_groups, self.rates, strict=True):
            group["lr"] = full * rate(step, self.config.steps)
        index = run.draw(self.config.batch, self.rows)
        wanted = self._images(run, index)
        mean, spread = self.averaged.encoder(self._images(run, self._shown(run, index))[:, :1])
        latent = mean + (0.5 * spread).exp() * run.normal(self.config.batch, self.config.latent)
        found = self.averaged.decoder(latent, run.tensor(self.classes[index])).float()
        self._place(run.data.label[index], mean.detach())
        return self._learn(run, found, wanted, divergence(mean, spread, self.config.free))

    def _learn(self, run: "Run", found: Tensor, wanted: Tensor, nats: Tensor) -> dict[str, Tensor]:
        weight = loudness(wanted[:, 0], self.config.scale)
        magnitude = magnitude_loss(found[:, 0], wanted[:, 0], weight)
        turn = turn_loss(found[:, 1], wanted[:, 1], weight)
        run.descend("vae", magnitude + self.config.turning * turn + self.config.divergence * nats)
        return {"magnitude": magnitude.detach(), "turn": turn.detach(), "nats": nats.detach()}

    def _shown(self, run: "Run", index: NDArray[np.int64]) -> NDArray[np.int64]:
        """The notes that the encoder sees: these, or others of the same instrument and velocity."""
        own, which = run.uniform(self.config.batch, 2).cpu().numpy().T
        groups = [self.groups[note] for note in index]
        others = np.array([group[int(w * len(group))] for group, w in zip(groups, which, strict=True)])
        return np.where(own < self.config.own, index, others)

    @torch.no_grad()
    def _place(self, labels: NDArray[np.int64], mean: Tensor) -> None:
        for label, found in zip(labels, mean, strict=True):
            self.averaged.places[label].lerp_(found, 1.0 - KEEP)

    def _images(self, run: "Run", index: NDArray[np.int64]) -> Tensor:
        if self.pictures is None:
            path = run.folder / f"images-{self.config.spectrum.bins}-{len(self.rows)}.npy"
            with run.fabric.rank_zero_first():
                self.pictures = Pictures(path, run.data, self.rows, self.config.spectrum)
        pictures = self.pictures
        return run.tensor(pictures.whole[pictures.place[index]].astype(np.float32))


def neighbours(data: Sounds, rows: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """For each of the notes `rows`: those of the same instrument and velocity."""
    same = data.label[rows] * 128 + data.velocity[rows]
    return {int(note): rows[same == key] for note, key in zip(rows, same, strict=True)}
