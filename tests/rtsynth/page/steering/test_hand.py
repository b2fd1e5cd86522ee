"""The part in hand: presets chosen by a page, and by MIDI."""

from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.page.steering.hand import slot
from rtsynth.setups import Part, Setup, parse_setup
from rtsynth_engine.layout import PAGE_PORT
from tests.rtsynth.page.stage import FLUTE, PIANO, VIOLIN, Stage, lineup_of

PROGRAM, PAGE = 0xC0, 16 * PAGE_PORT


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_a_preset_that_is_chosen_plays_on_every_channel() -> None:
    stage = Stage()
    assert stage.see("preset")["name"] == "Acoustic Grand Piano"
    stage.ask("preset", id=FLUTE)
    assert stage.see("preset")["id"] == FLUTE
    assert set(stage.engine.memory.channels["program"].tolist()) == {73}
    assert stage.told == []


def test_a_preset_without_a_general_midi_program_is_reached_too() -> None:
    stage = Stage()
    stage.ask("preset", id="glass-choir")
    program = int(stage.engine.memory.channels[PAGE]["program"])
    assert program >= 128
    assert stage.engine.memory.programs[program]["known"]
    assert stage.see("preset")["id"] == "glass-choir"


def test_a_program_change_of_a_keyboard_is_seen_and_the_pages_keys_follow() -> None:
    stage = Stage()
    stage.push(PROGRAM | 2, 40, 0, port=1)
    stage.turn()
    stage.turn()
    assert stage.see("preset")["id"] == VIOLIN
    assert stage.engine.memory.channels[PAGE]["program"] == 40
    assert stage.engine.memory.channels[0]["program"] == 0


def test_a_page_that_comes_late_shows_what_plays() -> None:
    stage = Stage()
    stage.ask("preset", id=VIOLIN)
    late = type(stage.model)(stage.lineup, stage.model.wires, {})
    assert late(set())["preset"]["id"] == VIOLIN


def test_another_instrument_is_the_hosts_to_open() -> None:
    stage = Stage()
    stage.ask("preset", id="vae-cello")
    assert stage.told == [{"do": "open", "preset": "vae-cello"}]
    assert stage.see("preset")["id"] == PIANO


def test_a_preset_that_is_not_there_is_refused_in_a_line() -> None:
    with pytest.raises(HostError, match=r"^no preset 'kazoo'; it may be gone: load the page again$"):
        Stage().ask("preset", id="kazoo")


def test_a_fixed_part_gets_another_preset_by_another_setup() -> None:
    stage = Stage(lineup_of(Setup(parts=(Part(PIANO, keys=(0, 59)), Part(VIOLIN, keys=(60, 127))))))
    stage.ask("preset", id=FLUTE, part=1)
    (told,) = stage.asked("setup")
    assert [part.preset for part in parse_setup(told["toml"].encode()).parts] == [PIANO, FLUTE]
    assert stage.see("preset")["id"] == FLUTE
    assert stage.engine.memory.parts[stage.engine.memory.state[0]["parts"] & 1, 1]["program"] == 73


def test_parts_of_one_setup_stay_of_one_instrument() -> None:
    stage = Stage(lineup_of(Setup(parts=(Part(PIANO), Part(VIOLIN)))))
    with pytest.raises(HostError, match="a setup has one instrument; remove the other parts first"):
        stage.ask("preset", id="vae-cello", part=1)


def test_there_is_no_part_beyond_the_last() -> None:
    with pytest.raises(HostError, match=r"^there is no part 3; choose one of 1$"):
        Stage().ask("preset", id=FLUTE, part=2)


def test_a_sound_is_chosen_only_once_the_host_has_it() -> None:
    stage = Stage()
    stage.deaf = True
    stage.ask("save", name="Mine")
    assert stage.engine.memory.channels[PAGE]["program"] == 0
    (told,) = stage.asked("sound")
    stage.obey(told)
    stage.turn()
    stage.turn()
    assert stage.engine.memory.channels[PAGE]["program"] == told["program"]
    assert stage.see("preset")["id"] == "mine"


def test_what_was_saved_stays_in_hand_when_a_setup_deals_out_numbers_anew() -> None:
    stage = Stage()
    stage.ask("save", name="A Piano")
    before = int(stage.engine.memory.channels[PAGE]["program"])
    stage.ask("settings", velocity="hard")
    stage.turn()
    after = int(stage.engine.memory.channels[PAGE]["program"])
    assert before != after
    assert stage.see("preset")["id"] == "a-piano"
    assert stage.model.catalogue.programs[after].id == "a-piano"
    assert stage.lineup.slots == (after,)


@pytest.mark.parametrize(("part", "expected"), [(Part(PIANO), 0), (Part(PIANO, mono=True), 258)])
def test_programs_of_parts_are_those_of_the_line_up(part: Part, expected: int) -> None:
    lineup = lineup_of(Setup(parts=(Part(VIOLIN), Part(FLUTE), part)))
    assert slot(2, part, {PIANO: 0}) == lineup.slots[2] == expected
