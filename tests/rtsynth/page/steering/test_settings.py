"""Settings: what a page changes of a session."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.page.steering.settings import asked_for
from rtsynth.setups import Input, Part, Setup, parse_setup
from rtsynth_engine.layout import CHANNELS, PORTS
from tests.rtsynth.page.stage import PIANO, Stage, lineup_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_settings_begin_as_the_session_was_opened() -> None:
    seen = Stage().see("settings")
    assert (seen["tuning"], seen["velocity"], seen["mpe"], seen["bend_range"]) == (None, "linear", 0, 2.0)
    assert {"slendro", "werckmeister-iii"} < set(seen["tunings"])
    assert seen["curves"] == ["soft", "linear", "hard", "fixed"]
    assert seen["audio"] == [{"name": "jack", "chosen": True}]
    assert 128 in seen["periods"]


def test_the_tuning_of_a_setup_is_shown() -> None:
    setup = Setup(tuning="slendro.scl", parts=(Part(PIANO),))
    assert Stage(lineup_of(setup)).see("settings")["tuning"] == "slendro"


@pytest.mark.parametrize("name", ["slendro", None])
def test_a_tuning_is_the_hosts_to_change(name: str | None) -> None:
    stage = Stage()
    stage.ask("settings", tuning=name)
    assert stage.told == [{"do": "tuning", "scale": name, "keymap": None}]
    assert stage.see("settings")["tuning"] == name


@pytest.mark.parametrize("name", ["none", "/etc/passwd", "../bank/000-acoustic-grand-piano"])
def test_only_tunings_that_are_listed_are_read(name: str) -> None:
    stage = Stage()
    with pytest.raises(HostError, match=r"no tuning .*; choose one of 19-edo"):
        stage.ask("settings", tuning=name)
    assert stage.told == []


def test_a_scale_that_cannot_be_read_is_told(home: Path) -> None:
    (home / "tunings").mkdir()
    (home / "tunings" / "bent.scl").write_text("bent\n one\n")
    stage = Stage()
    with pytest.raises(HostError, match=r"tuning 'bent\.scl', line 2"):
        stage.ask("settings", tuning="bent")
    assert stage.told == []


@pytest.mark.parametrize(("wanted", "curve", "shown"), [("hard", "hard", "hard"), ("1.25", 1.25, "1.25")])
def test_a_velocity_curve_is_every_ports(wanted: str, curve: str | float, shown: str) -> None:
    stage = Stage()
    stage.ask("settings", velocity=wanted)
    (told,) = stage.asked("setup")
    assert parse_setup(told["toml"].encode()).inputs == (Input(None, curve),)
    seen = stage.see("settings")
    assert seen["velocity"] == shown
    assert shown in seen["curves"]


def test_a_curve_that_is_none_is_refused() -> None:
    with pytest.raises(HostError, match="no velocity curve 'steep'; choose soft"):
        Stage().ask("settings", velocity="steep")


def test_mpe_gives_every_port_its_members_and_takes_them_back() -> None:
    stage = Stage()
    stage.ask("settings", mpe=7)
    assert stage.engine.memory.channels["members"].tolist() == ([7] + [0] * 15) * PORTS
    assert stage.see("settings")["mpe"] == 7
    stage.ask("settings", mpe=0)
    assert not stage.engine.memory.channels["members"].any()


@pytest.mark.parametrize("semitones", [12, 0, 96, 2.5])
def test_the_bend_range_is_every_channels(semitones: float) -> None:
    stage = Stage()
    stage.ask("settings", bend_range=semitones)
    assert stage.engine.memory.channels["bend_range"].tolist() == [semitones] * CHANNELS
    assert stage.see("settings")["bend_range"] == semitones


def test_members_of_a_zone_keep_a_bend_range_of_their_own() -> None:
    stage = Stage()
    stage.ask("settings", mpe=15)
    stage.ask("settings", bend_range=12)
    assert set(stage.engine.memory.channels["bend_range"][1:16].tolist()) == {48.0}


def test_data_entry_changes_nothing_afterwards() -> None:
    stage = Stage()
    stage.ask("settings", bend_range=12)
    stage.push(0xB0, 6, 5, port=0)
    stage.turn()
    assert stage.engine.memory.channels["bend_range"][0] == 12


@pytest.mark.parametrize("asked", [{"audio": "null"}, {"period": 256}])
def test_another_device_is_the_hosts_to_open(asked: dict) -> None:
    stage = Stage()
    stage.ask("settings", **asked)
    assert stage.told == [{"do": "open"} | asked]


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("jack: rtsynth", "jack"),
        ("null", "null"),
        ("portaudio: Box: USB (hw:1,0)", "portaudio:Box: USB (hw:1,0)"),
    ],
)
def test_a_driver_is_shown_as_it_can_be_asked_for(driver: str, name: str) -> None:
    assert asked_for(driver) == name
