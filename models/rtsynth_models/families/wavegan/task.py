"""How WaveGAN learns: the first 16384 samples of a sound, a little faster or slower each time."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rtsynth_models.families.duel import Duellists
from rtsynth_models.families.wavegan.config import SAMPLES, Config
from rtsynth_models.families.wavegan.networks import Discriminator, Generator
from rtsynth_models.sounds import Sounds
from rtsynth_models.sounds.store import FULL_SCALE
from rtsynth_models.training.contract import Run

SEMITONES = 12.0
WINDOWS = (128, 512, 2048)
LOWEST = 0.0125  # of half the rate, 100 Hz: below it all frequencies count alike
COARSE = 4  # bins and columns over which the power of noise is told
FLOOR = 2e-4  # of full scale, below which nothing counts


def task(config: Config, data: Sounds) -> Duellists:
    """WaveGAN against its discriminator."""

    def real(run: Run, rows: NDArray[np.int64], varied: bool) -> Tensor:
        """Sounds (n, 1, 16384)."""
        sound = run.tensor(data.sound[rows, :SAMPLES].astype(np.float32) / FULL_SCALE)
        if varied and config.detune:
            sound = detuned(sound, config.detune * (2 * run.uniform(config.batch) - 1))
        return sound[:, None]

    return Duellists(config, data, Generator(config), Discriminator(config), real, miss)


def miss(found: Tensor, wanted: Tensor) -> Tensor:
    """How far the spectra of sounds (n, 1, S) are apart, in several resolutions: linear and logarithmic."""
    return torch.stack([_miss(found[:, 0], wanted[:, 0], window) for window in WINDOWS]).mean()


def _miss(found: Tensor, wanted: Tensor, length: int) -> Tensor:
    one, other = magnitude(found, length), magnitude(wanted, length)
    lengths = (torch.linalg.vector_norm(x, dim=(1, 2)) for x in (one - other, other))
    return torch.div(*lengths).mean() + _apart(one, other) + _apart(coarse(one), coarse(other))


def _apart(one: Tensor, other: Tensor) -> Tensor:
    """Mean distance of the logarithms of (n, bins, columns), of which an octave counts as much as another."""
    place = torch.arange(one.shape[1], device=one.device) / one.shape[1]
    weight = 1.0 / (place + LOWEST)
    apart = ((one + FLOOR).log() - (other + FLOOR).log()).abs().mean((0, 2))
    return (weight * apart).sum() / weight.sum()


def coarse(magnitudes: Tensor) -> Tensor:
    """Root mean square of magnitudes (n, bins, columns) over areas: of noise all that is heard."""
    power = functional.avg_pool2d(magnitudes.square()[:, None], COARSE, ceil_mode=True)[:, 0]
    return (power + FLOOR**2).sqrt()


def magnitude(sound: Tensor, length: int) -> Tensor:
    """Magnitudes (n, bins, columns) of sounds (n, S) under a window of `length`; 1 is half of full scale."""
    window = torch.hann_window(length, device=sound.device)
    return torch.stft(sound, length, length // 4, window=window, return_complex=True).abs() / window.sum()


def detuned(sound: Tensor, semitones: Tensor) -> Tensor:
    """Sounds (n, S) played faster by semitones (n,): Catmull-Rom between samples, zeros after the end."""
    samples = sound.shape[1]
    place = torch.arange(samples, device=sound.device) * torch.exp2(semitones / SEMITONES)[:, None]
    whole = place.floor()
    t, first = place - whole, whole.long().clamp(max=samples + 1)
    padded = functional.pad(sound, (1, 4))
    a, b, c, d = (padded.gather(1, first + tap) for tap in range(4))
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
