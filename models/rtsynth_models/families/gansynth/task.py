"""How GANSynth learns: generator and discriminator in turn on images of one level."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from rtsynth_models.families.gansynth.config import Config
from rtsynth_models.families.gansynth.discriminator import Discriminator
from rtsynth_models.families.gansynth.generator import Generator
from rtsynth_models.families.gansynth.growth import Stage, begin, equalised, pace, stage
from rtsynth_models.families.gansynth.pairs import forces, places, unlikeness
from rtsynth_models.families.gansynth.pictures import Pictures
from rtsynth_models.sounds import Sounds
from rtsynth_models.training.losses import LOSSES, classified, gradient_penalty, lazy_weight, r1

if TYPE_CHECKING:
    from rtsynth_models.training.contract import Run

SQUARES, WARM_MOMENTUM = 0.99, 0.9  # of Adam; a discriminator wants less momentum


def network(config: Config) -> Generator:
    """The generator, weights at random."""
    generator = Generator(config)
    begin(generator)
    return generator


class Task(nn.Module):
    """Progressive growing with an auxiliary classifier of pitch (Engel et al. 2019)."""

    def __init__(self, config: Config, data: Sounds) -> None:
        super().__init__()
        self.config, self.average, self.loss = config, config.average, LOSSES[config.loss]
        self.averaged, self.discriminator = network(config), Discriminator(config)
        begin(self.discriminator)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # half the time
        self.rows = learnt(config, data)
        self.classes = np.searchsorted(config.pitches, data.pitch)
        self.label, self.force, self.places = data.label, forces(data, self.rows), places(config)
        self.pictures: Pictures | None = None

    def optimisers(self) -> dict[str, Optimizer]:
        """One Adam for each network."""
        rate = self.config.learning_rate
        return {
            "generator": Adam(equalised(self.averaged, rate)),
            "discriminator": Adam(equalised(self.discriminator, rate)),
        }

    def turn(self, run: "Run", step: int) -> dict[str, Tensor]:
        """The discriminator learns from a batch, then the generator from what it says of the same fakes."""
        now, warm = stage(self.config, run.seen), run.seen < self.config.warm
        self._pace(run, WARM_MOMENTUM if warm else self.config.momentum, pace(self.config, run.seen))
        index = run.draw(now.batch, self.rows)
        real = run.fabric.to_device(self._pictures(run).at(index, now))
        pitch = run.tensor(self.classes[index])
        told = (run.uniform(now.batch) >= (0.0 if warm else self.config.free)).float()
        latent = self._latent(run.normal(now.batch, self.config.latent), told, run, index)
        fake = self.averaged.grown(latent, pitch, now.level, now.share)
        losses: dict[str, Tensor] = {} if warm else self._judge(run, step, now, real, fake.detach(), pitch)
        if self.config.paired:
            losses["unlike"] = (told * unlikeness(fake.float(), real, self.config.scale)).mean()
        return losses | self._please(run, now, fake, None if warm else pitch, losses.get("unlike"))

    def _pace(self, run: "Run", momentum: float, rate: float) -> None:
        """How long the optimisers average gradients, and how fast they go."""
        for optimiser in run.optimisers.values():
            for group in optimiser.param_groups:
                group["betas"], group["lr"] = (momentum, SQUARES), rate * group["spread"]

    def _latent(self, noise: Tensor, told: Tensor, run: "Run", index: NDArray[np.int64]) -> Tensor:
        """Latents (n, Z): those of the notes where `told` (n,) is 1, else chance alone."""
        if not self.config.paired:
            return noise
        label, force = run.tensor(self.label[index]), run.tensor(self.force[index])
        return torch.lerp(noise, self.places.latents(label, force, noise), told[:, None])

    def _judge(
        self, run: "Run", step: int, now: Stage, real: Tensor, fake: Tensor, pitch: Tensor
    ) -> dict[str, Tensor]:
        said_real, named = self.discriminator(real, now.level, now.share)
        said_fake, _ = self.discriminator(fake, now.level, now.share)
        judged, name = self.loss.discriminator(said_real, said_fake), classified(named, pitch)
        penalty = self._penalty(run, step, now, real, fake)
        run.descend("discriminator", judged + self.config.classifier * name + self.config.penalty * penalty)
        gap = said_real.mean() - said_fake.mean()
        return {"judged": judged.detach(), "named": name.detach(), "gap": gap.detach()}

    def _penalty(self, run: "Run", step: int, now: Stage, real: Tensor, fake: Tensor) -> Tensor | float:
        """Of the slope: between real and fake for the Wasserstein distance, at the real for the others."""
        weight, share = lazy_weight(step, self.config.lazy), run.uniform(now.batch)
        if not weight:
            return 0.0
        if self.loss.penalty:
            return weight * gradient_penalty(lambda x: self._realness(x, now), real, fake, share)
        return weight * r1(lambda x: self._realness(x, now), real)

    def _realness(self, image: Tensor, now: Stage) -> Tensor:
        found: Tensor = self.discriminator(image, now.level, now.share)[0]
        return found

    def _please(
        self, run: "Run", now: Stage, fake: Tensor, pitch: Tensor | None, unlike: Tensor | None
    ) -> dict[str, Tensor]:
        """The generator's step; without a pitch by the distance from the real images alone."""
        losses = {} if unlike is None else {"unlike": unlike}
        if pitch is not None:
            self.discriminator.requires_grad_(False)
            said, named = self.discriminator(fake, now.level, now.share)
            losses |= {"pleased": self.loss.generator(said), "fake_named": classified(named, pitch)}
            self.discriminator.requires_grad_(True)
        weights = {"pleased": 1.0, "fake_named": self.config.classifier, "unlike": self.config.paired}
        run.descend("generator", torch.stack([weights[name] * loss for name, loss in losses.items()]).sum())
        return {name: loss.detach() for name, loss in losses.items()}

    def _pictures(self, run: "Run") -> Pictures:
        if self.pictures is None:
            path = run.folder / f"images-{self.config.spectrum.bins}-{len(self.rows)}.npy"
            with run.fabric.rank_zero_first():
                self.pictures = Pictures(path, run.data, self.rows, self.config.spectrum)
        return self.pictures


def learnt(config: Config, data: Sounds) -> NDArray[np.int64]:
    """Rows of the sounds to learn from."""
    rows = data.chosen(held_out=False)
    fits = np.isin(data.pitch[rows], config.pitches)
    return rows[fits & (np.isin(data.label[rows], config.labels) | (not config.labels))]
