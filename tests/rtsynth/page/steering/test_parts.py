"""Splits and layers, edited from the page."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.setups import Part, parse_setup
from rtsynth_engine.layout import HELD
from tests.rtsynth.page.stage import FLUTE, PIANO, VIOLIN, Stage


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def told(stage: Stage) -> tuple[Part, ...]:
    """The parts as the host heard of them last."""
    stage.turn(1.0)
    return parse_setup(stage.asked("setup")[-1]["toml"].encode()).parts


def test_a_preset_alone_is_one_part_on_every_key() -> None:
    assert Stage().see("parts") == [
        {
            "preset": PIANO,
            "name": "Acoustic Grand Piano",
            "channel": None,
            "port": None,
            "low": 0,
            "high": 127,
            "transpose": 0,
            "level_db": 0.0,
            "pan": 0.0,
            "follow": True,
        }
    ]


def test_a_part_is_added_to_what_plays_now() -> None:
    stage = Stage()
    stage.ask("preset", id=FLUTE)
    stage.ask("settings", add_part=VIOLIN)
    assert [part.preset for part in told(stage)] == [FLUTE, VIOLIN]
    assert [part["name"] for part in stage.see("parts")] == ["Flute", "Violin"]
    assert stage.see("session")["title"] == "Flute and 1 more"
    stage.push(0x90, 60, 100)
    stage.play()
    voices = stage.engine.memory.voices
    assert sorted(voices["program"][voices["stage"] == HELD].tolist()) == [40, 73]


def test_a_part_is_edited() -> None:
    stage = Stage()
    stage.ask("settings", add_part=VIOLIN)
    stage.ask("settings", part=1, keys=[60, 127], transpose=-12, level_db=-3, pan=0.5, channel=2)
    edited = Part(VIOLIN, channel=2, keys=(60, 127), transpose=-12, level_db=-3.0, pan=0.5)
    assert told(stage)[1] == edited
    stage.ask("settings", part=1, channel=0)
    assert told(stage)[1].channel is None


def test_a_part_goes_and_the_last_one_stays() -> None:
    stage = Stage()
    stage.ask("settings", add_part=VIOLIN)
    stage.ask("preset", id=FLUTE, part=1)
    stage.ask("settings", part=1, remove=True)
    assert [part["preset"] for part in stage.see("parts")] == [PIANO]
    assert stage.see("preset")["id"] == PIANO
    with pytest.raises(HostError, match="a setup has one part at least"):
        stage.ask("settings", part=0, remove=True)


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        ({"part": 0, "transpose": 99}, "the setup stays as it was: parts/0/transpose: 99 is greater"),
        ({"part": 0, "keys": [60, 50]}, "parts/0/keys: 60 to 50 is no range"),
        ({"part": 3, "pan": 0.0}, "there is no part 4; choose one of 1"),
        ({"add_part": "vae-cello"}, "is not of PartialGAN"),
        ({"part": 0, "preset": "kazoo"}, "no preset 'kazoo'"),
    ],
)
def test_a_mistake_is_told_in_a_line_and_changes_nothing(asked: dict, cause: str) -> None:
    stage = Stage()
    before = stage.see("parts")
    with pytest.raises(HostError, match=cause):
        stage.ask("settings", **asked)
    assert (stage.see("parts"), stage.told) == (before, [])


def test_there_is_an_end_to_parts() -> None:
    stage = Stage()
    for _ in range(15):
        stage.ask("settings", add_part=PIANO)
    with pytest.raises(HostError, match="16 parts at most"):
        stage.ask("settings", add_part=PIANO)


def test_a_slider_that_is_dragged_does_not_flood_the_host() -> None:
    stage = Stage()
    for level in range(-30, 0):
        stage.ask("settings", part=0, level_db=level)
    assert len(stage.asked("setup")) < 10
    assert told(stage)[0].level_db == -1.0
