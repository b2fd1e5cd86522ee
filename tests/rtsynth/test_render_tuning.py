"""Rendering in other tunings: from a file of Scala, from a preset, from an exclusive in the MIDI file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtsynth.choosing import find_preset
from rtsynth.errors import HostError
from rtsynth.midi.score import EVENTS, Score
from rtsynth.midi.writer import write_midi
from rtsynth.presets import load_presets
from rtsynth.saving import save, varied
from rtsynth.scala import TuningError
from rtsynth.session import RenderRequest, render
from rtsynth_engine.midi.commands import COMMAND, MASTER_COARSE, MASTER_VOLUME, TUNE_KEY, TUNE_TABLE
from tests.rtsynth.test_render import cents_off, loudness

FLUTE = 73
KEY = 64
Rows = list[tuple[float, int, int, int, int, float]]
Play = Callable[..., NDArray[np.float64]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder."""
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "tunings").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def play(tmp_path: Path, home: Path) -> Play:
    """Render rows of EVENTS and return samples (n, 2)."""

    def play(rows: Rows, **options: object) -> NDArray[np.float64]:
        write_midi(tmp_path / "in.mid", Score(np.array(rows, EVENTS), 1.0))
        render(RenderRequest(tmp_path / "in.mid", tmp_path / "out.wav", **{"tail": 0.5, **options}))  # type: ignore[arg-type]
        return np.asarray(soundfile.read(tmp_path / "out.wav")[0])

    return play


def note(*before: tuple[int, int, float], key: int = KEY) -> Rows:
    """A flute's note of a second, after commands."""
    commands = [(0.0, 0, COMMAND, *command) for command in before]
    return [
        (0.0, 0, 0xC0, FLUTE, 0, 0.0),
        *commands,
        (0.0, 0, 0x90, key, 100, 0.0),
        (1.0, 0, 0x80, key, 0, 0.0),
    ]


def drift(play: Play) -> float:
    """Cents by which the note's own motion moves what is measured; every tuning has the same."""
    return cents_off(play(note()), hertz(KEY))


def hertz(pitch: float) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


@pytest.mark.parametrize(
    ("options", "pitch"),
    [
        ({"tuning": "just intonation"}, 60 + 12 * np.log2(5 / 4)),
        ({"keymap": "a415"}, KEY + 12 * np.log2(415 / 440)),
        ({"tuning": "quarter meantone", "keymap": "a440"}, 69 - 5.02583),
    ],
)
def test_a_note_sounds_at_the_pitch_of_its_tuning(play: Play, options: dict[str, str], pitch: float) -> None:
    assert abs(cents_off(play(note(), **options), hertz(pitch)) - drift(play)) < 1


def test_a_key_that_is_not_mapped_is_silent(play: Play) -> None:
    options = {"tuning": "7-edo", "keymap": "white-keys"}
    assert loudness(play(note(key=60), **options)) > 1e-3
    assert np.abs(play(note(key=61), **options)).max() < 1e-4


def test_a_bad_tuning_is_told_before_anything_is_rendered(play: Play, home: Path) -> None:
    (home / "bad.scl").write_text("bad\n1\nfifth\n")
    with pytest.raises(TuningError, match=r"'bad.scl', line 3: 'fifth' is no pitch"):
        play(note(), tuning=str(home / "bad.scl"))


def test_a_preset_brings_its_tuning_along(play: Play, home: Path) -> None:
    flute = varied(find_preset("flute", load_presets()[0]), "Slendro Flute", {}, {})
    save(replace(flute, play=replace(flute.play, tuning="slendro.scl")), [])
    samples = play(note(key=61), preset="slendro-flute")
    assert abs(cents_off(samples, hertz(62.31))) < 10


def test_an_exclusive_in_a_file_tunes_transposes_and_sets_the_volume(play: Play) -> None:
    tuned = play(note((TUNE_TABLE, 1, 0.0), (TUNE_KEY, KEY, 64.5)))
    assert abs(cents_off(tuned, hertz(64.5)) - drift(play)) < 1
    assert abs(cents_off(play(note((MASTER_COARSE, 0, -2.0))), hertz(62)) - drift(play)) < 1
    assert loudness(play(note((MASTER_VOLUME, 0, 0.25)))) < 0.5 * loudness(play(note()))


def test_an_unknown_tuning_lists_what_there_is(play: Play) -> None:
    with pytest.raises(HostError, match=r"no tuning 'theremin'; name a \.scl file or one of 19-edo"):
        play(note(), tuning="theremin")
