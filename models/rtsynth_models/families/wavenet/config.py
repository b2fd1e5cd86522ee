"""The sizes of WaveNet and of its training: what one core streams, and the paper's form."""

from dataclasses import dataclass
from math import ceil, floor


@dataclass(frozen=True)
class Config:
    """`stacks` of dilations 0, 1, 2, 4 … `longest`, of which 0 stands for the `lags`; conditioned anew every
    `stride` samples.

    A batch is `batch` crops of `crop` samples, of which the first `warm` teach nothing in the middle of a
    note: there the network does not know all of its past. `onsets` of the crops begin with the note.
    """

    channels: int = 32
    skips: int = 64
    stacks: int = 2
    longest: int = 256
    farthest: int = 512  # samples that a lag may be
    codes: int = 256
    latent: int = 16
    labels: tuple[int, ...] = ()  # of the sounds to learn; none: all
    names: int = 20  # instruments, each with a place of its own in the latent space
    spread: float = 0.3  # of a sound's latents around its place
    pitches: tuple[int, ...] = tuple(range(24, 85))
    embedded: int = 16  # numbers that stand for a pitch
    units: int = 64  # of the conditioning network
    stride: int = 128
    rate: int = 16000
    emphasis: float = 0.85  # of what is learnt: quantisation noise then falls with frequency, as sounds do
    scale: float = 1.6  # largest emphasised sample
    held_seconds: float = 3.0
    crop: int = 3072
    warm: int = 1024
    batch: int = 4
    onsets: float = 0.25
    jitter: tuple[float, float] = (0.5, 60.0)  # least and most of the codes that are heard: with no past to
    # trust, what is told of the period must do; so what the network hears of itself does no harm
    learning_rate: float = 3e-3
    steps: int = 10_000  # over which the rate falls to nothing
    average: float = 0.999

    @property
    def dilations(self) -> tuple[int, ...]:
        """Samples that each layer looks back; 0: the pitch's lag."""
        return (0, *(1 << k for k in range(self.longest.bit_length()))) * self.stacks

    @property
    def lags(self) -> tuple[int, ...]:
        """For every pitch, how far the last sample lies behind the one some periods before the next.

        The periods are whole samples, or nearly so.
        """
        periods = (self.rate / (440.0 * 2.0 ** ((p - 69) / 12)) for p in self.pitches)
        return tuple(whole_periods(period, self.farthest) - 1 for period in periods)


def whole_periods(period: float, farthest: int) -> int:
    """Samples, of the second half of `farthest`, that are nearest to a multiple of a period below it."""
    first, last = max(ceil(farthest / 2 / period), 1), floor(farthest / period)
    found = (round(n * period) for n in range(first, last + 1))
    return min(found, key=lambda samples: off(samples, period))


def off(samples: int, period: float) -> float:
    """How far they are from a multiple of a period, as a share of it."""
    return abs(samples / (period * round(samples / period)) - 1.0)


SMALL = Config(labels=(1, 8, 13, 17, 18), steps=18_000)
PAPER = Config(channels=128, skips=256, stacks=3, units=256, crop=16384, warm=3072, steps=1_000_000)
