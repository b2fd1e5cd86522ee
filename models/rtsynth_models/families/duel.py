"""Generator against discriminator, on whole sounds or images under a class and a velocity."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Adam, Optimizer

from rtsynth_models.families.rates import rate
from rtsynth_models.sounds import Sounds
from rtsynth_models.training.contract import Run
from rtsynth_models.training.losses import LOSSES, gradient_penalty, lazy_weight, r1

LOUDEST = 127.0


@dataclass(frozen=True)
class Duel:
    """How two networks learn against each other.

    `by` says what the class of a sound is: its "label", or its "pitch" counted from `lowest`. The
    gradient penalty of the loss, and `r1`, are taken every `lazy` steps of the discriminator, which takes
    `turns` for one of the generator.

    With `attention` both networks look over the whole picture half-way (Zhang et al. 2019).

    The first `warm` steps are without a discriminator: every hit, or where pitch is the class every
    instrument, has a latent of its own, learned with the generator until it gives those sounds from
    anywhere within `blur` of the latent's length (generative latent optimisation, Bojanowski et al. 2018).
    The generator remembers `points` of them. Afterwards `anchor` weighs how far it strays from these sounds.
    """

    size: int = 64  # channels of the layer next to the sound
    latent: int = 100
    classes: int = 18
    by: str = "label"
    lowest: int = 0
    loss: str = "wgan-gp"
    condition: str = "ac-gan"
    classifier: float = 10.0
    r1: float = 0.0
    turns: int = 5
    lazy: int = 1
    batch: int = 64
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.9)
    average: float = 0.999
    warm: int = 0
    warm_rate: float = 1e-3
    warm_batch: int = 8
    blur: float = 0.0
    anchor: float = 0.0
    points: int = 0
    attention: bool = False

    @property
    def pitches(self) -> tuple[int, ...]:
        """MIDI numbers of the classes, where these are pitches."""
        return tuple(range(self.lowest, self.lowest + self.classes))


class Duellists(nn.Module):
    """A task of the trainer.

    `real(run, rows, varied)` gives what the discriminator shall see of the sounds `rows`, a bit unlike each
    time if `varied`; `miss(found, wanted)` how far two of these are apart. The generator takes latent (n, Z),
    class (n,) and velocity 0 … 1 (n,); the discriminator what came out, class and velocity, and gives a
    Verdict.
    """

    def __init__(
        self,
        config: Duel,
        data: Sounds,
        generator: nn.Module,
        discriminator: nn.Module,
        real: Callable[[Run, NDArray[np.int64], bool], Tensor],
        miss: Callable[[Tensor, Tensor], Tensor],
    ) -> None:
        super().__init__()
        self.config, self.average, self.loss = config, config.average, LOSSES[config.loss]
        self.averaged, self.discriminator, self.real, self.miss = generator, discriminator, real, miss
        self.owner, self.exemplars = owners_of(config, data)
        self.own = nn.Embedding(int(self.owner.max()) + 1, config.latent)
        self.kinds = classes_of(config, data)
        self.rows = balanced(self.kinds, data.chosen(held_out=False))

    def optimisers(self) -> dict[str, Optimizer]:
        """Adam for each."""
        config, betas = self.config, self.config.betas
        warming = [*self.averaged.parameters(), *self.own.parameters()]
        return {
            "discriminator": Adam(self.discriminator.parameters(), config.learning_rate, betas),
            "generator": Adam(self.averaged.parameters(), config.learning_rate, betas),
            "warming": Adam(warming, config.warm_rate, betas),
        }

    def turn(self, run: Run, step: int) -> dict[str, Tensor]:
        """So many turns of the discriminator, then one of the generator; neither while it is warmed."""
        if step < self.config.warm:
            return self._warm(run, step)
        found: dict[str, Tensor] = {}
        for number in range(self.config.turns):
            found |= self._judge(run, step * self.config.turns + number)
        return found | self._create(run)

    def _warm(self, run: Run, step: int) -> dict[str, Tensor]:
        for group in run.optimisers["warming"].param_groups:
            group["lr"] = self.config.warm_rate * rate(step, self.config.warm)
        miss = self._missed(run)
        run.descend("warming", miss)
        with torch.no_grad():
            self.averaged.get_buffer("points").copy_(on_sphere(self.own.weight[self.exemplars]))
        return {"miss": miss.detach()}

    def _missed(self, run: Run) -> Tensor:
        rows, told = self._draw(run, self.config.warm_batch, None)  # every hit is to be learned as well
        latent = on_sphere(self.own(run.tensor(self.owner[rows])))
        near = on_sphere(latent + self.config.blur * run.normal(self.config.warm_batch, self.config.latent))
        return self.miss(self.averaged(near, *told).float(), self.real(run, rows, False))

    def _draw(
        self, run: Run, size: int, among: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], tuple[Tensor, Tensor]]:
        rows = run.draw(size, among)
        velocity = (run.data.velocity[rows] / LOUDEST).astype(np.float32)
        return rows, (run.tensor(self.kinds[rows]), run.tensor(velocity))

    def _judge(self, run: Run, number: int) -> dict[str, Tensor]:
        rows, told = self._draw(run, self.config.batch, self.rows)
        real, latent = self.real(run, rows, True), run.normal(self.config.batch, self.config.latent)
        with torch.no_grad():
            fake = self.averaged(latent, *told).float()
        on_real, on_fake = self.discriminator(real, *told), self.discriminator(fake, *told)
        loss = self.loss.discriminator(on_real.real, on_fake.real) + self.config.classifier * on_real.cost
        if weight := lazy_weight(number, self.config.lazy):
            loss = loss + weight * self._penalty(run, real, fake, told)
        run.descend("discriminator", loss)
        gap = (on_real.real.mean() - on_fake.real.mean()).detach()
        return {"judged": loss.detach(), "gap": gap, "named": on_real.cost.detach()}

    def _penalty(self, run: Run, real: Tensor, fake: Tensor, told: tuple[Tensor, Tensor]) -> Tensor:
        def judge(x: Tensor) -> Tensor:
            found: Tensor = self.discriminator(x, *told).real
            return found

        found = real.new_zeros(())
        if self.loss.penalty:
            found = self.loss.penalty * gradient_penalty(judge, real, fake, run.uniform(self.config.batch))
        return found + self.config.r1 * r1(judge, real) if self.config.r1 else found

    def _create(self, run: Run) -> dict[str, Tensor]:
        _, told = self._draw(run, self.config.batch, self.rows)
        self.discriminator.requires_grad_(False)
        fake = self.averaged(run.normal(self.config.batch, self.config.latent), *told).float()
        verdict = self.discriminator(fake, *told)
        loss = self.loss.generator(verdict.real) + self.config.classifier * verdict.cost
        if self.config.anchor:
            loss = loss + self.config.anchor * self._missed(run)
        run.descend("generator", loss)
        self.discriminator.requires_grad_(True)
        return {"created": verdict.cost.detach()}


def on_sphere(latent: Tensor) -> Tensor:
    """Latents (n, Z) as long as normal ones are."""
    return functional.normalize(latent, dim=1) * math.sqrt(latent.shape[1])


def classes_of(config: Duel, data: Sounds) -> NDArray[np.int64]:
    """The class of every sound."""
    return data.label if config.by == "label" else data.pitch - config.lowest


def owners_of(config: Duel, data: Sounds) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which latent is each sound's own (N,), and which latents are remembered (points,)."""
    if config.by == "pitch":
        return data.label, np.arange(config.points) % len(data.names)
    kept, hit = data.chosen(held_out=False), hits_of(data)
    groups = [np.unique(hit[kept[data.label[kept] == kind]]) for kind in range(config.classes)]
    each = config.points // config.classes
    spread = [group[np.linspace(0, len(group) - 1, each).astype(int)] for group in groups]
    return hit, np.concatenate(spread)


def hits_of(data: Sounds) -> NDArray[np.int64]:
    """Which hit each sound is (N,): its velocities follow each other, rising."""
    new = (np.diff(data.pitch) != 0) | (np.diff(data.velocity) <= 0)
    return np.concatenate([[0], np.cumsum(new)])


def balanced(kinds: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows, those of rare classes named again and again until every class has as many."""
    groups = [rows[kinds[rows] == kind] for kind in np.unique(kinds[rows])]
    most = max(len(group) for group in groups)
    return np.concatenate([np.resize(group, most) for group in groups])
