"""Bundles from elsewhere, opened in a child process: what is whole passes, every bomb is refused in time."""

import dataclasses
import hashlib
import json
import os
import pickle
import resource
import threading
from pathlib import Path

import numpy as np
import pytest

from rtsynth_engine import opening
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.errors import BundleError
from rtsynth_engine.opening import vet
from tests.engine.bombs import (
    BIG,
    ENDS,
    EVIL,
    SIZES,
    STEPS,
    bomb,
    endless,
    external,
    note_network,
    step_network,
    write_bundle,
)


def refusal(path: Path, tmp_path: Path) -> str:
    """Why the bundle is refused, by reading it or by the child."""
    with pytest.raises(BundleError) as caught:
        vet(load_bundle(path), tmp_path / "vetted")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert not (tmp_path / "vetted").exists()
    return str(caught.value)


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
