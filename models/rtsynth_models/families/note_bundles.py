"""What bundles of generators have in common that make a whole sound at once: sizes, places, loudness."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rtsynth_models.families.bundles import Item
from rtsynth_models.families.duel import Duel
from rtsynth_models.training.contract import Trained

FRAME, FRAMES_PER_STEP = 256, 4
SAMPLES = 16_384
TYPICAL = 0.7  # of a latent's usual length: rarer ones sound stranger
PEAK_DBFS, LEVEL_VELOCITY = -8.0, 100 / 127
VELOCITY = 0.8  # of previews


def head_of(config: Duel, rate: int, keys: list[int]) -> Item:
    """The sizes that the manifest tells, for a bundle with a sound for each of `keys`, MIDI numbers."""
    head = {"kind": "waveform", "sample_rate": rate, "frame_rate": rate / FRAME}
    return {
        "generator": "note",
        "head": head | {"frames_per_step": FRAMES_PER_STEP, "longest_seconds": SAMPLES / rate},
        "conditioning": [{"name": "latent", "size": config.latent}, {"name": "class", "size": 1}],
        "latent": config.latent,
        "pitch_range": [keys[0], keys[-1]],
        "classes": keys,
    }


def typical(size: int, *seed: int) -> NDArray[np.float64]:
    """A latent (size,) a little nearer to the middle than most."""
    return TYPICAL * np.random.default_rng(seed).standard_normal(size)


def remembered(trained: Trained) -> NDArray[np.float32]:
    """Latents (names, Z) that the generator keeps for the instruments; any, where it was not warmed."""
    count, config = len(trained.facts["names"]), trained.config
    if not config.warm:
        return np.array([typical(config.latent, label) for label in range(count)], np.float32)
    return np.asarray(trained.network.get_buffer("points")[:count].numpy())


def learning(trained: Trained) -> str:
    """What a card says of a training: with or without a discriminator."""
    config, duel = trained.config, max(trained.steps - trained.config.warm, 0)
    loss = config.loss + (f" with R1 of {config.r1:g}" if config.r1 else "")
    judged = (
        f"{duel:,} steps against the discriminator, {loss},\n"
        f"  in batches of {config.batch}, Adam {config.learning_rate:g}"
    )
    warmed = (
        f"{trained.steps - duel:,} steps of generative latent optimisation (Bojanowski et al. 2018)\n"
        f"  in batches of {config.warm_batch}, Adam {config.warm_rate:g}"
    )
    alone = "no discriminator has judged these weights yet, whatever the name promises"
    parts = ([warmed] if config.warm else []) + [judged if duel else alone]
    return ";\n  ".join(parts)


def made(graph: nn.Module, latents: NDArray[Any], kinds: list[int]) -> NDArray[np.float32]:
    """Sounds (n, 16384) of latents (n, Z) and indices of keys, as the bundle's graph makes them."""
    told: list[Tensor] = [torch.tensor(latents, dtype=torch.float32), torch.tensor(kinds)]
    with torch.no_grad():
        return np.asarray(graph(*told, torch.full((len(kinds),), VELOCITY)).numpy())


def gain_db(sound: NDArray[np.float32]) -> float:
    """Gain that brings the peaks of sounds (n, S) to PEAK_DBFS at velocity 100, which the engine squares."""
    peak = float(np.median(np.abs(sound).max(axis=1)))
    return round(float(PEAK_DBFS - 40 * np.log10(LEVEL_VELOCITY) - 20 * np.log10(peak + 1e-6)), 2)
