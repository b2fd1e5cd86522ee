"""PartialGAN's generator: a note's partials and noise bands, two frames a step.

A note network runs once per note and turns pitch, velocity and latent into a few static spectra and the
scales and shifts (FiLM) of the step network. That one sees nothing else than the time since note-on, so it
has no state: any moment of a note can be asked for. Three heads say how the note moves and how it begins.
Shapes: B notes, T steps, H hidden channels, Z latent size, O output channels per frame, F FiLM values, R
spectra beside the first.
"""

import math
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.network.heads import MotionHead, OnsetHead, PhaseHead, RawMotion

PITCH_WAVES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 24.0)  # to 3 semitones, as samples change
TIME_CONSTANTS = (0.004, 0.015, 0.05, 0.2, 0.8, 2.5)  # seconds
TIME_WAVES = (1.0, 2.0, 3.0, 4.0, 6.0)
PITCH_FEATURES = 2 + 2 * len(PITCH_WAVES)
NOTE_FEATURES = PITCH_FEATURES + 2
TIME_FEATURES = 1 + len(TIME_CONSTANTS) + 2 * len(TIME_WAVES)


@dataclass(frozen=True)
class Config:
    """Sizes of the network and of what it speaks about."""

    instruments: int
    partials: int = 96
    bands: int = 48
    frames_per_step: int = 2
    frame_rate: float = 187.5
    latent: int = 16
    hidden: int = 192
    inner: int = 384
    blocks: int = 4
    spectra: int = 4
    trunk: int = 640
    conditioning: int = 384
    head: int = 256
    longest_seconds: float = 3.98

    @property
    def outputs(self) -> int:
        """Values per frame: a level and a deviation per partial, a level per noise band."""
        return 2 * self.partials + self.bands

    @property
    def film(self) -> int:
        """Scales and shifts of the input layer and of every block."""
        return 2 * self.hidden * (self.blocks + 1)

    @property
    def static(self) -> int:
        """The first spectrum, which is always there, and those that the step network mixes in."""
        return self.outputs * (1 + self.spectra)


class Note(NamedTuple):
    """What the note network says: film (B, F), static (B, (1 + R) O), slopes (B, 2) in log(1 + dB/s)."""

    film: Tensor
    static: Tensor
    slopes: Tensor


class Said(NamedTuple):
    """What is said once per note: conditioning, motion, onset gains (B, 3, 32) in dB, phases (B, K, 2)."""

    note: Note
    motion: RawMotion
    onset: Tensor
    phase: Tensor


def pitch_features(pitch: Tensor) -> Tensor:
    """Smooth functions of a MIDI number, (B,) to (B, PITCH_FEATURES)."""
    x = (pitch - 63) / 36
    waves = [wave(math.pi * x * f) for wave in (torch.sin, torch.cos) for f in PITCH_WAVES]
    return torch.stack([x, x * x, *waves], -1)


def note_features(pitch: Tensor, velocity: Tensor, latent: Tensor) -> Tensor:
    """What all that runs once per note sees, (B, NOTE_FEATURES + Z); velocity 0..1."""
    force = torch.stack([velocity, velocity**2], -1)
    return torch.cat([pitch_features(pitch), force, 3 * torch.tanh(latent / 3)], -1)


def time_features(seconds: Tensor) -> Tensor:
    """Falls and waves on a logarithmic axis of the time since note-on, (...) to (..., TIME_FEATURES)."""
    falls = [torch.exp(seconds / -tau) for tau in TIME_CONSTANTS]
    x = torch.log1p(seconds / 0.005) / 7
    waves = [wave(math.pi * f * x) for wave in (torch.sin, torch.cos) for f in TIME_WAVES]
    return torch.stack([x, *falls, *waves], -1)


class Block(nn.Module):
    """Residual block: FiLM, a wide layer, a narrow one."""

    def __init__(self, hidden: int, inner: int) -> None:
        super().__init__()
        self.widen = nn.Linear(hidden, inner)
        self.narrow = nn.Linear(inner, hidden)
        nn.init.normal_(self.narrow.weight, std=0.02)

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """x, scale and shift (..., H)."""
        return x + self.narrow(functional.silu(self.widen(x * (1 + scale) + shift)))


class NoteNetwork(nn.Module):
    """Features of a note (B, NOTE_FEATURES + Z) to what conditions its steps."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = (NOTE_FEATURES + config.latent, config.trunk, config.trunk, config.conditioning)
        layers = [(nn.Linear(a, b), nn.SiLU()) for a, b in pairwise(widths)]
        self.trunk = nn.Sequential(*chain.from_iterable(layers))
        self.film = nn.Linear(config.conditioning, config.film)
        self.static = nn.Linear(config.conditioning, config.static)
        self.slopes = nn.Linear(config.conditioning, 2)
        nn.init.normal_(self.film.weight, std=0.03)
        nn.init.zeros_(self.film.bias)

    def forward(self, features: Tensor) -> Note:
        """Conditioning of the step network, and log(1 + dB/s) of release and late decay."""
        x = self.trunk(features)
        return Note(self.film(x), self.static(x), self.slopes(x))


class Generator(nn.Module):
    """The step network: any number of moments of a note."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Linear(TIME_FEATURES, config.hidden)
        self.blocks = nn.ModuleList(Block(config.hidden, config.inner) for _ in range(config.blocks))
        self.leave = nn.Linear(config.hidden, config.frames_per_step * config.outputs)
        self.mix = nn.Linear(config.hidden, config.frames_per_step * config.spectra)

    def forward(self, film: Tensor, static: Tensor, seconds: Tensor) -> Tensor:
        """Frames (B, T, 2, O), normalised, of film (B, F), static (B, (1 + R) O), seconds (B, T)."""
        scales = film[:, None].split(self.config.hidden, -1)
        time = time_features(seconds.clamp(max=self.config.longest_seconds))
        x = functional.silu(self.enter(time) * (1 + scales[0]) + scales[1])
        for i, block in enumerate(self.blocks):
            x = block(x, scales[2 * i + 2], scales[2 * i + 3])
        spectra = static.unflatten(-1, (1 + self.config.spectra, self.config.outputs))
        own = self.leave(x).unflatten(-1, (self.config.frames_per_step, self.config.outputs))
        share = self.mix(x).unflatten(-1, (self.config.frames_per_step, self.config.spectra))
        mixed = torch.matmul(share.flatten(1, 2), spectra[:, 1:]).unflatten(1, (-1, share.shape[2]))
        return own + mixed + spectra[:, None, None, 0]


class PartialGAN(nn.Module):
    """Note network, generator, heads, and a Gaussian of latents per trained instrument."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        features = NOTE_FEATURES + config.latent
        self.note = NoteNetwork(config)
        self.generator = Generator(config)
        self.motion = MotionHead(features, config.head)
        self.onset = OnsetHead(features, config.head)
        self.phase = PhaseHead(features, config.conditioning, config.partials)
        self.mean = nn.Parameter(torch.randn(config.instruments, config.latent))
        self.log_variance = nn.Parameter(torch.full((config.instruments, config.latent), -3.0))
        self.register_buffer("centre", torch.zeros(config.latent))
        self.register_buffer("colour", torch.eye(config.latent))

    def features(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> Tensor:
        """What all networks of a note see. Players' latents may be other coordinates: `colour` and `centre`
        lead to those of training.
        """
        return note_features(pitch, velocity, latent @ self.colour + self.centre)

    def describe(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> Said:
        """All that is said once per note."""
        features = self.features(pitch, velocity, latent)
        return Said(self.note(features), self.motion(features), self.onset(features), self.phase(features))

    def draw_latent(self, instrument: Tensor) -> Tensor:
        """A latent of each instrument, (B,) to (B, Z)."""
        spread = torch.exp(0.5 * self.log_variance[instrument])
        return self.mean[instrument] + torch.randn_like(spread) * spread

    def divergence(self, instrument: Tensor) -> Tensor:
        """Kullback-Leibler divergence in nats from the unit Gaussian, (B,) to (B,)."""
        mean, log_variance = self.mean[instrument], self.log_variance[instrument]
        return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(-1)
