"""Master volume: the fader of a page, and of a MIDI keyboard."""

from pathlib import Path

import numpy as np
import pytest

from rtsynth_engine.midi.commands import COMMAND, MASTER_VOLUME
from tests.rtsynth.page.stage import Stage


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("db", [6.0, 0.0, -6.0, -30.0, -59.0, -60.0])
def test_the_fader_stays_where_it_is_put(db: float) -> None:
    stage = Stage()
    stage.ask("volume", db=db)
    assert stage.see("volume") == db


def test_a_quieter_session_is_as_many_decibels_quieter() -> None:
    heard = []
    for db in (0.0, -12.0):
        stage = Stage()
        stage.ask("volume", db=db)
        stage.turn(1.0)
        stage.play(24_000)
        stage.push(0x90, 60, 100)
        heard.append(np.abs(stage.play(9_600)).max())
    assert 20 * np.log10(heard[1] / heard[0]) == pytest.approx(-12.0, abs=0.2)


def test_the_lowest_is_silence() -> None:
    stage = Stage()
    stage.ask("volume", db=-60)
    stage.play(24_000)
    stage.push(0x90, 60, 100)
    assert not stage.play(4_800).any()


def test_a_fader_of_midi_is_seen() -> None:
    stage = Stage()
    stage.push(COMMAND, MASTER_VOLUME, 0, 0.5)
    stage.turn()
    assert stage.see("volume") == -12.0
