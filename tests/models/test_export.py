import json

import numpy as np
import pytest
import soundfile

from rtsynth_models.data.catalogue import program
from rtsynth_models.export.bundle import LEVEL_DBFS
from rtsynth_models.export.make import PREVIEW, export_bundle
from rtsynth_models.network.checkpoint import Checkpoint, save_checkpoint
from rtsynth_models.network.player import play_note

pytestmark = pytest.mark.train


@pytest.fixture
def checkpoint(model, tmp_path, monkeypatch):
    monkeypatch.setattr("rtsynth_models.export.make.PREVIEW", PREVIEW[:1])
    weights = model.state_dict()
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(
        Checkpoint(model.config, [0, 73], [1, 1], weights, weights, {}, 10, 0.5, {"level": 0.1}), path
    )
    return path


def export(checkpoint, folder):
    export_bundle(checkpoint, folder, None)
    return json.loads((folder / "instrument.json").read_text(encoding="utf-8"))


def test_a_bundle_holds_everything_its_manifest_speaks_of(checkpoint, tmp_path, model):
    folder = tmp_path / "made" / "partialgan.rtsynth"
    manifest = export(checkpoint, folder)
    files = {"instrument.json", "note.onnx", "generator.onnx", "card.md", "preview.wav"}
    assert {f.name for f in folder.iterdir()} == files
    assert manifest["sizes"] == {"film": model.config.film, "static": model.config.static}
    assert manifest["states"] == []
    assert [p["program"] for p in manifest["places"]] == [0, 73]
    assert soundfile.info(folder / "preview.wav").samplerate == 48_000


def test_exporting_again_replaces_the_bundle(checkpoint, tmp_path):
    folder = tmp_path / "partialgan.rtsynth"
    folder.mkdir()
    (folder / "old.onnx").write_bytes(b"old")
    export(checkpoint, folder)
    assert not (folder / "old.onnx").exists()


def test_the_trim_brings_places_to_one_level(checkpoint, tmp_path, model):
    place = export(checkpoint, tmp_path / "partialgan.rtsynth")["places"][1]
    instrument = program(73)
    low = np.clip([48, 55, 60, 64, 67, 72], instrument.low, instrument.high)
    played = [play_note(model, int(p), 100 / 127, model.mean[1], 1, 1.0) for p in sorted(set(low.tolist()))]
    level = 10 * np.log10(np.mean([np.mean(s**2) for s in played]))
    assert level + place["gain_db"] == pytest.approx(LEVEL_DBFS, abs=0.2)
