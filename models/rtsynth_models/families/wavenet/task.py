"""How WaveNet learns: the next code of crops of notes, teacher-forced, and how fast notes fall."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_engine.generators.conditioning import SLOPE
from rtsynth_engine.generators.wavenet import TURNS
from rtsynth_models.families.falling import slopes_of
from rtsynth_models.families.gansynth.task import learnt
from rtsynth_models.families.rates import rate
from rtsynth_models.families.wavenet.companding import encoded
from rtsynth_models.families.wavenet.config import Config
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.sounds import Sounds
from rtsynth_models.sounds.store import FULL_SCALE
from rtsynth_models.training.contract import Run

FINE = 10.0  # slopes are compared by logarithms from 10 dB/s on


class WaveNetTask(nn.Module):
    """`averaged` and its optimiser."""

    def __init__(self, config: Config, data: Sounds) -> None:
        super().__init__()
        self.config, self.average, self.averaged = config, config.average, WaveNet(config)
        self.classes = np.searchsorted(config.pitches, data.pitch)
        self.rows = learnt(config, data)  # type: ignore[arg-type]
        self.slopes = (slopes_of(data, config.held_seconds) / SLOPE).astype(np.float32)

    def optimisers(self) -> dict[str, torch.optim.Optimizer]:
        """Adam over everything."""
        self.adam = torch.optim.Adam(self.averaged.parameters(), betas=(0.9, 0.99))
        return {"wavenet": self.adam}

    def turn(self, run: Run, step: int) -> dict[str, Tensor]:
        """One batch of crops."""
        for group in self.adam.param_groups:
            group["lr"] = self.config.learning_rate * rate(step, self.config.steps)
        index = run.draw(self.config.batch, self.rows)
        codes, first, turns = self._crops(run, index)
        told = self._told(run, index)
        pitch = self.classes[index].tolist()
        code = self._code_loss(run, codes, first, told, (pitch, turns))
        slope = self._slope_loss(run, index, told)
        run.descend("wavenet", code + 0.1 * slope)
        return {"code": code.detach(), "slope": slope.detach()}

    def _crops(self, run: Run, index: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Codes (n, 1 + crop) of which the first comes before the crop, where crops begin (n,), and their
        turns (n, crop).
        """
        config = self.config
        places, onset = run.uniform(config.batch, 2).cpu().numpy().T
        room = (round(config.held_seconds * config.rate) - config.crop) // config.stride
        first = np.where(onset < config.onsets, 0, (places * room).astype(np.int64) * config.stride)
        padded = np.zeros((len(index), 2 + config.crop), np.float32)
        for row, note, begin in zip(padded, index, first, strict=True):
            part = run.data.sound[note, max(begin - 2, 0) : begin + config.crop]
            row[len(row) - len(part) :] = part / FULL_SCALE
        turns = turns_of(padded[:, 2:], np.array(config.pitches)[self.classes[index]], config.rate)
        return run.tensor(encoded(padded, config)[:, 1:]), run.tensor(first), run.tensor(turns)

    def _told(self, run: Run, index: NDArray[np.int64]) -> Tensor:
        config, data = self.config, run.data
        pitch = run.tensor(self.classes[index])
        place = self.averaged.place(run.tensor(data.label[index]))
        latent = place + config.spread * run.normal(config.batch, config.latent)
        velocity = run.tensor((data.velocity[index] / 127).astype(np.float32))
        return self.averaged.conditioner.told(pitch, velocity, latent)

    def _code_loss(
        self, run: Run, codes: Tensor, first: Tensor, told: Tensor, periods: tuple[list[int], Tensor]
    ) -> Tensor:
        """Nats a sample, of what the network knows the past of."""
        config = self.config
        points = torch.arange(0, config.crop, config.stride, device=codes.device)
        biases = self.averaged.conditioner(told, (first[:, None] + points) / config.rate)
        least, most = config.jitter
        spread = least * (most / least) ** run.uniform(config.batch, 1)
        jitter = spread * run.normal(config.batch, config.crop)
        heard = (codes[:, :-1] + jitter.round().long()).clamp(0, config.codes - 1)
        logits = self.averaged(heard, biases, *periods).float()
        known = (torch.arange(config.crop, device=codes.device) >= config.warm) | (first[:, None] == 0)
        return functional.cross_entropy(logits[known], codes[:, 1:][known])

    def _slope_loss(self, run: Run, index: NDArray[np.int64], told: Tensor) -> Tensor:
        found = self.averaged.conditioner.fall(told.detach()).float()
        wanted = run.tensor(self.slopes[index])
        return functional.mse_loss(torch.log1p(FINE * found), torch.log1p(FINE * wanted))


def turns_of(sound: NDArray[np.float32], pitch: NDArray[np.int64], rate: int) -> NDArray[np.int64]:
    """Steps of the period (n, samples) of sounds (n, samples) of MIDI numbers (n,): a turn begins where their
    fundamental is highest, for the network is to keep to what it is told, wherever the note began.
    """
    periods = 440.0 * 2.0 ** ((pitch[:, None] - 69) / 12) / rate * np.arange(sound.shape[1])
    heard = np.sum(sound * np.hanning(sound.shape[1]) * np.exp(-2j * np.pi * periods), axis=1, keepdims=True)
    return np.asarray((periods + np.angle(heard) / (2 * np.pi)) % 1.0 * TURNS, np.int64) % TURNS
