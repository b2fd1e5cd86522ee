import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtsynth_models.analysis.partials import FRAMES, Analysis, midi_hz
from rtsynth_models.data import dataset
from rtsynth_models.data.catalogue import HELD_OUT, PROGRAMS, VELOCITIES, program, program_of
from rtsynth_models.data.dataset import Plan, build, chosen_programs, load_program, notes_of
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import read_headers
from rtsynth_models.data.manifest import programs_of, read_manifest
from rtsynth_models.data.notefile import FLOOR_DB, frames_of
from rtsynth_models.data.soundfont import NOTE_SECONDS, SAMPLE_RATE, SOUNDFONT
from tests.models.soundfonts import write_soundfont

pytestmark = pytest.mark.train
needs_fluidsynth = pytest.mark.skipif(not shutil.which("fluidsynth"), reason="needs fluidsynth")
CATEGORIES = "piano mallets organ guitar bass strings ensemble choir brass reed pipe lead pad world"


def ignore(line: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def sines(tmp_path_factory):
    """A SoundFont of two melodic programs, two keys each, and a kit."""
    presets = {(0, 9): (70, 71), (0, 120): (69, 70), (128, 0): (36, 37)}
    return write_soundfont(tmp_path_factory.mktemp("soundfont") / "sines.sf2", presets)


@pytest.fixture(scope="module")
def plan(tmp_path_factory, sines):
    """All of it at two velocities, built."""
    if not shutil.which("fluidsynth"):
        pytest.skip("needs fluidsynth")
    plan = Plan(tmp_path_factory.mktemp("notes"), sines, "all", velocities=(51, 102), drums=True)
    build(plan, ignore)
    return plan


def test_the_catalogue_has_the_instruments_a_band_needs():
    assert len(PROGRAMS) == len({p.id for p in PROGRAMS}) == len({p.number for p in PROGRAMS})
    assert set(CATEGORIES.split()) <= {p.category for p in PROGRAMS}


def test_every_program_holds_out_a_pitch_to_be_judged_by():
    assert all(set(HELD_OUT) & set(p.pitches) for p in PROGRAMS)


def test_programs_outside_the_catalogue_are_called_what_the_soundfont_calls_them():
    found = program_of(120, "Fret Noise", frozenset(range(5, 128)))
    assert (found.category, found.low, found.high) == ("noises", 21, 108)
    assert program_of(40, "Whatever", frozenset()) is program(40)


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


def test_a_data_set_holds_every_key_of_its_programs_at_every_velocity(plan):
    found = load_program(plan.folder, 120)
    wanted = [(69, 51), (69, 102), (70, 51), (70, 102)]
    assert list(zip(found["pitch"], found["velocity"], strict=True)) == wanted
    assert found["frames"].shape == (4, FRAMES, 240)
    assert found["onset"].shape == (4, 3, 32)
    assert found["mel"].shape == (4, 376, 96)
    assert np.argmax(found["frames"][3, 300, :96]) == 0


def test_drums_are_waveforms_of_one_second(plan):
    with np.load(plan.folder / "kit-000.npz") as kit:
        assert list(kit["pitch"]) == [36, 36, 37, 37]
        assert (kit["sound"].shape, kit["sound"].dtype) == ((4, 48_000), np.float16)
        assert np.abs(kit["sound"][:, :480]).max() > 0.01


def test_the_manifest_tells_source_licence_and_grids(plan):
    found = read_manifest(plan.folder)
    assert found["licence"] == "Public domain"
    assert "Sines, Public domain" in found["source"]
    assert (len(found["sha256"]), found["sample_rate"], found["velocities"]) == (64, 48_000, [51, 102])
    assert found["held_out_pitches"] == list(HELD_OUT)
    assert (found["programs"][0]["divisor"], found["programs"][0]["notes"]) == (1, 4)
    assert programs_of(plan.folder)[0] == program(9)


def test_a_finished_program_is_kept_and_a_half_written_one_does_not_count(tmp_path, plan):
    folder = Path(shutil.copytree(plan.folder, tmp_path / "notes"))
    kept = (folder / "program-009.npz").stat().st_mtime_ns
    half = folder / "program-120.npz"
    half.write_bytes(half.read_bytes()[:1000])
    said: list[str] = []
    build(replace(plan, folder=folder), said.append)
    assert (folder / "program-009.npz").stat().st_mtime_ns == kept
    assert len(load_program(folder, 120)["pitch"]) == 4
    assert "2 of 3 are there already" in said
    names = {"manifest.json", "program-009.npz", "program-120.npz", "kit-000.npz"}
    assert {path.name for path in folder.iterdir()} == names


def test_two_data_sets_are_never_mixed(tmp_path, plan):
    with pytest.raises(DataError, match="other velocities"):
        build(replace(plan, velocities=(51,)), ignore)
    other = write_soundfont(tmp_path / "other.sf2", {(0, 9): (70, 70)})
    with pytest.raises(DataError, match="other source"):
        build(replace(plan, soundfont=other), ignore)


@needs_fluidsynth
def test_a_silent_soundfont_is_refused(tmp_path):
    path = write_soundfont(tmp_path / "silent.sf2", {(0, 9): (70, 70)}, level=0.0)
    with pytest.raises(DataError, match="silence"):
        build(Plan(tmp_path / "notes", path, (9,), velocities=(102,)), ignore)


def test_a_program_that_is_not_there_is_named(tmp_path, sines):
    with pytest.raises(DataError, match="no program 40, 41"):
        chosen_programs(Plan(tmp_path, sines, (9, 40, 41)), read_headers(sines))


def test_the_catalogue_is_rendered_unless_all_is_asked_for(tmp_path, sines):
    headers = read_headers(sines)
    assert [p.number for p in chosen_programs(Plan(tmp_path, sines), headers)] == [9]
    assert [p.number for p in chosen_programs(Plan(tmp_path, sines, "all"), headers)] == [9, 120]


def test_a_small_data_set_keeps_the_held_out_pitches(tmp_path):
    notes = notes_of(program(0), frozenset(range(128)), Plan(tmp_path, step=3, velocities=(51,)))
    pitches = {pitch for pitch, _ in notes}
    assert set(HELD_OUT) <= pitches
    assert len(pitches) < 35


def test_keys_without_a_sample_are_left_out(tmp_path):
    notes = notes_of(program(40), frozenset(range(60, 62)), Plan(tmp_path))
    assert notes == tuple((pitch, velocity) for pitch in (60, 61) for velocity in VELOCITIES)


def test_a_missing_or_broken_data_set_is_refused_in_one_line(tmp_path):
    with pytest.raises(DataError, match="rtsynth dataset"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({})[:1])
    with pytest.raises(DataError, match="broken"):
        read_manifest(tmp_path)
    (tmp_path / "program-009.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match="broken"):
        load_program(tmp_path, 9)


def test_a_note_that_dies_early_gives_its_release_from_a_shorter_one(monkeypatch):
    t = np.arange(round(NOTE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    fall = -60 * t - 200 * np.maximum(t - 0.35, 0)
    short = (10 ** (fall / 20) * np.sin(2 * np.pi * 500 * t)).astype(np.float32)
    monkeypatch.setattr(dataset, "render_notes", lambda *given, **named: short[None])
    slopes = dataset.note_slopes(12, [(60, 100)], np.zeros((1, len(t)), np.float32), SOUNDFONT)
    assert slopes[0, 0] == pytest.approx(260, rel=0.03)
    assert np.isnan(slopes[0, 1])
