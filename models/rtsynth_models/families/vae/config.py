"""The sizes of the variational autoencoder."""

from dataclasses import dataclass

from rtsynth_models.spectra import Spectrum


@dataclass(frozen=True)
class Config:
    """The decoder is GANSynth's generator; the encoder sees magnitudes alone, means of `pooled`
    pixels a side.

    `own` is how often a sound is made from what was seen of itself, and not of another note of the same
    instrument: the latent is to say what all its notes have in common.
    """

    channels: tuple[int, ...] = (256, 256, 256, 256, 128, 64, 32)
    latent: int = 64
    pitches: tuple[int, ...] = tuple(range(24, 85))
    loudness: float = 8.0  # of the one-hot pitch beside the latent
    labels: tuple[int, ...] = ()  # of the sounds to learn; none: all
    names: int = 20  # instruments whose place in the latent space is kept
    offset: float = -0.95  # of the log-magnitude image, as in `Spectrum`
    scale: float = 16.1
    rate: int = 16000
    seen: tuple[int, ...] = (32, 64, 96)  # channels of the encoder
    pooled: int = 4
    own: float = 0.3
    turning: float = 1.0  # weight of the phases' turns
    divergence: float = 3e-4  # weight of a nat of the latent
    free: float = 0.02  # nats that every latent may tell for nothing
    learning_rate: float = 2e-3
    steps: int = 200_000  # over which the rate falls
    batch: int = 4
    average: float = 0.999

    @property
    def spectrum(self) -> Spectrum:
        """The spectrum of its images."""
        levels = len(self.channels) - 1
        return Spectrum(bins=16 << levels, columns=2 << levels, offset=self.offset, scale=self.scale)


PAPER = Config()
SMALL = Config(channels=(128, 128, 128, 64, 32, 16), labels=(0, 1, 8, 10, 13, 14, 17, 18, 19), steps=8_000)
