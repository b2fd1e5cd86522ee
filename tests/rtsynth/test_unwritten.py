"""Presets that nobody wrote."""

import shutil
from pathlib import Path

import pytest

from rtsynth.presets import load_presets
from rtsynth.unwritten import all_presets
from rtsynth_engine.bundles import Bundle


@pytest.fixture
def home(bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder with an instrument that has no presets."""
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    shutil.copytree(bundle.path, tmp_path / "instruments" / "whole.rtsynth")
    return tmp_path


def test_an_own_instrument_without_presets_has_one_for_each_place(home: Path, bundle: Bundle) -> None:
    written = {preset.id for preset in load_presets()[0]}
    fresh = [preset for preset in all_presets()[0] if preset.instrument == bundle.id]
    assert {preset.place for preset in fresh if preset.place} <= {place.id for place in bundle.places}
    assert fresh
    assert not written & {preset.id for preset in fresh}


def test_an_own_instrument_that_cannot_be_read_is_told_and_left_out(home: Path, bundle: Bundle) -> None:
    (home / "instruments" / "whole.rtsynth" / "note.onnx").write_bytes(b"another")
    presets, refused = all_presets()
    assert presets
    assert bundle.id not in {preset.instrument for preset in presets}
    assert any("note.onnx" in str(error) for error in refused)
