"""The sizes of GANSynth: the paper's, and one that a processor trains in some hours."""

from dataclasses import dataclass

from rtsynth_models.spectra import Spectrum


@dataclass(frozen=True)
class Config:
    """Networks, losses and growth; level `k` has 2·2ᵏ columns and 16·2ᵏ bins.

    `fade[k]` and `stay[k]` are the images seen while level `k` fades in and afterwards, `batch[k]` how many
    make a batch. The gradient penalty weighs `penalty`; it is taken at every `lazy`-th step only, then so
    many times heavier.
    """

    channels: tuple[int, ...] = (256, 256, 256, 256, 128, 64, 32)
    latent: int = 256
    pitches: tuple[int, ...] = tuple(range(24, 85))
    loudness: float = 1.0  # of the one-hot pitch beside the latent
    labels: tuple[int, ...] = ()  # of the sounds to learn; none: all
    names: int = 20  # instruments that have a place in the latent space
    offset: float = -0.95  # of the log-magnitude image, as in `Spectrum`
    scale: float = 16.1
    loss: str = "wgan-gp"
    penalty: float = 10.0
    lazy: int = 1
    classifier: float = 10.0
    paired: float = 0.0  # weight of the distance from the real image; 0: latents stand for nothing
    free: float = 0.0  # share of latents by chance alone, once there is more than that
    warm: int = 0  # images for which that is all, and the learning rate at the beginning of them
    warm_rate: float = 0.0
    average: float = 0.999
    learning_rate: float = 8e-4
    momentum: float = 0.0
    batch: tuple[int, ...] = (8,) * 7
    fade: tuple[int, ...] = (0,) + (800_000,) * 6
    stay: tuple[int, ...] = (800_000,) * 6 + (2_200_000,)

    @property
    def levels(self) -> int:
        """Levels after the seed."""
        return len(self.channels) - 1

    @property
    def spectrum(self) -> Spectrum:
        """The spectrum of the last level's images."""
        return Spectrum(
            bins=16 << self.levels, columns=2 << self.levels, offset=self.offset, scale=self.scale
        )


PAPER = Config()
# A processor sees few images: what learns fastest from them was chosen over the paper's way.
SMALL = Config(
    channels=(128, 128, 128, 64, 32, 16),
    loudness=8.0,
    labels=(0, 1, 8, 10, 13, 14, 17, 18, 19),
    loss="non-saturating",
    penalty=5.0,
    lazy=8,
    classifier=1.0,
    paired=10.0,
    free=0.5,
    warm=22_000,
    warm_rate=8e-3,
    momentum=0.5,
    batch=(4,) * 6,
    fade=(0,) * 6,
    stay=(0,) * 6,
)
