"""Discriminators that tell generated notes from real ones, at three scales: a moment, a note, its motion.

They see spectra rendered on bands of hearing, and partials and noise relative to the loudest. Beside real or
not they say which pitch and instrument they take a note for (AC-GAN, Odena et al. 2017). Shapes: B notes, T
moments, V features of a moment.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from rtsynth_engine.heads.bands import BANDS, erb_hz, erb_rate
from rtsynth_models.data.notes import Motions
from rtsynth_models.network.heads import GROUPS, RawMotion, partial_groups
from rtsynth_models.network.partialgan import Config
from rtsynth_models.network.scale import denormalise

RENDERED_BANDS, LOWEST_HZ, HIGHEST_HZ = 64, 30.0, 20_000.0
FLOOR_DB = 75.0  # under the loudest of a note
PITCHES, LOWEST_PITCH = 88, 21
WIDTH = 192
MOTION_VALUES = 9 * 2 * GROUPS + 9


class Verdict(NamedTuple):
    """Real (+) or not (-) (B,) or (B, T); logits of pitch (B, PITCHES) and instrument (B, instruments)."""

    real: Tensor
    pitch: Tensor
    instrument: Tensor


def see(frames: Tensor, pitch: Tensor, divisor: Tensor, config: Config) -> Tensor:
    """What discriminators see, (B, T, V), of normalised frames (B, T, 2, O) of notes at MIDI `pitch` (B,)."""
    level, cents, noise = denormalise(frames[:, :, 0], config.partials)
    k = torch.arange(1, config.partials + 1)
    fundamental = 440 * 2 ** ((pitch - 69) / 12) / divisor
    hz = fundamental[:, None, None] * k * 2 ** (cents.clamp(-1200, 1200) / 1200)
    power = 10 ** (level / 10) * (hz < HIGHEST_HZ) / 2
    rendered = 10 * torch.log10(_on_bands(hz, power) + _hiss(10 ** (noise / 10)) + 1e-12)
    loudest = rendered.amax((1, 2), keepdim=True)
    parts = [rendered - loudest, 10 * torch.log10(power + 1e-12) - loudest, noise - loudest]
    return torch.cat([1 + part.clamp(min=-FLOOR_DB) / (FLOOR_DB / 2) for part in parts], -1)


def _centres() -> Tensor:
    low, high = float(erb_rate(LOWEST_HZ)), float(erb_rate(HIGHEST_HZ))
    return torch.linspace(low, high, RENDERED_BANDS)


def _on_bands(hz: Tensor, power: Tensor) -> Tensor:
    """Power (B, T, K) at `hz` on overlapping triangles of the ERB scale, (B, T, RENDERED_BANDS)."""
    rate = 21.4 * torch.log10(1 + 0.00437 * hz)
    centres = _centres()
    place = (rate - centres[0]) / (centres[1] - centres[0])
    below = place.floor().clamp(0, RENDERED_BANDS - 2)
    share = (place - below).clamp(0, 1)
    out = torch.zeros(*power.shape[:-1], RENDERED_BANDS)
    out = out.scatter_add(-1, below.long(), power * (1 - share))
    return out.scatter_add(-1, below.long() + 1, power * share)


def _hiss(noise: Tensor) -> Tensor:
    """Noise power (B, T, BANDS) on the rendered bands."""
    hz = torch.from_numpy(erb_hz(_centres().double().numpy())).float()
    width = hz.diff(append=hz[-1:] + hz[-1] - hz[-2])
    source = torch.linspace(0, BANDS - 1, RENDERED_BANDS).round().long()
    return noise[..., source] * width / 24_000.0


def real_motion(real: Motions) -> Tensor:
    """Measured motion of B notes as a discriminator sees it, (B, MOTION_VALUES): log means by group."""
    groups = functional.one_hot(partial_groups(real.am.shape[-1]), GROUPS).float()
    parts = []
    for variance, weight in ((real.am, real.am_weight), (real.fm, real.fm_weight)):
        mean = ((variance * weight[:, :, None]) @ groups) / (weight[:, :, None] @ groups + 1e-3)
        parts.append(torch.log(mean + 1e-2).flatten(1))
    return torch.cat([*parts, torch.log(real.vibrato + 1e-2).flatten(1)], -1) / 4


def drawn_motion(raw: RawMotion) -> Tensor:
    """A draw of the head's motion, seen alike, (B, MOTION_VALUES)."""
    parts = []
    for log_variance, scale in ((raw.am, raw.am_scale), (raw.fm, raw.fm_scale)):
        spread = torch.randn_like(log_variance) * scale[:, None, :, None] / (2 * GROUPS) ** 0.5
        parts.append(torch.log(torch.exp(log_variance.clamp(-9, 9) + spread) + 1e-2).flatten(1))
    return torch.cat([*parts, torch.log(torch.exp(raw.vibrato.clamp(-9, 9)) + 1e-2).flatten(1)], -1) / 4


class Discriminator(nn.Module):
    """Verdicts on moments, on whole notes and on motion."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        values = RENDERED_BANDS + config.partials + config.bands
        self.moment = _layers(values, WIDTH)
        self.moment_real = spectral_norm(nn.Linear(WIDTH, 1))
        self.over_time = spectral_norm(nn.Conv1d(WIDTH, WIDTH, 5, padding=2))
        self.note_real = spectral_norm(nn.Linear(WIDTH, 1))
        self.pitch = nn.Linear(WIDTH, PITCHES)
        self.instrument = nn.Linear(WIDTH, config.instruments)
        self.motion = nn.Sequential(_layers(MOTION_VALUES, WIDTH), spectral_norm(nn.Linear(WIDTH, 1)))

    def forward(self, seen: Tensor) -> Verdict:
        """Verdict on notes (B, T, V); `real` holds every moment and the note itself, (B, T + 1)."""
        moments = self.moment(seen)
        whole = functional.leaky_relu(self.over_time(moments.transpose(1, 2)), 0.2).mean(-1)
        real = torch.cat([self.moment_real(moments)[..., 0], self.note_real(whole)], 1)
        return Verdict(real, self.pitch(whole), self.instrument(whole))


def _layers(values: int, width: int) -> nn.Sequential:
    wide = [spectral_norm(nn.Linear(a, width)) for a in (values, width)]
    return nn.Sequential(wide[0], nn.LeakyReLU(0.2), wide[1], nn.LeakyReLU(0.2))


def taken_for(verdict: Verdict, pitch: Tensor, instrument: Tensor | None) -> Tensor:
    """Cross entropy in nats of what the discriminator takes notes for."""
    cost = functional.cross_entropy(verdict.pitch, (pitch - LOWEST_PITCH).long().clamp(0, PITCHES - 1))
    if instrument is not None:
        cost = cost + functional.cross_entropy(verdict.instrument, instrument)
    return cost


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator minimises (Lim and Ye 2017)."""
    return functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()
