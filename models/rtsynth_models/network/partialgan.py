"""PartialGAN's generator: a note's partials and noise bands, two frames a step, causal.

A note network runs once per note and turns pitch, velocity and latent into a static spectrum and the scales
and shifts (FiLM) of the step network, which sees nothing else than the time since note-on. Shapes: B notes,
T steps, H hidden channels, Z latent size, O output channels per frame, F FiLM values.
"""

import math
from dataclasses import dataclass
from itertools import chain, pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

PITCH_WAVES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0)  # to 4 semitones, as samples change
TIME_CONSTANTS = (0.004, 0.015, 0.05, 0.2, 0.8, 2.5)  # seconds
TIME_WAVES = (1.0, 2.0, 3.0, 4.0, 6.0)
PITCH_FEATURES = 2 + 2 * len(PITCH_WAVES)
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
    trunk: int = 512
    conditioning: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    longest_seconds: float = 3.98

    @property
    def outputs(self) -> int:
        """Values per frame: a level and a deviation per partial, a level per noise band."""
        return 2 * self.partials + self.bands

    @property
    def film(self) -> int:
        """Scales and shifts of the input layer and of every block."""
        return 2 * self.hidden * (len(self.dilations) + 1)

    @property
    def memory(self) -> int:
        """Steps back that the output depends on."""
        return 2 * sum(self.dilations)


def pitch_features(pitch: Tensor) -> Tensor:
    """Smooth functions of a MIDI number, (B,) to (B, PITCH_FEATURES)."""
    x = (pitch - 63) / 36
    waves = [wave(math.pi * x * f) for wave in (torch.sin, torch.cos) for f in PITCH_WAVES]
    return torch.stack([x, x * x, *waves], -1)


def time_features(seconds: Tensor) -> Tensor:
    """Falls and waves on a logarithmic axis of the time since note-on, (...) to (..., TIME_FEATURES)."""
    falls = [torch.exp(seconds / -tau) for tau in TIME_CONSTANTS]
    x = torch.log1p(seconds / 0.005) / 7
    waves = [wave(math.pi * f * x) for wave in (torch.sin, torch.cos) for f in TIME_WAVES]
    return torch.stack([x, *falls, *waves], -1)


class CausalBlock(nn.Module):
    """Residual block: depthwise convolution over three steps `dilation` apart, FiLM, a gated layer."""

    def __init__(self, hidden: int, inner: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Parameter(torch.tensor([0.0, 0.0, 1.0])[:, None] + 0.05 * torch.randn(3, hidden))
        self.widen = nn.Linear(hidden, inner)
        self.narrow = nn.Linear(inner, hidden)
        nn.init.normal_(self.narrow.weight, std=0.02)

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """Whole note: x (B, T, H), scale and shift (B, 1, H)."""
        past, steps = functional.pad(x, (0, 0, 2 * self.dilation, 0)), x.shape[1]
        return self._mix(x, past[:, :steps], past[:, self.dilation : self.dilation + steps], scale, shift)

    def step(self, x: Tensor, state: Tensor, scale: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
        """One step: x (B, H), state (B, 2 * dilation, H) oldest first; returns output and next state."""
        y = self._mix(x, state[:, 0], state[:, self.dilation], scale, shift)
        return y, torch.cat([state[:, 1:], x[:, None]], 1)

    def _mix(self, x: Tensor, oldest: Tensor, older: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        y = self.taps[0] * oldest + self.taps[1] * older + self.taps[2] * x
        return x + self.narrow(functional.silu(self.widen(y * (1 + scale) + shift)))


class NoteNetwork(nn.Module):
    """Pitch (B,), velocity (B,) and latent (B, Z) to FiLM (B, F), static spectrum (B, O), slopes (B, 2)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = (PITCH_FEATURES + 2 + config.latent, config.trunk, config.trunk, config.conditioning)
        layers = [(nn.Linear(a, b), nn.SiLU()) for a, b in pairwise(widths)]
        self.trunk = nn.Sequential(*chain.from_iterable(layers))
        self.film = nn.Linear(config.conditioning, config.film)
        self.static = nn.Linear(config.conditioning, config.outputs)
        self.slopes = nn.Linear(config.conditioning, 2)
        nn.init.normal_(self.film.weight, std=0.03)
        nn.init.zeros_(self.film.bias)

    def forward(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Conditioning of the step network, and log(1 + dB/s) of release and late decay."""
        force = torch.stack([velocity, velocity**2], -1)
        x = self.trunk(torch.cat([pitch_features(pitch), force, 3 * torch.tanh(latent / 3)], -1))
        return self.film(x), self.static(x), self.slopes(x)


class Generator(nn.Module):
    """The step network, for whole notes in training and step by step when playing."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Linear(TIME_FEATURES, config.hidden)
        self.blocks = nn.ModuleList(CausalBlock(config.hidden, config.inner, d) for d in config.dilations)
        self.leave = nn.Linear(config.hidden, config.frames_per_step * config.outputs)

    def forward(self, film: Tensor, static: Tensor, seconds: Tensor) -> Tensor:
        """Whole notes: film (B, F), static (B, O), seconds (B, T); returns frames (B, 2 T, O), normalised."""
        scales = [part[:, None] for part in self._split(film)]
        x = self._enter(seconds, scales)
        for i, block in enumerate(self.blocks):
            x = block(x, scales[2 * i + 2], scales[2 * i + 3])
        return self._leave(x, static[:, None, None]).flatten(1, 2)

    def step(
        self, film: Tensor, static: Tensor, seconds: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One step: seconds (B,); returns frames (B, 2, O), normalised, and the next states."""
        scales, following = self._split(film), []
        x = self._enter(seconds, scales)
        for i, (block, state) in enumerate(zip(self.blocks, states, strict=True)):
            x, after = block.step(x, state, scales[2 * i + 2], scales[2 * i + 3])
            following.append(after)
        return self._leave(x, static[:, None]), following

    def rest(self, notes: int) -> list[Tensor]:
        """States before a note."""
        return [torch.zeros(notes, 2 * d, self.config.hidden) for d in self.config.dilations]

    def _split(self, film: Tensor) -> list[Tensor]:
        return list(film.split(self.config.hidden, -1))

    def _enter(self, seconds: Tensor, scales: list[Tensor]) -> Tensor:
        time = time_features(seconds.clamp(max=self.config.longest_seconds))
        return functional.silu(self.enter(time) * (1 + scales[0]) + scales[1])

    def _leave(self, x: Tensor, static: Tensor) -> Tensor:
        return self.leave(x).unflatten(-1, (self.config.frames_per_step, self.config.outputs)) + static


class PartialGAN(nn.Module):
    """Note network, generator, and a Gaussian of latents per trained instrument."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.note = NoteNetwork(config)
        self.generator = Generator(config)
        self.mean = nn.Parameter(torch.randn(config.instruments, config.latent))
        self.log_variance = nn.Parameter(torch.full((config.instruments, config.latent), -3.0))

    def draw_latent(self, instrument: Tensor) -> Tensor:
        """A latent of each instrument, (B,) to (B, Z)."""
        spread = torch.exp(0.5 * self.log_variance[instrument])
        return self.mean[instrument] + torch.randn_like(spread) * spread

    def divergence(self, instrument: Tensor) -> Tensor:
        """Kullback-Leibler divergence in nats from the unit Gaussian, (B,) to (B,)."""
        mean, log_variance = self.mean[instrument], self.log_variance[instrument]
        return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(-1)
