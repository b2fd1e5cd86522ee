"""Bundles from elsewhere, opened in a child process: what is whole passes, every bomb is refused in time."""

import dataclasses
import hashlib
import json
import os
import pickle
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rtsynth_engine import opening
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.errors import BundleError
from rtsynth_engine.layout import PARTIALS
from rtsynth_engine.opening import vet

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


def refusal(path: Path, tmp_path: Path) -> str:
    """Why the bundle is refused, by reading it or by the child."""
    with pytest.raises(BundleError) as caught:
        vet(load_bundle(path), tmp_path / "vetted")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "vetted").exists()
    return str(caught.value)


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


def test_a_whole_bundle_is_opened_once_and_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle(write_bundle(tmp_path))
    vet(bundle, tmp_path / "vetted")
    assert len(list((tmp_path / "vetted").iterdir())) == 1
    monkeypatch.setattr(opening, "_try", lambda bundle: "opened again")
    vet(bundle, tmp_path / "vetted")
    with pytest.raises(BundleError, match="opened again"):
        vet(bundle, tmp_path / "elsewhere")


def test_a_bundle_that_is_changed_is_opened_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_bundle(tmp_path)
    vet(load_bundle(path), tmp_path / "vetted")
    manifest = json.loads((path / "instrument.json").read_text())
    manifest["states"] = [[1024, 1024, 1024]]
    (path / "instrument.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(opening, "_try", lambda bundle: "opened again")
    with pytest.raises(BundleError, match="opened again"):
        vet(load_bundle(path), tmp_path / "vetted")


def test_what_was_read_is_what_the_child_opens(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    before = load_bundle(path)
    content = step_network(gain=0.5)
    (path / "generator.onnx").write_bytes(content)
    manifest = (path / "instrument.json").read_text()
    old, new = (hashlib.sha256(each).hexdigest() for each in (step_network(), content))
    (path / "instrument.json").write_text(manifest.replace(old, new))
    with pytest.raises(BundleError, match="was changed while it was opened"):
        vet(before, tmp_path / "vetted")


def test_a_program_is_trusted_as_it_is_or_not_run_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_try", lambda bundle: "was opened")
    vet(dataclasses.replace(load_bundle(write_bundle(tmp_path)), generator="script"), tmp_path / "vetted")
    assert not (tmp_path / "vetted").exists()


def test_a_folder_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    vet(load_bundle(write_bundle(tmp_path)), tmp_path / "file" / "vetted")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"note": bomb(BIG)}, "memory"),
        ({"note": b"\x00" * 85}, "cannot be opened"),
        ({"note": note_network()[:-40]}, "cannot be opened"),
        ({"note": np.random.default_rng(0).bytes(3 << 20)}, "cannot be opened"),
        ({"note": b""}, "cannot be opened"),
        ({"generator": step_network(gain=float("nan"))}, "gives numbers that are not finite"),
        ({"note": note_network(gain=float("inf"))}, "gives numbers that are not finite"),
        ({"note": note_network(extra=[EVIL])}, "com.evil:Run"),
        ({"note": note_network(inputs={"pitch": ["V"], "latent": ["V", 1]})}, "pitch, latent instead of"),
        ({"note": note_network(inputs={**ENDS, "pitch": ["V", 2, 2]})}, "pitch Got: 1 Expected: 3"),
        ({"note": note_network(double=["velocity"])}, "(tensor(float)) , expected: (tensor(double))"),
        ({"generator": step_network(outputs=SIZES | {"noise": (2, 47)})}, "Got: 48 Expected: 47"),
        ({"generator": step_network(outputs={"amplitude": (2, 96)})}, "ratio"),
        ({"note": pickle.dumps({"weights": [1.0]})}, "cannot be opened"),
    ],
    ids=[
        "constant bomb", "85 zeros", "truncated", "random megabytes", "empty", "NaN weights",
        "infinite slopes", "unknown domain", "wrong names", "wrong rank", "wrong type", "wrong shape",
        "missing outputs", "pickle",
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_played_is_refused_with_the_reason(
    tmp_path: Path, files: dict[str, bytes], told: str
) -> None:
    said = refusal(write_bundle(tmp_path, **files), tmp_path)
    assert told in said


def test_a_bomb_is_a_few_bytes_and_takes_no_memory_of_ours(tmp_path: Path) -> None:
    import resource

    assert len(bomb(BIG)) < 1 << 10
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refusal(write_bundle(tmp_path, note=bomb(BIG)), tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KB


def test_states_that_no_machine_has_room_for_are_refused(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    manifest = json.loads((path / "instrument.json").read_text())
    manifest["states"] = [[1024, 1024, 1024]]
    (path / "instrument.json").write_text(json.dumps(manifest))
    content = step_network(inputs=STEPS | {"state_0": ["V", 1024, 1024, 1024]})
    (path / "generator.onnx").write_bytes(content)
    text = (path / "instrument.json").read_text()
    old = hashlib.sha256(step_network()).hexdigest()
    (path / "instrument.json").write_text(text.replace(old, hashlib.sha256(content).hexdigest()))
    assert "memory" in refusal(path, tmp_path) or "allocate" in refusal(path, tmp_path)


def test_a_network_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 6.0)
    said = refusal(write_bundle(tmp_path, note=endless()), tmp_path)
    assert "to open" in said
    assert "takes more than" in said


def test_processor_time_and_crashes_are_told_as_what_they_are() -> None:
    assert opening._death(24) == "takes more than 8 s of processor time to open"
    assert opening._death(11) == "crashes what opens it (SIGSEGV)"


def external(location: str) -> bytes:
    model = onnx.load_from_string(note_network())
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], location)
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("kind", ["parent", "absolute", "symlink", "hardlink", "beside"])
def test_weights_outside_a_network_are_never_read(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\x00" * 64)
    where = {"parent": "../secret.bin", "absolute": str(secret)}.get(kind, "weights.bin")
    path = write_bundle(tmp_path, note=external(where))
    if kind == "symlink":
        (path / "weights.bin").symlink_to(secret)
    if kind == "hardlink":
        os.link(secret, path / "weights.bin")
    if kind == "beside":
        (path / "weights.bin").write_bytes(b"\x00" * 64)
    assert "keeps weights outside itself" in refusal(path, tmp_path)


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("name", ["note", "generator"])
def test_a_pickle_is_never_unpickled(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "ran"
    path = write_bundle(tmp_path, **{name: pickle.dumps(Payload(mark))})
    assert "cannot be opened" in refusal(path, tmp_path)
    assert not mark.exists()


def test_three_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    path = write_bundle(tmp_path)
    with (path / "generator.onnx").open("wb") as file:
        file.truncate(3 << 30)  # sparse
    assert "larger than" in refusal(path, tmp_path)


def test_python_goes_on_while_a_bundle_is_vetted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 4.0)
    path, ended = write_bundle(tmp_path, note=endless()), threading.Event()

    def vet_it(bundle: Bundle) -> None:
        with pytest.raises(BundleError):
            vet(bundle, tmp_path / "vetted")
        ended.set()

    thread = threading.Thread(target=vet_it, args=(load_bundle(path),))
    thread.start()
    turns = 0
    while not ended.wait(0.01):
        turns += 1
    thread.join()
    assert turns > 50
