import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import rtsynth_presets
from rtsynth_models.export.bundle import digest
from rtsynth_models.export.graphs import export_graphs, round_weights
from rtsynth_models.export.weights import read_bundle
from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.player import play_frames

pytestmark = pytest.mark.train
SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"
shipped = pytest.mark.skipif(not SHIPPED.exists(), reason="the flagship is not in this checkout")
STEPS = 60


@pytest.fixture
def folder(model: PartialGAN, tmp_path: Path) -> Path:
    round_weights(model)
    export_graphs(model, tmp_path)
    return tmp_path


def stream(folder: Path, model: PartialGAN, pitch: np.ndarray, velocity: np.ndarray, latent: np.ndarray):
    """Play every note for STEPS steps through the ONNX files."""
    note, step = (onnxruntime.InferenceSession(folder / f"{name}.onnx") for name in ("note", "generator"))
    film, static, slopes, *_ = note.run(None, {"pitch": pitch, "velocity": velocity, "latent": latent})
    outputs = []
    for i in range(STEPS):
        time = np.full(len(pitch), i * 2 / model.config.frame_rate, np.float32)
        outputs.append(step.run(None, {"film": film, "static": static, "time": time}))
    return [np.concatenate(part, 1) for part in zip(*outputs, strict=True)], slopes


def assert_streams_as_torch_plays(folder: Path, model: PartialGAN):
    pitch, velocity = np.array([36, 60.5, 88], np.float32), np.array([0.3, 0.8, 1], np.float32)
    latent = model.mean[torch.tensor([0, 1, 0])]
    (amplitude, ratio, noise), _ = stream(folder, model, pitch, velocity, latent.numpy())
    for v in range(3):
        whole = play_frames(model, float(pitch[v]), float(velocity[v]), latent[v], STEPS)
        assert np.abs(amplitude[v] - whole.amplitude).max() <= 1e-4
        assert np.abs(ratio[v] / whole.ratio - 1).max() <= 1e-4
        assert np.abs(noise[v] - whole.noise).max() <= 1e-4


def assert_finite_everywhere(folder: Path, model: PartialGAN):
    rng = np.random.default_rng(0)
    pitch, velocity = np.linspace(0, 127, 64, dtype=np.float32), np.linspace(0, 1, 64, dtype=np.float32)
    latent = rng.choice([-4, 4], (64, model.config.latent)).astype(np.float32)
    (amplitude, ratio, noise), slopes = stream(folder, model, pitch, velocity, latent)
    assert all(np.isfinite(x).all() for x in (amplitude, ratio, noise, slopes))
    assert all((x >= 0).all() for x in (amplitude, ratio, noise, slopes))
    assert amplitude.max() <= 10 ** (12 / 20) + 1e-3


def test_streamed_onnx_equals_the_whole_note_in_torch(folder, model):
    assert_streams_as_torch_plays(folder, model)


def test_what_is_said_once_per_note_is_what_torch_says(folder, model):
    pitch, velocity = np.array([36, 88], np.float32), np.array([0.3, 1], np.float32)
    latent = model.mean.numpy()
    session = onnxruntime.InferenceSession(folder / "note.onnx")
    *_, onset, phase = session.run(None, {"pitch": pitch, "velocity": velocity, "latent": latent})
    said = model.describe(*map(torch.from_numpy, (pitch, velocity, latent)))
    assert np.abs(onset - said.onset.numpy()).max() <= 1e-3
    assert np.abs(phase - said.phase.numpy()).max() <= 1e-4


def test_weights_used_once_per_note_take_two_bytes_each(folder, model):
    kept = [weight for weight in onnx.load(folder / "note.onnx").graph.initializer if len(weight.dims) == 2]
    halves = {weight.name for weight in kept if weight.data_type == onnx.TensorProto.FLOAT16}
    assert {f"{part}.leave.weight" for part in ("motion", "onset", "phase")} < halves
    assert {weight.name for weight in kept} - halves <= {"colour"}


def test_no_conditioning_makes_the_output_infinite(folder, model):
    assert_finite_everywhere(folder, model)


def test_levels_below_the_floor_are_exactly_silent(model, tmp_path):
    model.note.static.bias.fill_(-2.95)  # -109 dB in a partial, -129 dB in a noise band
    model.note.static.weight.zero_()
    for layer in (model.generator.leave, model.generator.mix):
        layer.weight.zero_()
        layer.bias.zero_()
    export_graphs(model, tmp_path)
    one = np.ones(1, np.float32)
    (amplitude, _, noise), _ = stream(
        tmp_path, model, 60 * one, one, np.zeros((1, model.config.latent), np.float32)
    )
    assert not amplitude.any()
    assert not noise.any()


@shipped
def test_the_shipped_bundle_streams_as_its_weights_play_in_torch():
    assert_streams_as_torch_plays(SHIPPED, read_bundle(SHIPPED))


@shipped
def test_the_shipped_bundle_is_finite_everywhere():
    assert_finite_everywhere(SHIPPED, read_bundle(SHIPPED))


@shipped
def test_the_shipped_manifest_knows_its_files():
    manifest = json.loads((SHIPPED / "instrument.json").read_text(encoding="utf-8"))
    assert manifest["files"] == {name: digest(SHIPPED / name) for name in manifest["files"]}
