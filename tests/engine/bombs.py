"""Bundles of small networks, whole ones and ones that must not be opened."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rtsynth_engine.layout import PARTIALS

SIZES = {"amplitude": (2, PARTIALS), "ratio": (2, PARTIALS), "noise": (2, 48)}
ENDS = {"pitch": ["V"], "velocity": ["V"], "latent": ["V", 1]}
STEPS = {"film": ["V", 1], "static": ["V", 1], "time": ["V"]}
BIG = 1 << 34
EVIL = helper.make_node("Run", ["pitch"], ["z"], domain="com.evil")
FLOAT = TensorProto.FLOAT


def network(inputs, outputs, gain: float = 0.01, extra=(), double=()) -> onnx.ModelProto:
    """Every output, in a shape of its own, is the latent, or film, times `gain`."""
    nodes, weights, results = list(extra), [], []
    source = next(name for name in ("latent", "film", *inputs) if name in inputs)
    for name, shape in outputs.items():
        weights.append(
            numpy_helper.from_array(np.full((1, int(np.prod(shape))), gain, np.float32), f"{name}_w")
        )
        weights.append(numpy_helper.from_array(np.array([-1, *shape], np.int64), f"{name}_s"))
        nodes.append(helper.make_node("MatMul", [source, f"{name}_w"], [f"{name}_f"]))
        nodes.append(helper.make_node("Reshape", [f"{name}_f", f"{name}_s"], [name]))
        results.append(helper.make_tensor_value_info(name, FLOAT, ["V", *shape]))
    kinds = {name: TensorProto.DOUBLE if name in double else FLOAT for name in inputs}
    ends = [helper.make_tensor_value_info(name, kinds[name], shape) for name, shape in inputs.items()]
    graph = helper.make_graph(nodes, "small", ends, results, weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.evil", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def note_network(**changes) -> bytes:
    said = {"film": (1,), "static": (1,), "slopes": (2,)}
    return network(**{"inputs": ENDS, "outputs": said} | changes).SerializeToString()


def step_network(**changes) -> bytes:
    return network(**{"inputs": STEPS, "outputs": SIZES} | changes).SerializeToString()


def write_bundle(folder: Path, **files: bytes) -> Path:
    """A bundle whose networks are small, or what `files` says: note, generator."""
    path = folder / "small.rtsynth"
    path.mkdir()
    contents = {"note": note_network(), "generator": step_network()} | files
    hashes = {}
    for name, content in contents.items():
        (path / f"{name}.onnx").write_bytes(content)
        hashes[f"{name}.onnx"] = hashlib.sha256(content).hexdigest()
    head = {"kind": "partials", "partials": 96, "bands": 48, "frame_rate": 187.5, "frames_per_step": 2}
    place = {
        "id": "one",
        "name": "One",
        "program": 0,
        "category": "lead",
        "divisor": 1,
        "low": 48,
        "high": 72,
    }
    manifest = {
        "format": 1, "id": "small", "name": "Small", "author": "A", "licence": "MIT", "data": "none",
        "generator": "streaming", "head": head, "conditioning": [], "latent": 1, "states": [],
        "sizes": {"film": 1, "static": 1}, "pitch_range": [48, 72], "directions": [],
        "places": [place | {"gain_db": 0, "latent": [1.0]}], "files": hashes,
    }  # fmt: skip
    (path / "instrument.json").write_text(json.dumps(manifest))
    return path


def constant(*shape: int) -> onnx.NodeProto:
    """A tensor that is a few bytes in the file."""
    value = numpy_helper.from_array(np.array(shape, np.int64))
    return helper.make_node("Constant", [], ["huge_shape"], value=value)


def bomb(*shape: int) -> bytes:
    """A network whose first node unfolds into `shape` floats."""
    nodes = [constant(*shape), helper.make_node("ConstantOfShape", ["huge_shape"], ["huge"])]
    nodes += [helper.make_node("ReduceSum", ["huge"], ["sum"], keepdims=0)]
    return note_network(extra=nodes)


def endless() -> bytes:
    """A network that counts to 2^60."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Add", ["x", "x"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", FLOAT, None),
        ],
    )
    times = numpy_helper.from_array(np.array(1 << 60, np.int64))
    true = numpy_helper.from_array(np.array(True))
    nodes = [
        helper.make_node("Constant", [], ["times"], value=times),
        helper.make_node("Constant", [], ["true"], value=true),
        helper.make_node("Loop", ["times", "true", "velocity"], ["louder"], body=body),
        helper.make_node("Unsqueeze", ["louder", "axis"], ["column"]),
        helper.make_node("Add", ["latent", "column"], ["moved"]),
    ]
    model = onnx.load_from_string(note_network(extra=nodes))
    model.graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
    for node in model.graph.node:
        if node.op_type == "MatMul":
            node.input[0] = "moved"
    return model.SerializeToString()


def external(location: str) -> bytes:
    model = onnx.load_from_string(note_network())
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], location)
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    return bytes(model.SerializeToString())
