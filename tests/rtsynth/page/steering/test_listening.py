"""Learning by the page: the control that is touched turns a macro."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.learning import Controller, Learnt, learn_file, read_learnt, write_learnt
from tests.rtsynth.page.stage import Stage

CC, SUSTAIN = 0xB0, 64


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def touch(stage: Stage, number: int, port: int = 1) -> None:
    for value in (10, 20, 30):
        stage.push(CC, number, value, port=port)
    stage.turn()


def test_a_touched_control_is_learnt_and_named() -> None:
    stage = Stage()
    stage.ask("learn", macro=2)
    assert stage.see("learning") == {"macro": 2, "said": "move the control now"}
    touch(stage, 21)
    assert stage.see("learning") is None
    assert read_learnt() == [Learnt("macro 3", Controller("cc", 21), low=-1.0)]
    assert stage.see("macros")[2]["learnt"] == "CC 21"
    assert stage.said == ["CC 21 turns macro 3 now"]


def test_a_control_sweeps_the_range_of_its_macro() -> None:
    stage = Stage()
    stage.ask("learn", macro=4)
    touch(stage, 21)
    assert read_learnt()[0].low == 0.0


def test_what_was_touched_before_is_not_learnt() -> None:
    stage = Stage()
    touch(stage, 22)
    stage.ask("learn", macro=0)
    stage.turn()
    assert stage.see("learning") is not None


def test_a_control_that_cannot_be_learnt_is_told_and_another_still_can() -> None:
    stage = Stage()
    stage.ask("learn", macro=0)
    touch(stage, SUSTAIN)
    assert "CC 64 cannot be learnt" in stage.see("learning")["said"]
    touch(stage, 21)
    assert stage.see("macros")[0]["learnt"] == "CC 21"


def test_a_control_turns_one_macro_only() -> None:
    stage = Stage()
    for macro in (0, 1):
        stage.ask("learn", macro=macro)
        touch(stage, 21)
    assert [each["learnt"] for each in stage.see("macros")[:2]] == [None, "CC 21"]
    assert stage.said[-1] == "CC 21 turns macro 2 now, no longer macro 1"


def test_learning_can_be_left() -> None:
    stage = Stage()
    stage.ask("learn", macro=0)
    stage.ask("learn", cancel=True)
    touch(stage, 21)
    assert (stage.see("learning"), read_learnt()) == (None, [])


def test_a_macro_is_let_go_of() -> None:
    write_learnt([Learnt("macro 1", Controller("cc", 21)), Learnt("macro 2", Controller("cc", 22))])
    stage = Stage()
    stage.ask("forget", macro=0)
    assert [each["learnt"] for each in stage.see("macros")[:2]] == [None, "CC 22"]
    with pytest.raises(HostError, match="nothing turns macro 1"):
        stage.ask("forget", macro=0)


def test_what_is_learnt_elsewhere_is_seen() -> None:
    stage = Stage()
    write_learnt([Learnt("macro 1", Controller("nrpn", 200)), Learnt("macro 1", Controller("cc", 9))])
    stage.turn()
    assert stage.see("macros")[0]["learnt"] == "NRPN 200, CC 9"


def test_a_broken_file_stays_as_it_is_and_is_told() -> None:
    stage = Stage()
    learn_file().write_text("what?")
    stage.turn()
    assert stage.said[-1].startswith("what was learnt stays as it was:")
    with pytest.raises(HostError, match="is no TOML"):
        stage.ask("learn", macro=0)
    assert learn_file().read_text() == "what?"
