"""Read the network back out of a bundle: its weights keep their names in the ONNX files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from rtsynth_models.partialgan import Config, PartialGAN


def read_config(manifest: dict[str, Any]) -> Config:
    """Sizes of the network that a manifest describes; inner widths are the usual ones."""
    head, states = manifest["head"], manifest["states"]
    return Config(
        instruments=len(manifest["places"]),
        partials=head["partials"],
        bands=head["bands"],
        frames_per_step=head["frames_per_step"],
        frame_rate=head["frame_rate"],
        latent=manifest["latent"],
        hidden=states[0][1],
        dilations=tuple(steps // 2 for steps, _ in states),
    )


def read_bundle(folder: Path) -> PartialGAN:
    """The network of a bundle; latent means are those of its places, their spread is not in a bundle."""
    manifest = json.loads((folder / "instrument.json").read_text(encoding="utf-8"))
    model = PartialGAN(read_config(manifest))
    found = {}
    for name in ("note.onnx", "generator.onnx"):
        for weight in onnx.load(folder / name).graph.initializer:
            found[weight.name] = torch.from_numpy(numpy_helper.to_array(weight).copy())
    found["mean"] = torch.from_numpy(np.array([p["latent"] for p in manifest["places"]], np.float32))
    found["log_variance"] = model.log_variance.detach()
    model.load_state_dict(found)
    return model.eval().requires_grad_(False)
