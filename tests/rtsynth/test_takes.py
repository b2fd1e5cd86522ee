"""Rendering a take of ours: on the preset it was played with, with latents as they moved."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtsynth.lineup import choose_lineup
from rtsynth.midi.score import EVENTS, Move, Score
from rtsynth.midi.writer import write_midi
from rtsynth.session import RenderRequest, render

NOTE = np.array([(0.0, 0, 0x90, 72, 90, 0), (0.9, 0, 0x80, 72, 0, 0)], EVENTS)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))


def rendered(folder: Path, preset: str | None, moves: tuple[Move, ...] = ()) -> NDArray[np.float64]:
    write_midi(folder / "take.mid", Score(NOTE, 1.0, (), preset, moves))
    render(RenderRequest(folder / "take.mid", folder / "take.wav", tail=0.0))
    return np.asarray(soundfile.read(folder / "take.wav")[0])


def test_a_take_sounds_on_its_preset(tmp_path: Path) -> None:
    flute = rendered(tmp_path, "flute")
    render(RenderRequest(tmp_path / "take.mid", tmp_path / "asked.wav", preset="flute", tail=0.0))
    assert np.array_equal(flute, soundfile.read(tmp_path / "asked.wav")[0])
    assert not np.array_equal(flute, rendered(tmp_path, None))


def test_a_preset_that_is_not_here_is_told_and_the_take_plays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert np.array_equal(rendered(tmp_path, "theremin-of-yours"), rendered(tmp_path, None))
    assert capsys.readouterr().err.count("no preset 'theremin-of-yours'") == 1


def test_a_move_is_heard_from_its_time_on(tmp_path: Path) -> None:
    flute, organ = (choose_lineup(name) for name in ("flute", "church-organ"))
    start, to = flute.start, organ.sounds[organ.start].latent
    still, moved = rendered(tmp_path, "flute"), rendered(tmp_path, "flute", (Move(0.5, start, to),))
    assert np.array_equal(still[:24_000], moved[:24_000])
    apart = np.abs(still - moved)[24_000 + 4800 : 40_000].max()
    assert apart > 0.1 * np.abs(still).max()


def test_a_move_of_another_instrument_is_passed_over(tmp_path: Path) -> None:
    assert np.array_equal(rendered(tmp_path, "flute"), rendered(tmp_path, "flute", (Move(0.5, 73, (1.0,)),)))
