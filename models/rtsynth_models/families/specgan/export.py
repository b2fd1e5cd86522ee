"""The bundle of a trained SpecGAN: its image, and the recovery of phases, in one graph."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rtsynth_models.families.bundles import Item, common, directions, graph_bytes, rounded, write_bundle
from rtsynth_models.families.instruments import place_of
from rtsynth_models.families.note_bundles import SAMPLES, VELOCITY, gain_db, head_of, made, remembered
from rtsynth_models.families.specgan.card import card
from rtsynth_models.families.specgan.config import Config
from rtsynth_models.families.specgan.networks import Generator
from rtsynth_models.families.specgan.phases import Recovery
from rtsynth_models.families.tuned import in_tune_alone
from rtsynth_models.scoring.pitch import are_tuned
from rtsynth_models.training.contract import Trained

DIRECTIONS = 4
PREVIEW = (48, 55, 60, 64, 67, 72)  # MIDI numbers
LOUDNESS = 0.7
A4_KEY, A4_HZ = 69, 440.0


class NoteGraph(nn.Module):
    """Latent (n, Z) and index of pitch (n,) → sound (n, 16384).

    The velocities of the data differ little once every note is as loud as it can be: one stands for all.
    """

    hz: Tensor

    def __init__(self, network: Generator, config: Config) -> None:
        super().__init__()
        self.network, self.recovery = network, Recovery(config.rounds)
        keys = torch.arange(config.classes) + config.lowest
        self.register_buffer("hz", A4_HZ * torch.exp2((keys - A4_KEY) / 12.0))

    def forward(self, latent: Tensor, kind: Tensor, velocity: Tensor | None = None) -> Tensor:
        image = self.network(latent, kind, torch.full_like(latent[:, 0], VELOCITY))
        sound: Tensor = self.recovery(self.network.magnitude(image), self.hz[kind])
        return sound


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder."""
    config: Config = trained.config
    network = rounded(trained.network)
    assert isinstance(network, Generator)
    graph = NoteGraph(network, config).eval()
    keys = [config.lowest + kind for kind in range(config.classes)]
    spread = network.spread.weight[:, : config.latent].detach()
    manifest = common(trained, "specgan", "SpecGAN") | head_of(config, trained.facts["rate"], keys)
    manifest |= {"directions": directions(spread.numpy(), DIRECTIONS)}
    latents = remembered(trained)
    manifest |= {"places": voices(graph, trained, latents, keys)}
    example = (torch.zeros(2, config.latent), torch.tensor([0, 1]))
    model = graph_bytes(graph, example, ["latent", "class"], "sound")
    write_bundle(folder, manifest, {"note.onnx": model}, card(trained), preview(graph, config, latents))


def voices(graph: nn.Module, trained: Trained, latents: NDArray[np.float32], keys: list[int]) -> list[Item]:
    """The instruments that the generator remembers, on the keys that are in tune."""
    kinds = list(range(len(keys)))
    sounds = [made(graph, np.tile(latent, (len(kinds), 1)), kinds) for latent in latents]
    places = [place_of(trained, label, latents[label], gain_db(sound)) for label, sound in enumerate(sounds)]
    return in_tune_alone(places, [are_tuned(sound, keys) for sound in sounds], keys)


def preview(graph: nn.Module, config: Config, latents: NDArray[np.float32]) -> NDArray[np.float32]:
    """Some notes of several places, one after the other."""
    kinds = np.clip(np.array(PREVIEW) - config.lowest, 0, config.classes - 1)
    places = latents[np.linspace(0, len(latents) - 1, len(kinds)).astype(int)]
    sound = made(graph, places, kinds.tolist())
    loudest = np.abs(sound).max(axis=1, keepdims=True) + 1e-6
    return np.asarray(LOUDNESS * (sound / loudest)[:, : SAMPLES * 3 // 4].reshape(-1))
