"""Saving from the page: what is heard is what is kept."""

from pathlib import Path

import numpy as np
import pytest

from rtsynth.errors import HostError
from rtsynth.presets import read_preset
from rtsynth.timbres import timbre
from tests.rtsynth.page.stage import FLUTE, PIANO, Stage, alone


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_a_saved_preset_is_listed_told_and_in_hand(home: Path) -> None:
    stage = Stage()
    stage.ask("macro", index=0, value=0.5)
    stage.ask("save", name="Été à Nice")
    stage.turn()
    kept = read_preset(home / "presets" / "ete-a-nice.toml")
    assert (kept.name, kept.macros[0].value, kept.place) == ("Été à Nice", 0.5, PIANO)
    entry = next(each for each in stage.see("presets") if each["id"] == "ete-a-nice")
    assert (entry["own"], entry["program"], entry["instrument_name"]) == (True, None, "PartialGAN")
    assert stage.see("preset") | {"id": "ete-a-nice", "changed": False} == stage.see("preset")


def test_a_moved_sound_is_saved_where_it_was_moved(home: Path) -> None:
    stage = Stage()
    stage.ask("macro", index=1, value=0.5)
    stage.ask("save", name="First")
    stage.turn()
    stage.ask("surprise")
    heard, program = stage.model.pad.latent.copy(), stage.model.hand.program
    before = timbre(stage.model.hand.preset, stage.lineup.bundle)
    stage.ask("save", name="Second")
    stage.turn()
    kept = timbre(read_preset(home / "presets" / "second.toml"), stage.lineup.bundle)
    np.testing.assert_allclose(kept.latent, heard, atol=1e-4)
    assert kept.level_db == pytest.approx(before.level_db, abs=1e-6)
    assert stage.model.hand.program != program
    np.testing.assert_allclose(stage.latent(stage.model.hand.program), heard, atol=1e-4)
    np.testing.assert_allclose(stage.latent(program), before.latent, atol=1e-4)
    assert stage.see("pad")["home"]


def test_a_moved_sound_keeps_its_turned_macros() -> None:
    stage = Stage()
    stage.ask("move", x=0.0, y=0.5)
    stage.ask("macro", index=0, value=0.75)
    stage.ask("save", name="Both")
    stage.turn()
    assert stage.see("macros")[0]["value"] == stage.see("macros")[0]["default"] == 0.75
    offset = stage.engine.timbres.at_rest(stage.model.hand.program, np.array([60.0], np.float32))[0]
    assert np.linalg.norm(offset - stage.model.catalogue.sound(PIANO).latent) > 0.5


def test_ones_own_preset_is_replaced_only_where_one_says_so(home: Path) -> None:
    stage = Stage()
    stage.ask("save", name="Mine")
    stage.turn()
    program = stage.model.hand.program
    stage.ask("macro", index=0, value=1.0)
    with pytest.raises(HostError, match=r"^there is a preset Mine already; choose another name, or replace"):
        stage.ask("save", name="Mine")
    stage.ask("save", name="Mine", force=True)
    stage.turn()
    assert read_preset(home / "presets" / "mine.toml").macros[0].value == 1.0
    assert (stage.model.hand.program, stage.see("preset")["changed"]) == (program, False)
    assert stage.see("macros")[0]["default"] == 1.0


def test_a_shipped_preset_stays_as_it_is(home: Path) -> None:
    with pytest.raises(
        HostError, match=r"^Flute ships with rtsynth and stays as it is; choose another name$"
    ):
        Stage().ask("save", name="Flute", force=True)
    assert not (home / "presets").exists()


@pytest.mark.parametrize(
    ("name", "cause"), [("!!!", "makes no file name"), ("a" * 100, "would not be whole")]
)
def test_a_name_that_makes_no_preset_is_refused(name: str, cause: str) -> None:
    stage = Stage()
    with pytest.raises(HostError, match=cause):
        stage.ask("save", name=name)
    assert stage.told == []


def test_a_moved_kit_cannot_be_saved() -> None:
    stage = Stage(alone("wavegan-kit-1"))
    stage.ask("move", x=0.5, y=0.0)
    with pytest.raises(HostError, match="bring the pad home first"):
        stage.ask("save", name="My Kit")
    stage.ask("home")
    stage.ask("save", name="My Kit")


def test_favourites_are_presets_that_there_are() -> None:
    stage = Stage()
    stage.ask("favourite", id=FLUTE)
    assert stage.see("favourites") == [FLUTE]
    with pytest.raises(HostError, match="no preset 'kazoo'"):
        stage.ask("favourite", id="kazoo", on=True)
    stage.ask("favourite", id=FLUTE, on=False)
    assert stage.see("favourites") == []
