"""Self-attention over the places of an image or of a sound, as a GAN's layer (Zhang et al. 2019, SAGAN)."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

HALF_WAY = 2  # of the five layers of WaveGAN and SpecGAN, before or after: 256 places
SHARE = 8  # queries and keys have this fraction of the channels, as in the paper


class SelfAttention(nn.Module):
    """Adds what the rest of the picture says to every place: (n, C, ...) to the same shape.

    `gamma` begins at 0, so a new layer changes nothing until it has learnt to. Not local in time: a network
    with this layer cannot be streamed in tiles, so it belongs in discriminators, or in whole-note generators.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(channels // SHARE, 1)
        self.query, self.key = (spectral_norm(nn.Conv1d(channels, inner, 1, bias=False)) for _ in range(2))
        self.value = spectral_norm(nn.Conv1d(channels, channels, 1, bias=False))
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """`x` with its attention added."""
        places = x.flatten(2)  # (n, C, P)
        query, key, value = (part(places).transpose(1, 2) for part in (self.query, self.key, self.value))
        heard = functional.scaled_dot_product_attention(query, key, value, scale=1.0)  # (n, P, C)
        return x + self.gamma * heard.transpose(1, 2).reshape(x.shape)


def attention(channels: int, wanted: bool) -> nn.Module:
    """The layer, or one that does nothing and has no weights."""
    return SelfAttention(channels) if wanted else nn.Identity()


def plain(network: nn.Module) -> nn.Module:
    """The network with spectral norms taken once and for all: graphs know no such thing. Changes it."""
    for module in list(network.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
    return network
