"""TorchScript made of a bundle: the same sound, the same digest; on CUDA too where there is a GPU."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import rtsynth_presets
from rtsynth.commands.export import export
from rtsynth_engine.bundles import SCRIPTS, Bundle, load_bundle
from rtsynth_engine.errors import BundleError
from rtsynth_engine.generators.comparing import disagreement, some_notes
from rtsynth_engine.generators.onnx import OnnxGenerator
from rtsynth_engine.generators.torchscript import TorchScriptGenerator
from rtsynth_models.export import torchscript
from rtsynth_models.export.graphs import StepGraph
from rtsynth_models.export.torchscript import MovableStep, add_torchscript, make_scripts

pytestmark = pytest.mark.train
SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"
DEVICES = ["cpu", *["cuda"] * torch.cuda.is_available()]
NEAR = {"cpu": 1e-5, "cuda": 1e-4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped bundle with its TorchScript."""
    copy = tmp_path_factory.mktemp("bundles") / "partialgan.rtsynth"
    shutil.copytree(SHIPPED, copy)
    add_torchscript(copy)
    return copy


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return load_bundle(folder)


@pytest.fixture(scope="module", params=DEVICES)
def pair(request: pytest.FixtureRequest, bundle: Bundle) -> tuple[OnnxGenerator, TorchScriptGenerator]:
    pair = OnnxGenerator(bundle), TorchScriptGenerator(bundle, request.param)
    for generator in pair:
        generator.prepare(128)
    return pair


@pytest.mark.parametrize("count", [1, 3, 8, 33, 128])
def test_torchscript_plays_whole_notes_as_onnx_does(pair, bundle: Bundle, count: int) -> None:
    onnx, script = pair
    apart = disagreement(onnx, script, some_notes(count, bundle.latent, seed=count), 60, 4.0 / 60)
    assert apart.frames <= NEAR[script.device]
    assert apart.said <= 1e-4


def test_a_bundle_keeps_its_digest_and_so_its_presets(bundle: Bundle) -> None:
    assert bundle.digest == load_bundle(SHIPPED).digest
    assert bundle.files["note.ts"]
    assert bundle.files["generator.ts"]


def test_adding_torchscript_again_changes_nothing_but_the_scripts(folder: Path, bundle: Bundle) -> None:
    others = [file for file in folder.iterdir() if file.name not in (*SCRIPTS, "instrument.json")]
    before = [file.read_bytes() for file in others]
    add_torchscript(folder)
    assert [file.read_bytes() for file in others] == before
    assert load_bundle(folder).digest == bundle.digest


def test_changed_torchscript_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "changed.rtsynth"
    shutil.copytree(folder, copy)
    (copy / "note.ts").write_bytes(b"other")
    with pytest.raises(BundleError, match=r"note\.ts was changed"):
        load_bundle(copy)


def test_no_tensor_is_made_on_a_device_of_its_own_choice(folder: Path) -> None:
    with torchscript._deprecated():
        graphs = [str(torch.jit.load(folder / name).inlined_graph) for name in SCRIPTS]
    assert not [line for graph in graphs for line in graph.splitlines() if ": Device = " in line]


def test_the_step_that_moves_to_a_device_plays_what_the_other_plays(model) -> None:
    film, static = torch.randn(8, model.config.film), 20 * torch.randn(8, model.config.static)
    one, other = (graph(model)(film, static, torch.full((8,), 0.5)) for graph in (StepGraph, MovableStep))
    for wanted, found in zip(one, other, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-6, atol=0)


def test_scripts_that_say_something_else_are_not_written(folder: Path, tmp_path: Path, monkeypatch) -> None:
    copy = tmp_path / "partialgan.rtsynth"
    shutil.copytree(SHIPPED, copy)

    def other(model):
        model.generator.leave.bias += 1e-3
        return make_scripts(model)

    monkeypatch.setattr(torchscript, "make_scripts", other)
    with pytest.raises(BundleError, match="away from its ONNX, so there is none"):
        add_torchscript(copy)
    assert load_bundle(copy) == dataclasses.replace(load_bundle(SHIPPED), path=copy)
    assert {file.name for file in copy.iterdir()} == {file.name for file in SHIPPED.iterdir()}


def test_a_bundle_that_cannot_be_written_is_told_in_one_line_and_plays_on(tmp_path: Path) -> None:
    copy = tmp_path / "partialgan.rtsynth"
    shutil.copytree(SHIPPED, copy)
    (copy / "generator.ts" / "in the way").mkdir(parents=True)
    with pytest.raises(BundleError, match=r"cannot be written \(.*\); copy it"):
        add_torchscript(copy)
    assert load_bundle(copy).digest == load_bundle(SHIPPED).digest


@pytest.mark.parametrize(
    "arguments", [["{bundle}"], ["{bundle}", "b.rtsynth"], ["{bundle}", "b", "--torchscript"]]
)
def test_export_says_what_it_takes(arguments: list[str]) -> None:
    answer = CliRunner().invoke(export, [argument.format(bundle=SHIPPED) for argument in arguments])
    assert answer.exit_code == 2
    assert "give a CHECKPOINT and a BUNDLE, or a bundle and --torchscript" in answer.output


def test_export_adds_torchscript_to_a_bundle(tmp_path: Path) -> None:
    copy = tmp_path / "partialgan.rtsynth"
    shutil.copytree(SHIPPED, copy)
    answer = CliRunner().invoke(export, [str(copy), "--torchscript"])
    assert answer.exit_code == 0
    assert load_bundle(copy).files["generator.ts"]


def test_a_bundle_of_another_network_is_refused_in_one_line(tmp_path: Path) -> None:
    copy = tmp_path / "other.rtsynth"
    shutil.copytree(SHIPPED, copy)
    manifest = json.loads((copy / "instrument.json").read_text())
    shutil.copy(copy / "generator.onnx", copy / "note.onnx")
    manifest["files"]["note.onnx"] = manifest["files"]["generator.onnx"]
    (copy / "instrument.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="are not those of a PartialGAN"):
        add_torchscript(copy)
