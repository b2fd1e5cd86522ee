"""Macros as knobs: what they show, and what turning one does to the sound."""

from pathlib import Path

import numpy as np
import pytest

from rtsynth.errors import HostError
from rtsynth_engine.layout import KNOBS
from rtsynth_engine.midi.commands import COMMAND, KNOB
from tests.rtsynth.page.stage import FLUTE, PIANO, Stage

SPACE = 4  # the piano's macro of the reverb, 0 … 1


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_macros_show_what_the_preset_says_and_what_they_do() -> None:
    brightness, *_, release, space = Stage().see("macros")
    assert brightness == {
        "name": "Brightness",
        "value": 0.0,
        "default": 0.0,
        "bipolar": True,
        "what": "brightness",
        "learnt": None,
    }
    assert (release["what"], space["what"], space["bipolar"]) == ("release time", "reverb", False)


def test_a_macro_that_is_turned_turns_the_engines_knob() -> None:
    stage = Stage()
    stage.ask("macro", index=0, value=0.5)
    assert stage.engine.memory.state[0]["knobs"][0] == 0.5
    assert stage.see("macros")[0]["value"] == 0.5
    assert stage.see("preset")["changed"]


def test_a_macro_goes_back_to_its_default() -> None:
    stage = Stage()
    stage.ask("macro", index=0, value=0.5)
    stage.ask("macro", index=0, default=True)
    assert stage.see("macros")[0]["value"] == 0.0
    assert not stage.see("preset")["changed"]


def test_a_macro_is_shown_within_its_range_however_far_the_knob_is_turned() -> None:
    stage = Stage()
    stage.push(COMMAND, KNOB, SPACE, -0.7)
    stage.turn()
    assert stage.see("macros")[SPACE]["value"] == 0.0


def test_a_knob_adds_to_what_a_saved_preset_says() -> None:
    stage = Stage()
    stage.ask("macro", index=0, value=0.75)
    stage.ask("save", name="Bright")
    stage.turn()
    assert (stage.see("macros")[0]["value"], stage.see("macros")[0]["default"]) == (0.75, 0.75)
    stage.ask("macro", index=0, value=0.25)
    assert stage.engine.memory.state[0]["knobs"][0] == -0.5
    assert stage.see("macros")[0]["value"] == 0.25


def test_another_preset_begins_with_its_own_macros() -> None:
    stage = Stage()
    stage.ask("macro", index=0, value=0.5)
    stage.ask("preset", id=FLUTE)
    assert not stage.engine.memory.state[0]["knobs"].any()
    assert not stage.see("preset")["changed"]


def test_the_same_preset_chosen_again_is_as_it_was_saved() -> None:
    stage = Stage()
    stage.ask("macro", index=1, value=-0.5)
    stage.ask("move", x=0.5, y=0.5)
    stage.ask("preset", id=PIANO)
    stage.turn()
    assert not stage.see("preset")["changed"]


def test_a_macro_that_the_preset_lacks_is_refused() -> None:
    with pytest.raises(HostError, match=r"^Acoustic Grand Piano has no macro 8; it has 5$"):
        Stage().ask("macro", index=KNOBS - 1, value=0.5)


def test_a_turned_macro_is_heard() -> None:
    heard = []
    for value in (0.0, 1.0):
        stage = Stage(network=True)
        stage.ask("macro", index=0, value=value)
        stage.push(0x90, 60, 100)
        heard.append(stage.play(24_000)[0])
    dull, bright = (np.abs(np.diff(each)).sum() / np.abs(each).sum() for each in heard)
    assert bright > 1.1 * dull
