"""What the bundles of all families have in common: the graph, the manifest, the folder."""

import copy
import hashlib
import io
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rtsynth_models.families.attention import plain
from rtsynth_models.training.contract import Trained

OPSET = 17
STEP = 2.0  # length of a direction, in standard deviations of the latent
Item = dict[str, Any]


def rounded(network: nn.Module) -> nn.Module:
    """A copy whose weights are half floats in value, so that a bundle may keep them so."""
    found = plain(copy.deepcopy(network)).eval()
    for parameter in found.parameters():
        parameter.data = parameter.data.half().float()
    return found


def graph_bytes(graph: nn.Module, example: tuple[Tensor, ...], inputs: Sequence[str], output: str) -> bytes:
    """The ONNX model of a network, with any number of notes and weights kept as half floats."""
    file, axes = io.BytesIO(), {name: {0: "n"} for name in [*inputs, output]}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's successor needs onnxscript and another opset
        torch.onnx.export(
            graph.eval(),
            example,
            file,  # type: ignore[arg-type]
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return _halved(file.getvalue())


def _halved(model: bytes) -> bytes:
    """The same model, its large weights kept as half floats and cast as it is opened."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    found = onnx.load_from_string(model)
    for tensor in found.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or not np.array_equal(array, array.astype(np.float16)):
            continue
        name, tensor_name = f"{tensor.name}_half", tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), name))
        cast = helper.make_node("Cast", [name], [tensor_name], to=TensorProto.FLOAT)
        found.graph.node.insert(0, cast)
    return bytes(found.SerializeToString())


def common(trained: Trained, id: str, name: str) -> Item:
    """What the manifest says of every trained family."""
    parameters = sum(p.numel() for p in trained.network.parameters())
    hours = round(trained.minutes / 60, 2)
    return {
        "format": 1,
        "id": id,
        "name": name,
        "author": "The rtsynth authors",
        "licence": "MIT",
        "data": trained.facts["source"],
        "trained": {
            "notes": trained.facts["notes"],
            "steps": trained.steps,
            "hours": hours,
            "parameters": parameters,
        },
    }


def directions(spread: NDArray[np.float32], count: int) -> list[Item]:
    """The ways through the latent space that move most of what the first layer (out, Z) says.

    Closed-form factorisation (Shen and Zhou 2021): eigenvectors of its products.
    """
    _, ways = np.linalg.eigh(spread.T @ spread)
    return [
        {"id": f"turn-{i + 1}", "name": f"Turn {i + 1}", "latent": numbers(STEP * ways[:, -1 - i])}
        for i in range(count)
    ]


def numbers(latent: NDArray[Any]) -> list[float]:
    """A latent as the manifest keeps it."""
    return [round(float(x), 4) for x in latent]


def write_bundle(
    folder: Path, manifest: Item, files: Mapping[str, bytes], card: str, preview: NDArray[np.float32]
) -> None:
    """Write a bundle, all of it or nothing; an older one there is replaced. `preview` at the head's rate."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with tempfile.TemporaryDirectory(dir=folder.parent) as part:
        made = Path(part, folder.name)
        made.mkdir()
        for name, content in files.items():
            (made / name).write_bytes(content)
        whole = json.dumps(manifest | {"files": hashes}, indent=1) + "\n"
        (made / "instrument.json").write_text(whole, encoding="utf-8")
        (made / "card.md").write_text(card, encoding="utf-8")
        soundfile.write(made / "preview.wav", preview, int(manifest["head"]["sample_rate"]), "PCM_16")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(made, folder)
