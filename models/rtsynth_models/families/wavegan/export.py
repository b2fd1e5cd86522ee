"""The bundle of a trained WaveGAN: drum kits, or an instrument where it learned pitches."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rtsynth_models.families.bundles import (
    Item,
    common,
    directions,
    graph_bytes,
    numbers,
    rounded,
    write_bundle,
)
from rtsynth_models.families.instruments import place_of
from rtsynth_models.families.note_bundles import SAMPLES, gain_db, head_of, made, remembered, typical
from rtsynth_models.families.wavegan.card import card
from rtsynth_models.families.wavegan.config import Config
from rtsynth_models.sounds.drums import DRUMS, LABELS
from rtsynth_models.training.contract import Trained

PLACES, DIRECTIONS = 4, 4
CHOKE = [[42, 44, 46]]  # the hats
PREVIEW = (36, 42, 38, 46, 43, 50, 49, 56)  # MIDI numbers
LOUDNESS = 0.7
SAME = tuple(DRUMS.values())  # keys of the same drum


class NoteGraph(nn.Module):
    """Latent (n, Z), index of key (n,) and velocity 0 … 1 (n,) → sound (n, 16384)."""

    kinds: Tensor

    def __init__(self, network: nn.Module, kinds: list[int]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("kinds", torch.tensor(kinds))

    def forward(self, latent: Tensor, key: Tensor, velocity: Tensor) -> Tensor:
        sound: Tensor = self.network(latent, self.kinds[key], velocity)
        return sound[:, 0]


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder."""
    config: Config = trained.config
    keys, kinds = keys_of(config)
    graph = NoteGraph(rounded(trained.network), kinds).eval()
    if config.by == "label":
        places = kits(graph, config, trained.network.get_buffer("points"), keys)
    else:
        places = voices(graph, trained)
    spread = trained.network.get_parameter("spread.weight")[:, : config.latent]
    manifest = common(trained, "wavegan", "WaveGAN") | head_of(config, trained.facts["rate"], keys)
    manifest |= {"places": places, "directions": directions(spread.numpy(), DIRECTIONS)}
    example = (torch.zeros(2, config.latent), torch.tensor([0, 1]), torch.ones(2))
    model = graph_bytes(graph, example, ["latent", "class", "velocity"], "sound")
    write_bundle(folder, manifest, {"note.onnx": model}, card(trained), preview(graph, keys, places[0]))


def keys_of(config: Config) -> tuple[list[int], list[int]]:
    """The MIDI numbers that the bundle has sounds for, and the class of each."""
    if config.by == "label":
        return sorted(LABELS), [LABELS[key] for key in sorted(LABELS)]
    return [config.lowest + kind for kind in range(config.classes)], list(range(config.classes))


def kits(graph: nn.Module, config: Config, points: Tensor, keys: list[int]) -> list[Item]:
    """Kits of which every key has its own latent, for two kicks of a kit are not the same."""
    found = []
    for kit in range(PLACES):
        latents = np.array([hit(config, points, kit, key) for key in keys])
        gain = gain_db(made(graph, latents, list(range(len(keys)))))
        sounds = {str(key): numbers(latent) for key, latent in zip(keys, latents, strict=True)}
        whole = {"id": f"kit-{kit + 1}", "name": f"Kit {kit + 1}", "program": kit, "category": "drums"}
        whole |= {"divisor": 1, "low": keys[0], "high": keys[-1], "gain_db": gain}
        whole |= {"latent": [0.0] * config.latent, "keys": sounds, "choke": CHOKE, "one_shot": True}
        found.append(whole)
    return found


def hit(config: Config, points: Tensor, kit: int, key: int) -> NDArray[np.float64]:
    """The latent of a key of a kit: one that the generator remembers, or any."""
    if not config.warm:
        return typical(config.latent, kit, key)
    label, each = LABELS[key], config.points // config.classes
    nth = (kit * each // PLACES + SAME[label].index(key)) % each
    return np.asarray(points[label * each + nth].numpy(), np.float64)


def voices(graph: nn.Module, trained: Trained) -> list[Item]:
    """The instruments that the generator remembers."""
    kinds, latents = list(range(trained.config.classes)), remembered(trained)
    sounds = [made(graph, np.tile(latent, (len(kinds), 1)), kinds) for latent in latents]
    pairs = zip(latents, sounds, strict=True)
    return [place_of(trained, label, point, gain_db(sound)) for label, (point, sound) in enumerate(pairs)]


def preview(graph: nn.Module, keys: list[int], first: Item) -> NDArray[np.float32]:
    """Some keys of a place, one after the other."""
    kinds = [int(np.abs(np.array(keys) - key).argmin()) for key in PREVIEW]
    latents = [first.get("keys", {}).get(str(keys[kind]), first["latent"]) for kind in kinds]
    return np.asarray(LOUDNESS * made(graph, np.array(latents), kinds)[:, : SAMPLES // 2].reshape(-1))
