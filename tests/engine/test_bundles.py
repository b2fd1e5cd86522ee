"""Bundles from outside: what is whole loads, and every broken, half or unsafe one is refused in one line."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.errors import BundleError

PLACE = {
    "id": "viola",
    "name": "Viola",
    "program": 41,
    "category": "strings",
    "divisor": 1,
    "low": 48,
    "high": 90,
    "gain_db": -3.0,
    "latent": [0.5, -0.25],
}
MANIFEST = {
    "format": 1,
    "id": "small",
    "name": "Small",
    "author": "The rtsynth authors",
    "licence": "MIT",
    "data": "none: random weights",
    "generator": "streaming",
    "head": {"kind": "partials", "partials": 96, "bands": 48, "frame_rate": 187.5, "frames_per_step": 2},
    "conditioning": [{"name": "pitch", "size": 1}],
    "latent": 2,
    "states": [[2, 8], [4, 8]],
    "sizes": {"film": 32, "static": 240},
    "pitch_range": [21, 108],
    "directions": [],
    "places": [PLACE],
}
BRIGHT = {"id": "bright", "name": "Bright", "latent": [0, 1]}
Change = Callable[[dict[str, Any]], object]


def small_network(name: str = "weights") -> onnx.ModelProto:
    weights = numpy_helper.from_array(np.arange(4, dtype=np.float32), name)
    node = helper.make_node("Add", ["x", name], ["y"])
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [4]) for end in "xy"]
    return helper.make_model(helper.make_graph([node], "small", ends[:1], ends[1:], [weights]))


def write_bundle(folder: Path, change: Change = lambda manifest: None, network: bytes | None = None) -> Path:
    bundle = folder / "small.rtsynth"
    bundle.mkdir()
    network = small_network().SerializeToString() if network is None else network
    for name in ("note.onnx", "generator.onnx"):
        (bundle / name).write_bytes(network)
    manifest = json.loads(json.dumps(MANIFEST))
    digest = hashlib.sha256(network).hexdigest()
    manifest["files"] = {"note.onnx": digest, "generator.onnx": digest}
    change(manifest)
    (bundle / "instrument.json").write_text(json.dumps(manifest))
    return bundle


def refusal(bundle: Path) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return str(caught.value)


def test_a_whole_bundle_loads_with_its_networks_in_memory(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path))
    assert bundle.id == "small"
    assert bundle.head.frame_rate == 187.5
    assert bundle.states == ((2, 8), (4, 8))
    assert bundle.place("viola").latent == (0.5, -0.25)
    assert onnx.load_model_from_string(bundle.files["note.onnx"]).graph.name == "small"


def test_a_bundle_cannot_be_changed_after_it_was_checked(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path))
    with pytest.raises(dataclasses.FrozenInstanceError):
        bundle.id = "other"  # type: ignore[misc]


def test_an_unknown_place_lists_what_there_is(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path))
    with pytest.raises(BundleError, match="no place 'tuba'; there are viola"):
        bundle.place("tuba")


def test_the_digest_changes_with_a_network(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    other = small_network("other").SerializeToString()
    assert load_bundle(write_bundle(one)).digest != load_bundle(write_bundle(two, network=other)).digest


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "no such bundle" in refusal(tmp_path / "nothing.rtsynth")


@pytest.mark.parametrize("name", ["instrument.json", "note.onnx", "generator.onnx"])
def test_a_bundle_that_lacks_a_file_is_refused(tmp_path: Path, name: str) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / name).unlink()
    assert f"{name}" in refusal(bundle)
    assert "get the bundle again" in refusal(bundle)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1, "format": 1}',
        b'{"format": NaN}',
    ],
    ids=["empty", "half", "list", "null", "not UTF-8", "nested", "key twice", "NaN"],
)
def test_a_manifest_that_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / "instrument.json").write_bytes(content)
    assert "instrument.json" in refusal(bundle)


def test_a_huge_manifest_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / "instrument.json").write_bytes(b" " * (2 << 20))
    assert "larger than" in refusal(bundle)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda m: m.pop("licence"), "licence"),
        (lambda m: m.update(format=2), "newer than this rtsynth"),
        (lambda m: m.update(colour="red"), "colour"),
        (lambda m: m.update(generator="pickle"), "generator"),
        (lambda m: m.update(latent=0), "latent"),
        (lambda m: m.update(latent="2"), "latent"),
        (lambda m: m.update(latent=3), "viola has 2 latents instead of 3"),
        (lambda m: m.update(directions=[BRIGHT | {"at": [[0, 1]] * 2}]), "at for 2 of 1 places"),
        (lambda m: m.update(directions=[BRIGHT | {"at": [[0, 1, 2]]}]), "steps of another size than 2"),
        (lambda m: m.update(directions=[BRIGHT | {"warp": []}]), "warp for 0 of 1 places"),
        (lambda m: m.update(directions=[BRIGHT | {"warp": [[0, 1]]}]), "directions/0/warp/0"),
        (lambda m: m["head"].update(partials=10**9), "head/partials"),
        (lambda m: m["head"].update(frame_rate=float("inf")), "Infinity"),
        (lambda m: m["places"][0].update(latent=[1e999, 0]), "Infinity"),
        (lambda m: m["places"][0].update(program=128), "places/0/program"),
        (lambda m: m["places"][0].update(low=91), "viola ends below"),
        (lambda m: m["places"].append(m["places"][0]), "same id"),
        (lambda m: m.update(pitch_range=[100, 20]), "pitch_range"),
        (lambda m: m["files"].pop("note.onnx"), "note.onnx"),
        (lambda m: m["files"].update({"../../secret.onnx": "0" * 64}), "files"),
        (lambda m: m["files"].update({"note.onnx\n": "0" * 64}), "files"),
        (lambda m: m.update(id="small\n"), "id"),
        (lambda m: m.update(name="two\nlines"), "name"),
        (lambda m: m["files"].update({"/etc/passwd": "0" * 64}), "files"),
        (lambda m: m["files"].update({"note.onnx": "abc"}), "files/note.onnx"),
    ],
)
def test_a_wrong_manifest_is_refused_by_the_name_of_its_key(
    tmp_path: Path, change: Change, named: str
) -> None:
    assert named in refusal(write_bundle(tmp_path, change))


def test_a_number_that_overflows_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    manifest = (bundle / "instrument.json").read_text()
    (bundle / "instrument.json").write_text(manifest.replace("-0.25", "1e999"))
    assert "places/0/latent/1: inf is not finite" in refusal(bundle)


def test_a_network_that_is_not_the_one_of_the_manifest_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / "generator.onnx").write_bytes((bundle / "generator.onnx").read_bytes()[:-1])
    assert "generator.onnx was changed or is incomplete" in refusal(bundle)


def test_a_network_larger_than_the_limit_is_refused_unread(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    with (bundle / "generator.onnx").open("wb") as file:
        file.truncate(3 << 30)  # sparse: takes no space on the disk
    assert "larger than" in refusal(bundle)


@pytest.mark.parametrize("location", ["../../weights.bin", "/etc/passwd", "weights.bin"])
def test_a_network_with_weights_in_another_file_is_refused(tmp_path: Path, location: str) -> None:
    model = small_network()
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], location)
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    assert "outside itself" in refusal(write_bundle(tmp_path, network=model.SerializeToString()))


def test_a_padded_encoding_does_not_hide_external_data(tmp_path: Path) -> None:
    model = small_network()
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], "weights.bin")
    plain, padded = b"\x0a\x08location", b"\x0a\x88\x00location"
    assert plain in model.SerializeToString()
    network = model.SerializeToString().replace(plain, padded)
    assert "outside itself" in refusal(write_bundle(tmp_path, network=network))


def test_a_node_called_allocation_is_no_external_data(tmp_path: Path) -> None:
    network = small_network("allocation").SerializeToString()
    assert load_bundle(write_bundle(tmp_path, network=network)).files["note.onnx"] == network


@pytest.mark.parametrize("name", ["instrument.json", "note.onnx"])
def test_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / name).rename(tmp_path / "elsewhere")
    (bundle / name).symlink_to(tmp_path / "elsewhere")
    assert "is a link" in refusal(bundle)


def test_a_pipe_in_place_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / "note.onnx").unlink()
    os.mkfifo(bundle / "note.onnx")
    assert "no regular file" in refusal(bundle)
