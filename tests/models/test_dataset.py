import json

import numpy as np
import pytest

from rtsynth_models.analysis.partials import FRAMES, Analysis, midi_hz
from rtsynth_models.data import dataset
from rtsynth_models.data.catalogue import HELD_OUT, PROGRAMS, program
from rtsynth_models.data.dataset import FLOOR_DB, build, frames_of, load_program, manifest
from rtsynth_models.data.soundfont import NOTE_SECONDS, SAMPLE_RATE, SOUNDFONT

pytestmark = pytest.mark.train


def test_the_catalogue_has_the_instruments_a_band_needs():
    assert len(PROGRAMS) >= 24
    assert len({p.id for p in PROGRAMS}) == len({p.number for p in PROGRAMS}) == len(PROGRAMS)
    wanted = {
        "piano",
        "mallets",
        "organ",
        "guitar",
        "bass",
        "strings",
        "choir",
        "brass",
        "reed",
        "flute",
        "lead",
        "pad",
    }
    assert wanted <= {p.category for p in PROGRAMS}


def test_every_program_holds_out_a_pitch_to_be_judged_by():
    assert all(set(HELD_OUT) & set(p.pitches) for p in PROGRAMS)


def test_frames_are_decibels_and_cents_from_the_grid():
    hz = np.full((FRAMES, 1), midi_hz(60) * 2 ** (10 / 1200))
    silence = np.zeros(FRAMES * 256)
    note = Analysis(
        np.full((FRAMES + 1, 1), 0.1), hz, np.zeros(1), np.full((FRAMES + 1, 48), 1e-4), silence, silence
    )
    frames = frames_of(note, 60, divisor=1)
    assert frames.shape == (FRAMES, 240)
    assert frames[0, 0] == pytest.approx(-20, abs=0.02)
    assert frames[0, 96] == pytest.approx(10, abs=0.02)
    assert frames[0, 192] == pytest.approx(-40, abs=0.05)
    assert (frames[:, 1:96] == FLOOR_DB).all()


def test_programs_already_built_are_kept(tmp_path, monkeypatch):
    quick = program(9)
    one = type(quick)(9, quick.name, quick.category, 72, 72)
    monkeypatch.setattr(dataset, "program", lambda number: one)
    monkeypatch.setattr(dataset, "render_notes", lambda number, notes, *rest: _tones(len(notes)))
    dataset.build_program(9, tmp_path, SOUNDFONT)
    before = (tmp_path / "program-009.npz").read_bytes()
    build(tmp_path, [one], SOUNDFONT, jobs=1)
    assert (tmp_path / "program-009.npz").read_bytes() == before
    assert load_program(tmp_path, 9)["frames"].shape == (3, FRAMES, 240)
    assert json.loads((tmp_path / "manifest.json").read_text())["programs"][0]["number"] == 9


def test_the_manifest_says_where_the_notes_are_from():
    assert "MIT" in str(manifest([program(0)], SOUNDFONT)["source"])


def _tones(count: int) -> np.ndarray:
    t = np.arange(round(NOTE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.where(t > 0.05, 0.3 * np.sin(2 * np.pi * midi_hz(72) * t), 0)
    return np.tile(tone.astype(np.float32), (count, 1))


def test_a_note_that_dies_early_gives_its_release_from_a_shorter_one(monkeypatch):
    t = np.arange(round(NOTE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    fall = -60 * t - 200 * np.maximum(t - 0.35, 0)
    short = (10 ** (fall / 20) * np.sin(2 * np.pi * 500 * t)).astype(np.float32)
    monkeypatch.setattr(dataset, "render_notes", lambda *given: short[None])
    slopes = dataset.note_slopes(12, [(60, 100)], np.zeros((1, len(t)), np.float32), SOUNDFONT)
    assert slopes[0, 0] == pytest.approx(260, rel=0.03)
    assert np.isnan(slopes[0, 1])
