"""WaveNet as the engine plays it: weights in safetensors, sizes and draws in their metadata."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save

from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.generators.sample import STRIDE, WEIGHTS, SampleGenerator
from rtsynth_engine.layout import FRAME
from rtsynth_models.families.bundles import Item, common, directions, write_bundle
from rtsynth_models.families.instruments import labels_of, place_of
from rtsynth_models.families.tuned import in_tune_alone
from rtsynth_models.families.wavenet.card import card
from rtsynth_models.families.wavenet.companding import levels, silence
from rtsynth_models.families.wavenet.network import WaveNet
from rtsynth_models.scoring.pitch import are_tuned
from rtsynth_models.training.contract import Trained

FRAMES_PER_STEP, DIRECTIONS = 2, 4
LEARNT = (
    "embedding",
    "turns",
    "gates",
    "outputs",
    "shifts",
    "hidden",
    "hidden_shift",
    "logits",
    "logit_shift",
)
LEVEL_DBFS, VELOCITY = -20.0, 100 / 127
TEMPERATURE = 0.5  # of the draws: a lower one hisses less and wavers more
APART = 3  # semitones between the keys that are listened to
SECONDS, LOUDEST = 1.0, 0.7
F4 = np.float32


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder; then again, when it was heard how loud its instruments are, and which of
    their keys are in tune.
    """
    network = trained.network
    assert isinstance(network, WaveNet)
    latents = {label: network.place(torch.tensor([label]))[0].numpy() for label in labels_of(trained)}
    manifest = manifest_of(trained, network)
    manifest["places"] = [place_of(trained, label, latent, 0.0) for label, latent in latents.items()]
    files, text = {WEIGHTS: weights_of(network)}, card(trained, network)
    write_bundle(folder, manifest, files, text, np.zeros(1, F4))
    keys = network.config.pitches[::APART]
    sounds = heard(folder, keys, list(latents.values()))
    for place, sound in zip(manifest["places"], sounds, strict=True):
        place["gain_db"] = gain_db(sound)
    tuned = [are_tuned(sound, keys) for sound in sounds]
    manifest["places"] = in_tune_alone(manifest["places"], tuned, keys)
    write_bundle(folder, manifest, files, text, preview(sounds))


def weights_of(network: WaveNet, temperature: float = TEMPERATURE) -> bytes:
    """What `SampleGenerator` reads. Raises ValueError where the engine's conditioning is another."""
    config = network.config
    if config.stride != STRIDE:
        raise ValueError(f"the engine conditions every {STRIDE} samples, not {config.stride}")
    arrays = {name: network.state_dict()[name] for name in LEARNT} | network.conditioner.state_dict()
    arrays |= {"levels": torch.from_numpy(levels(config)), "lags": torch.tensor(config.lags)}
    told = {"dilations": " ".join(map(str, config.dilations)), "temperature": str(temperature)}
    told |= {"emphasis": str(config.emphasis), "silence": str(silence(config))}
    return save({name: array.contiguous() for name, array in arrays.items()}, told)


def manifest_of(trained: Trained, network: WaveNet) -> Item:
    """All of the manifest but places and files."""
    config, rate = network.config, trained.facts["rate"]
    head = {"kind": "waveform", "sample_rate": rate, "frame_rate": rate / FRAME}
    told, ways = (
        {"pitch": 1, "velocity": 1, "latent": config.latent},
        network.conditioner.note[config.embedded + 1 :].T,
    )
    return common(trained, "wavenet", "WaveNet") | {
        "generator": "sample",
        "head": head | {"frames_per_step": FRAMES_PER_STEP, "longest_seconds": config.held_seconds},
        "conditioning": [{"name": name, "size": size} for name, size in told.items()],
        "latent": config.latent,
        "pitch_range": [config.pitches[0], config.pitches[-1]],
        "classes": list(config.pitches),
        "directions": directions(ways.detach().numpy(), DIRECTIONS),
    }


def heard(folder: Path, keys: Sequence[int], latents: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """The notes `keys` of every latent, (notes, samples), as the bundle's generator makes them."""
    generator = SampleGenerator(load_bundle(folder))
    generator.prepare(len(keys))
    return [_notes(generator, keys, latent) for latent in latents]


def _notes(
    generator: SampleGenerator, keys: Sequence[int], latent: NDArray[np.float32]
) -> NDArray[np.float32]:
    count = len(keys)
    rows, pitch, velocity = np.arange(count), np.array(keys, F4), np.full(count, VELOCITY, F4)
    generator.reset(rows, pitch, velocity, np.tile(latent, (count, 1)))
    seconds = np.arange(0.0, SECONDS, generator.samples / generator.rate)
    steps = [generator.step(rows, np.full(count, second, F4)) for second in seconds]
    return np.concatenate([step.reshape(count, -1) for step in steps], axis=1)


def gain_db(sound: NDArray[np.float32]) -> float:
    """Gain that brings notes at velocity 100, which the engine squares, to LEVEL_DBFS."""
    power = np.mean(sound**2) + 1e-9
    return round(float(np.clip(LEVEL_DBFS - 40 * np.log10(VELOCITY) - 10 * np.log10(power), -60.0, 60.0)), 2)


def preview(sounds: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """A note of every instrument, one after the other."""
    whole = np.concatenate([sound[len(sound) // 2 + number % 3] for number, sound in enumerate(sounds)])
    return np.asarray(whole * (LOUDEST / (np.abs(whole).max() + 1e-9)), F4)
