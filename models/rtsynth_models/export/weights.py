"""Read the network back out of a bundle: its weights keep their names in the ONNX files."""

import json
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper

from rtsynth_models.network.checkpoint import Weights
from rtsynth_models.network.partialgan import Config, PartialGAN


def read_bundle(folder: Path) -> PartialGAN:
    """The network of a bundle; latent means are those of its places, their spread is not in a bundle."""
    manifest = json.loads((folder / "instrument.json").read_text(encoding="utf-8"))
    weights: Weights = {}
    for name in ("note.onnx", "generator.onnx"):
        for weight in onnx.load(folder / name).graph.initializer:
            weights[weight.name] = torch.from_numpy(numpy_helper.to_array(weight).astype("float32"))
    weights["mean"] = torch.tensor([place["latent"] for place in manifest["places"]])
    model = PartialGAN(_config(manifest, weights))
    model.load_state_dict(weights | {"log_variance": model.log_variance.detach()})
    return model.eval().requires_grad_(False)


def _config(manifest: dict[str, Any], weights: Weights) -> Config:
    head = manifest["head"]
    return Config(
        instruments=len(manifest["places"]),
        partials=head["partials"],
        bands=head["bands"],
        frames_per_step=head["frames_per_step"],
        frame_rate=head["frame_rate"],
        latent=manifest["latent"],
        hidden=len(weights["generator.enter.bias"]),
        inner=len(weights["generator.blocks.0.widen.bias"]),
        blocks=sum(name.endswith("widen.bias") for name in weights),
        spectra=len(weights["generator.mix.bias"]) // head["frames_per_step"],
        trunk=len(weights["note.trunk.0.bias"]),
        conditioning=weights["note.film.weight"].shape[1],
        head=len(weights["motion.trunk.0.bias"]),
    )
