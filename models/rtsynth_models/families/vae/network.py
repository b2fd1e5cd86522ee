"""A convolutional variational autoencoder (Kingma and Welling 2014) of GANSynth's images.

Images are (n, 2, time, frequency) in [-1, 1]: log-magnitude, then turn of phase / π. The decoder is local in
time as GANSynth's generator is, so that it streams in the same exact tiles.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.families.gansynth.generator import SEED_SHAPE, Level, Seed
from rtsynth_models.families.gansynth.growth import begin
from rtsynth_models.families.vae.config import Config
from rtsynth_models.families.vae.pitches import begun

SLOPE = 0.2


class Encoder(nn.Module):
    """Magnitudes (n, 1, time, frequency) → mean and log variance of the latent, (n, Z) each."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.pooled, spectrum = config.pooled, config.spectrum
        layers: list[nn.Module] = []
        for width, out in pairwise((1, *config.seen)):
            layers += [nn.Conv2d(width, out, 3, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers)
        shrunk = config.pooled << len(config.seen)
        pixels = (spectrum.columns // shrunk) * (spectrum.bins // shrunk)
        self.told = nn.Linear(config.seen[-1] * pixels, 2 * config.latent)

    def forward(self, magnitude: Tensor) -> tuple[Tensor, Tensor]:
        """Both, of every image."""
        x = self.layers(functional.avg_pool2d(magnitude, self.pooled))
        mean, spread = self.told(x.flatten(1)).float().chunk(2, dim=1)
        return mean, spread.clamp(-8.0, 4.0)


class Decoder(nn.Module):
    """Latent (n, Z) and index of pitch (n,) → image, in the parts that the engine streams."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.seed = Seed(config)  # type: ignore[arg-type]
        self.levels = nn.ModuleList(Level(a, b) for a, b in pairwise(config.channels))
        self.image = nn.Sequential(nn.Conv2d(config.channels[-1], 2, 1), nn.Tanh())

    def forward(self, latent: Tensor, pitch: Tensor) -> Tensor:
        """The whole image."""
        x = self.seed(latent, pitch)
        for level in self.levels:
            x = level(x)
        found: Tensor = self.image(x)
        return found


class VAE(nn.Module):
    """Encoder and decoder, and where the instruments lie: `places` (names, Z), means of what was seen of
    them.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        begin(self)
        self._tell_pitches()
        self.places: Tensor
        self.register_buffer("places", torch.zeros(config.names, config.latent))

    @torch.no_grad()
    def _tell_pitches(self) -> None:
        known, seed = begun(self.config) / self.config.loudness, self.decoder.seed
        weight = seed.spread.weight.view(seed.width, *SEED_SHAPE, -1)
        weight[: len(known), :, :, self.config.latent :] = known[:, None]
