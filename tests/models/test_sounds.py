"""Sets of sounds: what a SoundFont's notes and hits become."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rtsynth.commands.dataset import dataset
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.soundfont import LEAD_SECONDS, SAMPLE_RATE
from rtsynth_models.sounds import Sounds, drums, load_sounds, notes
from rtsynth_models.sounds.drums import DRUMS, KEYS, LABELS, distinct, hold_out
from rtsynth_models.sounds.rendering import RATE, hear_all, heard
from rtsynth_models.sounds.store import FULL_SCALE, Origin, is_held_out, write_sounds
from tests.models.soundfonts import write_soundfont

fluidsynth = pytest.mark.skipif(not shutil.which("fluidsynth"), reason="needs fluidsynth")


def ignore(line: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def sines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    presets = {
        (0, 9): (69, 72),
        (0, 120): (70, 70),
        (128, 0): (36, 42),
        (128, 8): (36, 42),
        (128, 48): (36, 59),
    }
    return write_soundfont(tmp_path_factory.mktemp("soundfont") / "sines.sf2", presets)


@pytest.fixture(scope="module")
def pitched(tmp_path_factory: pytest.TempPathFactory, sines: Path) -> Sounds:
    folder = tmp_path_factory.mktemp("pitched")
    notes.build(notes.Plan(folder, sines, "all"), ignore)
    return load_sounds(folder)


def part(pitch: int, label: int, seed: int, rows: int = 2) -> dict[str, np.ndarray]:
    hit = np.random.default_rng(seed).normal(0, 3000, drums.SAMPLES).astype(np.int16)
    columns = {"pitch": pitch, "label": label}
    whole = {name: np.full(rows, value) for name, value in columns.items()}
    return {"sound": np.tile(hit, (rows, 1)), "velocity": np.arange(rows) + 100} | whole


@fluidsynth
def test_a_set_has_every_key_at_every_velocity(pitched: Sounds):
    found = sorted(zip(pitched.label, pitched.pitch, pitched.velocity, strict=True))
    keys = [(0, key) for key in range(69, 73)] + [(1, 70)]
    assert found == [(*key, velocity) for key in keys for velocity in (51, 102)]
    assert pitched.names == ("Glockenspiel", "0:120")
    assert pitched.licence.startswith("Public domain")


@fluidsynth
def test_a_sound_begins_at_once_peaks_at_full_scale_and_is_let_go_after_three_seconds(pitched: Sounds):
    loud = np.abs(pitched.sound.astype(int))
    assert (loud.max(axis=1) == FULL_SCALE).all()
    assert (loud[:, :32].max(axis=1) > 100).all()
    assert (loud[:, 46_000:47_900].max(axis=1) > 100).all()
    assert not loud[:, 4 * RATE :].any()


@fluidsynth
def test_a_sound_has_its_pitch_at_16_khz(pitched: Sounds):
    for sound, pitch in zip(pitched.sound, pitched.pitch, strict=True):
        spectrum = np.abs(np.fft.rfft(sound[:RATE] * np.hanning(RATE), 8 * RATE))
        assert np.argmax(spectrum) / 8 == pytest.approx(480 * 2 ** ((pitch - 70) / 12), rel=0.003)


@fluidsynth
def test_a_set_is_never_overwritten(sines: Path, tmp_path: Path):
    plan = notes.Plan(tmp_path, sines, (9,), (102,), step=3)
    notes.build(plan, ignore)
    with pytest.raises(DataError, match="name another --out"):
        notes.build(plan, ignore)


@fluidsynth
def test_kits_that_are_alike_give_each_hit_once(sines: Path, tmp_path: Path):
    drums.build(drums.Plan(tmp_path, sines, (64, 127)), ignore)
    hits = load_sounds(tmp_path)
    assert sorted(set(hits.pitch)) == [key for key in sorted(LABELS) if 36 <= key <= 42]
    assert len(hits.pitch) == 2 * len(set(hits.pitch))
    assert hits.names == tuple(DRUMS)
    assert all(LABELS[key] == label for key, label in zip(hits.pitch, hits.label, strict=True))


@fluidsynth
def test_a_program_that_is_not_there_is_named(sines: Path, tmp_path: Path):
    with pytest.raises(DataError, match="has no program 5"):
        notes.build(notes.Plan(tmp_path, sines, (5,)), ignore)


@fluidsynth
@pytest.mark.parametrize(("words", "samples"), [(["--programs", "9"], 65_536), (["--drums"], 16_384)])
def test_the_command_makes_a_set(words: list[str], samples: int, sines: Path, tmp_path: Path):
    out = tmp_path / "set"
    given = ["--sounds", "--soundfont", str(sines), "--velocities", "102", "--jobs", "1", "--out", str(out)]
    done = CliRunner().invoke(dataset, [*given, *words])
    assert done.exit_code == 0, done.output
    assert "is complete" in done.output
    assert load_sounds(out).sound.shape[1] == samples


def test_sounds_of_nsynth_are_not_offered(tmp_path: Path):
    done = CliRunner().invoke(dataset, ["--nsynth", "tree", "--sounds", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "--nsynth goes with" in done.output


@pytest.mark.parametrize("presets", [{(0, 9): (60, 61)}, {(128, 48): (36, 59)}])
def test_a_soundfont_without_kits_is_refused(presets: dict[tuple[int, int], tuple[int, int]], tmp_path: Path):
    font = write_soundfont(tmp_path / "a.sf2", presets)
    with pytest.raises(DataError, match="no drum kit"):
        drums.build(drums.Plan(tmp_path / "drums", font), ignore)


def test_the_end_of_a_sound_that_is_cut_fades():
    tone = np.sin(np.arange(2 * SAMPLE_RATE) / 10).astype(np.float32)
    tone[: round(LEAD_SECONDS * SAMPLE_RATE)] = 0.0
    sound = np.abs(heard(tone, RATE, fade=1600).astype(int))
    assert sound[-1800:-1600].max() > 0.9 * FULL_SCALE
    assert sound[-1] < 10
    assert sound[-800:-700].max() == pytest.approx(FULL_SCALE / 2, rel=0.15)


def test_what_is_silent_is_left_out():
    rows = np.zeros((3, SAMPLE_RATE), np.float32)
    rows[1, 3000:] = np.sin(np.arange(SAMPLE_RATE - 3000) / 10)
    found = hear_all(rows, {"pitch": np.array([60, 61, 62])}, RATE, 100)
    assert list(found["pitch"]) == [61]
    assert found["sound"].shape == (1, RATE)


def test_hits_are_the_same_when_they_sound_the_same_even_softer_or_later():
    first, other = part(36, 0, 1), part(36, 0, 2)
    softer = first | {"sound": np.roll(first["sound"], 30, axis=1) // 3}
    found = distinct([first, softer, other])
    assert [len(drum["pitch"]) for drum in found] == [2, 2]
    np.testing.assert_array_equal(found[1]["sound"], other["sound"])


def test_the_same_hit_on_another_key_is_another_hit():
    assert len(distinct([part(36, 0, 1), part(35, 0, 1)])) == 2


@pytest.mark.parametrize(("hits", "kept_apart"), [(1, 0), (2, 0), (3, 1), (10, 1), (30, 3)])
def test_a_tenth_of_a_drums_hits_is_held_out_with_all_its_velocities(hits: int, kept_apart: int):
    marked = hold_out([part(36, 0, seed) for seed in range(hits)])
    assert sum(drum["held_out"].all() for drum in marked) == kept_apart
    assert sum(drum["held_out"].any() for drum in marked) == kept_apart


def test_every_drum_has_a_usual_key_of_general_midi():
    assert len(KEYS) == len(DRUMS) == 18
    assert all(LABELS[key] == label for label, key in enumerate(KEYS))
    assert len(LABELS) == sum(len(keys) for keys in DRUMS.values())


def test_a_tenth_of_the_notes_is_held_out_always_the_same():
    notes_of_it = [("Flute", pitch) for pitch in range(1000)]
    chosen = [is_held_out(*note) for note in notes_of_it]
    assert 60 < sum(chosen) < 140
    assert chosen == [is_held_out(*note) for note in notes_of_it]


def test_a_set_is_read_as_it_was_written(tmp_path: Path):
    parts = [drum | {"held_out": np.zeros(2, np.bool_)} for drum in (part(36, 0, 1), part(38, 2, 2))]
    parts[1]["held_out"][:] = True
    write_sounds(tmp_path, parts, Origin(tuple(DRUMS), RATE, "made here", "MIT"))
    found = load_sounds(tmp_path)
    np.testing.assert_array_equal(found.sound[2:], parts[1]["sound"])
    assert (found.rate, found.source, found.licence) == (RATE, "made here", "MIT")
    assert list(found.chosen(held_out=True)) == [2, 3]
    assert list(found.chosen(held_out=False)) == [0, 1]


def test_a_missing_set_says_how_to_make_it(tmp_path: Path):
    with pytest.raises(DataError, match="rtsynth dataset --sounds"):
        load_sounds(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "sounds.npz", "sounds.npy"])
def test_a_set_that_is_broken_says_so(name: str, tmp_path: Path):
    parts = [part(36, 0, 1) | {"held_out": np.zeros(2, np.bool_)}]
    write_sounds(tmp_path, parts, Origin(tuple(DRUMS), RATE, "made here", "MIT"))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:50])
    with pytest.raises(DataError, match="make them again"):
        load_sounds(tmp_path)
