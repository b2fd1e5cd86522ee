"""The adversarial losses of the literature, by name.

`real` and `fake` are what a discriminator says before any sigmoid, of any shape, greater for more real.
Losses are scalars to be minimised. Penalties take the discriminator and batches of what it sees, (n, ...).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Judge = Callable[[Tensor], Tensor]  # (n, ...) → logits
PENALTY, DRIFT = 10.0, 0.001  # of WGAN-GP, as Karras et al. 2018 and GANSynth weigh them
R1_GAMMA = 10.0


@dataclass(frozen=True)
class Loss:
    """What discriminator and generator minimise, and the weight of the gradient penalty with it."""

    discriminator: Callable[[Tensor, Tensor], Tensor]  # (real, fake)
    generator: Callable[[Tensor], Tensor]  # (fake)
    penalty: float = 0.0


def cross_entropy_of_both(real: Tensor, fake: Tensor) -> Tensor:
    """Discriminator of minimax and non-saturating: best at log p/q (Goodfellow et al. 2014, eq. 1)."""
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def minimax(fake: Tensor) -> Tensor:
    """Log chance to be found out, flat while the discriminator is sure (Goodfellow et al. 2014, eq. 1)."""
    return -functional.softplus(fake).mean()


def non_saturating(fake: Tensor) -> Tensor:
    """Minus the log chance to pass: steep where `minimax` is flat (Goodfellow et al. 2014, section 3)."""
    return functional.softplus(-fake).mean()


def least_squares_of_both(real: Tensor, fake: Tensor) -> Tensor:
    """Real is 1, fake 0: best at p / (p + q) (Mao et al. 2017, eq. 9)."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def least_squares(fake: Tensor) -> Tensor:
    """Generator of least squares: fakes shall be judged 1 (Mao et al. 2017, eq. 9)."""
    return (fake - 1).square().mean() / 2


def hinge_of_both(real: Tensor, fake: Tensor) -> Tensor:
    """A margin of one to either side: best at the sign of p - q (Lim and Ye 2017; Miyato et al. 2018)."""
    return functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()


def wasserstein_of_both(real: Tensor, fake: Tensor) -> Tensor:
    """Minus the earth mover's distance; drift keeps it near 0 (Arjovsky et al. 2017; Karras et al. 2018)."""
    return fake.mean() - real.mean() + DRIFT * real.square().mean()


def critic_mean(fake: Tensor) -> Tensor:
    """Minus what the discriminator says (Lim and Ye 2017; Arjovsky et al. 2017)."""
    return -fake.mean()


LOSSES: Mapping[str, Loss] = {
    "minimax": Loss(cross_entropy_of_both, minimax),
    "non-saturating": Loss(cross_entropy_of_both, non_saturating),
    "least-squares": Loss(least_squares_of_both, least_squares),
    "hinge": Loss(hinge_of_both, critic_mean),
    "wgan-gp": Loss(wasserstein_of_both, critic_mean, PENALTY),
}


def gradient_penalty(judge: Judge, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """Squared distance from 1 of the slope's length between real and fake (Gulrajani et al. 2017, eq. 3).

    `share` (n,) in [0, 1] says how real each mixture is. To be multiplied by the loss's `penalty`.
    """
    share = share.reshape(-1, *[1] * (real.dim() - 1))
    length = slopes(judge, torch.lerp(fake.detach(), real.detach(), share)).norm(dim=1)
    return torch.square(length - 1).mean()


def r1(judge: Judge, real: Tensor) -> Tensor:
    """Half the squared slope at real samples (Mescheder et al. 2018, eq. 9); R1_GAMMA is a usual weight."""
    return slopes(judge, real.detach()).square().sum(1).mean() / 2


def slopes(judge: Judge, seen: Tensor) -> Tensor:
    """Gradients (n, values) in float32 of what `judge` says of each of `seen` (n, ...)."""
    seen = seen.requires_grad_(True)
    gradient: Tensor = torch.autograd.grad(judge(seen).sum(), seen, create_graph=True)[0]
    return torch.flatten(gradient, 1).float()


def lazy_weight(step: int, every: int) -> float:
    """Weight at `step` of a penalty computed only at every `every`-th (Karras et al. 2020, appendix B).

    0 says: leave it out; the others stand for the steps without, so that the mean over steps stays.
    """
    return float(every) if step % every == 0 else 0.0


def classified(logits: Tensor, label: Tensor) -> Tensor:
    """Cross entropy in nats of logits (n, classes), for real and fake (AC-GAN, Odena et al. 2017)."""
    return functional.cross_entropy(logits.float(), label)
