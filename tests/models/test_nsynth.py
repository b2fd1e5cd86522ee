import json

import numpy as np
import pytest
import soundfile

from rtsynth_models.analysis.partials import FRAMES, midi_hz
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.manifest import programs_of, read_manifest
from rtsynth_models.data.notefile import load_program
from rtsynth_models.data.nsynth import RATE, build

pytestmark = pytest.mark.train
SAMPLES = 4 * RATE
NOTES = [
    ("organ_electronic_001", 7, 60, 50),
    ("organ_electronic_001", 7, 64, 100),
    ("bass_acoustic_000", 3, 36, 127),
]


def ignore(line: str) -> None:
    """Say nothing."""


def tone(pitch: int) -> np.ndarray:
    t = np.arange(SAMPLES) / RATE
    level = 10 ** (-(6 * t + 100 * np.maximum(t - 3, 0)) / 20)  # falls at 6 dB/s, from 3 s on at 106
    return 0.3 * level * sum(np.sin(2 * np.pi * k * midi_hz(pitch) * t) / k for k in (1, 2, 3))


@pytest.fixture
def tree(tmp_path):
    """Three notes of two instruments as an NSynth archive holds them."""
    rows = {
        f"{name}-{pitch:03d}-{velocity:03d}": (name, *rest, pitch, velocity)
        for name, *rest, pitch, velocity in NOTES
    }
    (tmp_path / "tree" / "audio").mkdir(parents=True)
    for key, (_, _, pitch, _) in rows.items():
        soundfile.write(tmp_path / "tree" / "audio" / f"{key}.wav", tone(pitch), RATE, "PCM_16")
    write_examples(tmp_path / "tree", {key: example(key, *row) for key, row in rows.items()})
    return tmp_path / "tree"


def example(key: str, name: str, number: int, pitch: int, velocity: int) -> dict[str, object]:
    family, source, _ = name.split("_")
    return {
        "note": 1,
        "note_str": key,
        "instrument": number,
        "instrument_str": name,
        "pitch": pitch,
        "velocity": velocity,
        "sample_rate": RATE,
        "qualities": [0] * 10,
        "qualities_str": [],
        "instrument_family": 0,
        "instrument_family_str": family,
        "instrument_source": 0,
        "instrument_source_str": source,
    }


def write_examples(tree, rows):
    (tree / "examples.json").write_text(json.dumps(rows))


def test_a_tree_becomes_one_file_for_every_instrument(tree, tmp_path):
    build(tree, tmp_path / "out", 1, ignore)
    organ = load_program(tmp_path / "out", 7)
    assert list(zip(organ["pitch"], organ["velocity"], strict=True)) == [(60, 50), (64, 100)]
    assert organ["frames"].shape == (2, FRAMES, 240)
    assert organ["mel"].shape == (2, 376, 96)
    names = [(p.number, p.name, p.category) for p in programs_of(tmp_path / "out")]
    assert names == [(3, "bass_acoustic_000", "bass"), (7, "organ_electronic_001", "organ")]
    assert read_manifest(tmp_path / "out")["velocities"] == [50, 100, 127]


def test_partials_and_slopes_are_those_of_the_note(tree, tmp_path):
    build(tree, tmp_path / "out", 1, ignore)
    found = load_program(tmp_path / "out", 7)
    level = found["frames"][0, :, :3].astype(float)
    assert level[100] == pytest.approx(20 * np.log10(0.3 / np.arange(1, 4)) - 6 * 100 * 256 / 48_000, abs=0.5)
    assert np.abs(found["frames"][0, 50:500, 96:99]).max() < 2
    assert found["slopes"][0] == pytest.approx([106, 6], rel=0.05)


def test_the_last_second_goes_on_falling_as_if_the_key_were_held(tree, tmp_path):
    build(tree, tmp_path / "out", 1, ignore)
    found = load_program(tmp_path / "out", 7)
    level = found["frames"][0, :, 0].astype(float)
    assert level[740] - level[552] == pytest.approx(-6, abs=0.3)
    assert np.abs(np.diff(level[520:740])).max() < 0.5
    mel = found["mel"][0].astype(float)
    assert mel[370].max() - mel[276].max() == pytest.approx(-6, abs=0.5)


def test_an_interrupted_tree_goes_on(tree, tmp_path):
    build(tree, tmp_path / "out", 1, ignore)
    kept = (tmp_path / "out" / "program-003.npz").stat().st_mtime_ns
    (tmp_path / "out" / "program-007.npz").unlink()
    build(tree, tmp_path / "out", 1, ignore)
    assert (tmp_path / "out" / "program-003.npz").stat().st_mtime_ns == kept
    assert (tmp_path / "out" / "program-007.npz").exists()


@pytest.mark.parametrize(
    ("samples", "rate"), [(np.zeros((4, 2)), RATE), (np.ones(100), 44_100), (np.zeros(0), RATE)]
)
def test_a_wav_of_another_kind_is_named(tree, tmp_path, samples, rate):
    soundfile.write(tree / "audio" / "organ_electronic_001-060-050.wav", samples, rate)
    with pytest.raises(DataError, match=r"organ_electronic_001-060-050\.wav has"):
        build(tree, tmp_path / "out", 1, ignore)


def test_a_missing_wav_is_named_and_what_was_done_is_kept(tree, tmp_path):
    (tree / "audio" / "organ_electronic_001-064-100.wav").unlink()
    with pytest.raises(DataError, match=r"064-100\.wav is missing"):
        build(tree, tmp_path / "out", 1, ignore)
    assert [p.number for p in programs_of(tmp_path / "out")] == [3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no .*examples.json"),
        ("{", "cannot be read"),
        ("{}", "lists no notes"),
        ("[1]", "lists no notes"),
        ('{"a": 1}', "note a has no pitch"),
        ('{"a": {"pitch": "60"}}', "note a has no pitch"),
        ('{"../a": {"pitch": 60, "velocity": 1, "instrument": 1, "instrument_str": "x"}}', "no name"),
    ],
)
def test_a_corrupt_list_of_notes_is_refused_in_one_line(tree, tmp_path, text, said):
    (tree / "examples.json").unlink()
    if text is not None:
        (tree / "examples.json").write_text(text)
    with pytest.raises(DataError, match=said):
        build(tree, tmp_path / "out", 1, ignore)
