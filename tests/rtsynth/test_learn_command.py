"""`rtsynth learn`, as a person types it."""

import json
import re
from pathlib import Path

import pytest

from rtsynth import touching
from rtsynth.learning import Controller, Learnt, read_learnt
from rtsynth_engine.rings import TAIL, Ring, make_ring
from tests.rtsynth.test_cli import Run


class Moved:
    """A MIDI process whose person moves the modulation wheel, then controller 21 of channel 3."""

    def __init__(self, ports: tuple[str, ...], virtual: str | None, every: bool) -> None:
        self.names = {0: "Keystation"} if ports in [(), ("key",)] and every is not bool(ports) else {}
        self.ring: Ring = make_ring(8)
        for slot, (number, value) in enumerate(((1, 0), (1, 90), (21, 5), (21, 60))):
            event = self.ring.items[slot]
            event["status"], event["data1"], event["data2"] = 0xB2, number, value
        self.ring.indices[TAIL] = 4

    def news(self) -> list[str]:
        return []

    def alive(self) -> bool:
        return True

    def __enter__(self) -> "Moved":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(touching, "MidiProcess", Moved)
    return Run(monkeypatch, capsys)


def test_one_touch_is_learnt_and_what_cannot_be_is_told(run: Run) -> None:
    answer = run("learn", "macro", "1", "--curve", "2")
    assert answer.status == 0
    assert answer.out == "CC 21 turns macro 1\n"
    assert re.search("Keystation.*\n.*CC 1 cannot be learnt: CC 1 stays modulation wheel", answer.err)
    assert read_learnt() == [Learnt("macro 1", Controller("cc", 21), curve=2.0)]


def test_a_touch_on_a_channel_and_a_port_asked_for_is_learnt_for_them(run: Run) -> None:
    run("learn", "pan", "--channel", "3", "--port", "key")
    assert read_learnt()[0].controller == Controller("cc", 21, "key", 3)


def test_a_controller_that_is_named_is_learnt_at_once_and_moves_over(run: Run) -> None:
    options = ["--low", "0.2", "--high", "0.8", "--pickup"]
    assert run("learn", "reverb", "--cc", "30", *options).out == "CC 30 turns reverb\n"
    assert read_learnt() == [Learnt("reverb", Controller("cc", 30), 0.2, 0.8, pickup=True)]
    assert run("learn", "pan", "--cc", "30").out == "CC 30 turns pan (no longer reverb)\n"
    assert run("learn", "level", "--nrpn", "261").out == "NRPN 261 turns level\n"
    assert [each.target for each in read_learnt()] == ["pan", "level"]


def test_what_was_learnt_is_listed_for_people_and_for_programs(run: Run) -> None:
    assert "nothing is learnt" in run("learn").out
    assert json.loads(run("learn", "--json").out) == []
    run("learn", "macro-2", "--cc14", "16", "--channel", "4")
    listed = json.loads(run("learn", "--json").out)
    assert listed == [
        {
            "target": "macro 2",
            "kind": "cc14",
            "number": 16,
            "port": None,
            "channel": 4,
            "low": 0.0,
            "high": 1.0,
            "curve": 1.0,
            "pickup": False,
        }
    ]
    assert re.search(r"macro 2 +cc14 +16 +4 ", run("learn").out)


def test_a_target_or_everything_is_forgotten(run: Run) -> None:
    for number, target in enumerate(("reverb", "pan", "level")):
        run("learn", target, "--cc", str(30 + number))
    assert run("learn", "--forget", "Pan").out == "nothing turns pan now\n"
    assert [each.target for each in read_learnt()] == ["reverb", "level"]
    assert run("learn", "--forget", "all").status == 0
    assert read_learnt() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["volume"], "no target 'volume'; there are macro 1"),
        (["reverb", "--cc", "64"], "CC 64 stays sustain pedal"),
        (["reverb", "--cc", "128"], "there are 0 to 127"),
        (["reverb", "--cc", "21", "--nrpn", "3"], "give one"),
        (["--cc", "21"], "TARGET is missing"),
        (["reverb", "--cc", "21", "--low", "-1"], "reverb goes from 0 to 1"),
        (["reverb", "--cc", "21", "--high", "nan"], "reverb goes from 0 to 1"),
        (["reverb", "--cc", "21", "--channel", "17"], "1<=x<=16"),
        (["reverb", "--cc", "21", "--port", "two\nlines"], "mappings/0/port"),
        (["reverb", "--cc", "21", "--curve", "nan"], "mappings/0/curve: nan is not finite"),
        (["--forget", "reverb"], "nothing turns reverb"),
    ],
)
def test_what_cannot_be_learnt_is_one_line_and_status_2(run: Run, arguments: list[str], said: str) -> None:
    answer = run("learn", *arguments)
    assert answer.status == 2
    assert re.fullmatch(r"rtsynth: .*\n", answer.err)
    assert said in answer.err
    assert read_learnt() == []


def test_a_broken_file_is_told_and_left_as_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "home" / "learn.toml"
    path.parent.mkdir()
    path.write_text("format = ")
    answer = run("learn", "reverb", "--cc", "21")
    assert answer.status == 2
    assert "learn.toml" in answer.err
    assert path.read_text() == "format = "
