"""How a discriminator hears of classes: not at all, by naming them (AC-GAN), or by projection."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor, nn

from rtsynth_models.training.losses import classified


class Verdict(NamedTuple):
    """Logits of being real (n,), and what naming the class costs in nats: 0 where classes are not named."""

    real: Tensor
    cost: Tensor


class Unconditional(nn.Module):
    """One logit from features (n, F); the class is not looked at."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.real = nn.Linear(features, 1)

    def forward(self, features: Tensor, label: Tensor) -> Verdict:
        """Verdict on features (n, F) of samples of class `label` (n,), int64."""
        real = self.real(features)[:, 0]
        return Verdict(real, real.new_zeros(()))


class Auxiliary(Unconditional):
    """AC-GAN (Odena et al. 2017): names the class; both sides pay `cost` (GANSynth: times 10)."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__(features, classes)
        self.name = nn.Linear(features, classes)

    def forward(self, features: Tensor, label: Tensor) -> Verdict:
        """Verdict on features (n, F) of samples of class `label` (n,), int64."""
        return Verdict(self.real(features)[:, 0], classified(self.name(features), label))


class Projection(Unconditional):
    """The logit leans on the inner product of features and class (Miyato and Koyama 2018, eq. 3)."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__(features, classes)
        self.place = nn.Embedding(classes, features)
        nn.init.normal_(self.place.weight, std=features**-0.5)

    def forward(self, features: Tensor, label: Tensor) -> Verdict:
        """Verdict on features (n, F) of samples of class `label` (n,), int64."""
        real = self.real(features)[:, 0] + (features * self.place(label)).sum(1)
        return Verdict(real, real.new_zeros(()))


CONDITIONS: Mapping[str, Callable[[int, int], nn.Module]] = {
    "none": Unconditional,
    "ac-gan": Auxiliary,
    "projection": Projection,
}
