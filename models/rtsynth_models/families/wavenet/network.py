"""WaveNet (van den Oord et al. 2016), conditioned on pitch, velocity, latent and time since note-on.

Sequences are (n, samples, channels). Weights are named and shaped as the engine's `Network` and
`Conditioner` take them: from input to output, one matrix a layer.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_engine.generators.conditioning import TIMES
from rtsynth_engine.generators.wavenet import TURNS
from rtsynth_models.families.wavenet.config import Config


def _weights(*shape: int, gain: float = 1.0) -> nn.Parameter:
    """Normal weights whose outputs have the variance of their inputs, times `gain` squared."""
    return nn.Parameter(torch.randn(*shape) * gain / math.sqrt(shape[-2]))


def _smooth(waves: int, codes: int) -> Tensor:
    """Cosines over the codes (waves, codes), the fast ones smaller: neighbouring codes begin alike."""
    places, wave = torch.arange(codes) + 0.5, torch.arange(waves)[:, None]
    return torch.cos(math.pi * wave * places / codes) / (1.0 + 0.2 * wave)


def _zeros(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.zeros(*shape))


class Conditioner(nn.Module):
    """Note and time → biases of every layer; note → how fast it falls."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        told, units = config.embedded + 1 + config.latent, config.units
        wide = len(config.dilations) * 2 * config.channels
        self.pitches = nn.Parameter(torch.randn(len(config.pitches), config.embedded))
        self.note, self.note_shift = _weights(told, units), _zeros(units)
        self.time = _weights(len(TIMES), units)
        self.middle, self.middle_shift = _weights(units, units), _zeros(units)
        self.bias, self.bias_shift = _weights(units, wide, gain=0.5), _zeros(wide)
        self.slope_note, self.slope_shift = _weights(told, units), _zeros(units)
        self.slopes, self.slopes_shift = _weights(units, 2), _zeros(2)
        self.times: Tensor
        self.register_buffer("times", torch.from_numpy(TIMES), persistent=False)

    def told(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> Tensor:
        """What is known of notes: index of pitch (n,), velocity 0 … 1 (n,), latent (n, Z)."""
        return torch.cat([self.pitches[pitch], velocity[:, None], latent], dim=1)

    def forward(self, told: Tensor, seconds: Tensor) -> Tensor:
        """Biases (n, points, L, 2 C) at `seconds` (n, points) since note-on."""
        time = torch.exp(-seconds[..., None] / self.times)
        note = told @ self.note + self.note_shift
        hidden = torch.tanh(note[:, None] + time @ self.time)
        hidden = torch.tanh(hidden @ self.middle + self.middle_shift)
        return hidden @ self.bias + self.bias_shift

    def fall(self, told: Tensor) -> Tensor:
        """Slopes (n, 2) in the engine's SLOPE: after the key is released, and late in a long hold."""
        hidden = torch.tanh(told @ self.slope_note + self.slope_shift)
        return functional.softplus(hidden @ self.slopes + self.slopes_shift)


class WaveNet(nn.Module):
    """Codes and a note → logits of the codes."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config, channels, skips = config, config.channels, config.skips
        layers = len(config.dilations)
        self.places = nn.Parameter(torch.randn(config.names, config.latent))
        self.conditioner = Conditioner(config)
        self.embedding = nn.Parameter(_smooth(channels, config.codes).T.contiguous())
        self.turns = _zeros(TURNS, channels)
        self.gates = _weights(layers, 2 * channels, 2 * channels)
        self.outputs = _weights(layers, channels, channels + skips, gain=1 / math.sqrt(layers))
        self.shifts = _zeros(layers, channels + skips)
        self.hidden, self.hidden_shift = _weights(skips, skips, gain=math.sqrt(2)), _zeros(skips)
        self.logits, self.logit_shift = nn.Parameter(_smooth(skips, config.codes)), _zeros(config.codes)

    def place(self, label: Tensor) -> Tensor:
        """Places (n, Z) of sounds `label` (n,): as far from the middle as normal draws are."""
        return functional.normalize(self.places[label], dim=1) * math.sqrt(self.config.latent)

    def forward(self, codes: Tensor, biases: Tensor, pitch: Sequence[int], turns: Tensor) -> Tensor:
        """Logits (n, samples, Q) of what follows `codes` (n, samples), before which there was nothing.

        `biases` (n, points, L * 2 C) hold for `stride` samples each; `pitch` are indices (n,); `turns`
        (n, samples) tell in TURNS steps how much of a period has passed.
        """
        lags = [self.config.lags[index] for index in pitch]
        channels, x, heard = self.config.channels, self.embedding[codes] + self.turns[turns], []
        onwards, aside = self.outputs[..., :channels], self.outputs[..., channels:]
        told = biases.view(*biases.shape[:2], -1, 2 * channels).unbind(2)
        layers = zip(self.config.dilations, self.gates, onwards, self.shifts, told, strict=True)
        for dilation, gates, output, shift, bias in layers:
            heard.append(self._gated(x, [dilation or lag for lag in lags], gates, bias))
            x = x + (heard[-1] @ output + shift[:channels])
        skip = torch.cat(heard, dim=2) @ aside.flatten(0, 1) + self.shifts[:, channels:].sum(0)
        hidden = torch.relu(skip.relu() @ self.hidden + self.hidden_shift)
        return hidden @ self.logits + self.logit_shift

    def _gated(self, x: Tensor, lags: Sequence[int], gates: Tensor, bias: Tensor) -> Tensor:
        """What a layer's filter lets through of x and of x some samples ago, (n,): (n, samples, C)."""
        far, length = max(lags), x.shape[1]
        padded = functional.pad(x, (0, 0, far, 0))
        begins = (far - lag for lag in lags)
        past = torch.stack([row[at : at + length] for row, at in zip(padded, begins, strict=True)])
        both = torch.cat([past, x], dim=2) @ gates
        told = both.view(len(x), bias.shape[1], -1, bias.shape[2]) + bias[:, :, None]
        filtered, gate = told.flatten(1, 2).chunk(2, dim=2)
        return torch.tanh(filtered) * torch.sigmoid(gate)
