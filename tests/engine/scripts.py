"""Networks of the nn~ convention, and what plays them alone: RAVE's own export, and small ones."""

import io
import warnings
from pathlib import Path

import nn_tilde
import numpy as np
import torch
from cached_conv import CachedConv1d
from torch import nn

from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.generators.script import ScriptGenerator
from rtsynth_engine.layout import FRAME

RAVE = (Path(__file__).parents[1] / "data" / "rave-random.ts").read_bytes()
RATE, RATIO, LATENTS = 16000.0, 1024, 8
F4 = np.float32


def bundle(script: bytes = RAVE, latent: int = LATENTS, frames: int = 4, **files: bytes) -> Bundle:
    head = Head("waveform", RATE / FRAME, frames, 4.0, sample_rate=RATE)
    kept = {"model.ts": script, **{name.replace("_", "."): content for name, content in files.items()}}
    return Bundle(
        Path("rave.rtsynth"), "rave", "RAVE", "", "", "", "script", head, latent, (24, 84), (), (), "", kept
    )


def opened(script: bytes = RAVE, rows: int = 8, **settings) -> ScriptGenerator:
    generator = ScriptGenerator(bundle(script, **settings))
    generator.prepare(rows)
    return generator


def exported(network: nn.Module) -> bytes:
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(network.eval()), content)
    return content.getvalue()


class Small(nn_tilde.Module):
    """Eight samples of each latent's frame: the first latent, smoothed by a cached convolution, and noise."""

    def __init__(self, noise: float = 0.0) -> None:
        super().__init__()
        self.smooth, self.noise = CachedConv1d(2, 8, 3, padding=(2, 0)), noise
        self.register_method("decode", 2, 8, 1, 1, test_buffer_size=64)

    @torch.jit.export
    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        sound = self.smooth(latents).transpose(1, 2).reshape(latents.shape[0], 1, -1)
        return sound + self.noise * torch.rand_like(sound)


class Settable(Small):
    """With an attribute."""

    gain = (1.0,)  # for the trial in __init__

    def __init__(self) -> None:
        super().__init__()
        self.gain = (1.0,)
        self.register_attribute("gain", 1.0)

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, gain: float) -> int:
        self.gain = (gain,)
        return 0

    @torch.jit.export
    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        return self.gain[0] * self.smooth(latents).transpose(1, 2).reshape(latents.shape[0], 1, -1)


class Short(nn.Module):
    """Gives fewer samples than it says."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, 8, 1, 1]))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return latents * 1.0


class Recurrent(nn.Module):
    """An average that is put in the place of the one before, and has no slots."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("decode_params", torch.tensor([1, 8, 1, 1]))
        self.register_buffer("level", torch.zeros(1, 1, 1))

    @torch.jit.export
    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        self.level = 0.5 * self.level + latents.mean(2, keepdim=True)
        return self.level.expand(-1, 1, latents.shape[2] * 8) * 1.0

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.decode(latents)


def notes(count: int, latent: int = LATENTS, seed: int = 0):
    draw = np.random.default_rng(seed)
    return (
        draw.uniform(40, 80, count).astype(F4),
        draw.uniform(0.2, 1.0, count).astype(F4),
        draw.standard_normal((count, latent)).astype(F4),
    )


def played(generator: ScriptGenerator, rows: list[int], note, steps: int = 4, begin: int = 0) -> np.ndarray:
    """Sound (n, samples) of notes from frame `begin` on."""
    chosen, seconds = np.array(rows), FRAME / generator.rate
    generator.reset(chosen, *note)
    times = [begin + step * generator.frames_per_step for step in range(steps)]
    return np.concatenate(
        [generator.step(chosen, np.full(len(rows), at * seconds, F4)).reshape(len(rows), -1) for at in times],
        1,
    )


def runs_of(generator: ScriptGenerator) -> list[int]:
    """Rows of every run of the network from now on."""
    made, make = [], generator._make
    generator._make = lambda *some: (made.append(len(some[0])), make(*some))  # type: ignore[method-assign]
    return made


def row(note, index: int):
    return tuple(part[index : index + 1] for part in note)


class LateNoise(Small):
    """Noise that comes out only a frame later, through a cache."""

    @torch.jit.export
    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        noisy = torch.cat([latents[:, :1], latents[:, 1:] + torch.rand_like(latents[:, 1:])], 1)
        sound = self.smooth(noisy).transpose(1, 2).reshape(latents.shape[0], 1, -1)
        return sound * 0.0
