"""What latents of an unknown network do: how bright and loud it sounds, and the ways that change each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.layout import FRAME

DRAWN = 96  # points of the latent space that are heard, all but the first drawn from a normal distribution
HEARD = 0.5  # seconds of each
TOGETHER = 8
MOST = 1.0  # deviations of the latents that a way may take in a step
FAINT = 30.0  # dB below the loudest
QUIETEST = 1e-5  # -100 dBFS
LOWEST = 20.0  # Hz
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """Steps through the latent space, (L,) each: an octave brighter as loud as before, and 12 dB louder as
    bright. `explained`: shares (2,) of the variance of either that latents explain; a step is the shorter,
    the less they do.
    """

    brighter: Floats
    louder: Floats
    explained: Floats


def draw_latents(size: int, seed: int) -> NDArray[np.float32]:
    """Points (DRAWN, size) of the latent space; the first is its origin."""
    latents = np.random.default_rng(seed).standard_normal((DRAWN, size)).astype(np.float32)
    latents[0] = 0.0
    return latents


def listen(
    generator: Generator, rate: float, latents: NDArray[np.float32], advance: Callable[[int], object]
) -> Floats:
    """Brightness and level (n, 2) of notes with these latents, in octaves and dBFS; `advance` hears of
    progress. `generator` is prepared for TOGETHER rows.
    """
    steps = int(np.ceil(HEARD * rate / (generator.frames_per_step * FRAME)))
    found = []
    for first in range(0, len(latents), TOGETHER):
        some = latents[first : first + TOGETHER]
        rows, one = np.arange(len(some)), np.ones(len(some), np.float32)
        generator.reset(rows, 60.0 * one, 0.75 * one, some)
        seconds = generator.frames_per_step * FRAME / rate
        parts = [generator.step(rows, np.float32(i * seconds) * one) for i in range(steps)]
        found += [hear(sound, rate) for sound in np.concatenate(parts, 1).reshape(len(some), -1)]
        advance(len(some))
    return np.array(found)


def hear(sound: NDArray[np.float32], rate: float) -> tuple[float, float]:
    """Brightness of a sound (n,), its spectrum's centroid in octaves above 1 Hz, and its level in dBFS."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1.0 / rate)
    centroid = np.sum(hertz * power) / max(float(np.sum(power)), 1e-30)
    level = 20.0 * np.log10(max(float(np.sqrt(np.mean(sound**2))), QUIETEST))
    return float(np.log2(max(centroid, LOWEST))), float(level)


def find_ways(latents: NDArray[np.float32], heard: Floats) -> Ways:
    """The shortest steps that change one of what was heard, (n, 2), and not the other, were it linear."""
    centred, wanted = latents - latents.mean(0), heard - heard.mean(0)
    slopes = np.linalg.lstsq(centred, wanted, rcond=None)[0]
    left = np.sum((wanted - centred @ slopes) ** 2, 0) / np.maximum(np.sum(wanted**2, 0), 1e-12)
    chance = centred.shape[1] / max(len(centred) - 1, 1)  # what noise alone would explain
    explained = np.clip(1.0 - left / max(1.0 - chance, 1e-3), 0.0, 1.0)
    steps = np.linalg.pinv(slopes.T) * [1.0, 12.0]
    steps *= explained / np.maximum(np.linalg.norm(steps, axis=0) / MOST, 1.0)
    return Ways(steps[:, 0], steps[:, 1], explained)


def far_apart(heard: Floats, count: int) -> list[int]:
    """Indices of sounds that differ most, the origin first, or the loudest where that is silent as others
    are not.
    """
    scaled = (heard - heard.mean(0)) / np.maximum(heard.std(0), 1e-9)
    silent = heard[:, 1] < heard[:, 1].max() - FAINT
    chosen = [int(np.argmax(heard[:, 1])) if silent[0] else 0]
    while len(chosen) < count:
        nearest = np.min([np.linalg.norm(scaled - scaled[i], axis=1) for i in chosen], axis=0)
        nearest[silent] = 0.0
        if nearest.max() <= 0.0:
            break
        chosen.append(int(np.argmax(nearest)))
    return chosen
