"""From a setup and what was learnt to the engine's parts, curves and mappings."""

import os
from pathlib import Path
from typing import Any

import pytest

from rtsynth.learning import Controller, Learnt, learn_file, write_learnt
from rtsynth.lineup import OWN, choose_lineup, setup_lineup
from rtsynth.routing import NOWHERE, Routing, curves, engine_parts, find, ports_named
from rtsynth.setups import Input, Part, Setup, parse_setup
from rtsynth.velocity import table
from rtsynth_engine import layout, learning, parts

PORTS = {0: "Keystation 61", 2: "Launchkey MIDI 1", 3: "Launchkey MIDI 2"}
DUO = Setup(parts=(Part("violin", "keys", 2, (60, 127), -12, -3.0, 0.5), Part("cello", keys=(0, 59))))


class Engine:
    """Notes what it is told."""

    clock = 480

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.events: list[tuple[int, ...]] = []
        self.curves: dict[int, list[float]] = {}

    def set_parts(self, given: Any) -> None:
        self.told.append(("parts", list(given)))

    def set_mappings(self, given: Any) -> None:
        self.told.append(("mappings", list(given)))

    def set_curve(self, port: int, velocities: list[float]) -> None:
        self.curves[port] = velocities

    def push(self, time: int, status: int, data1: int, data2: int = 0, port: int = 0) -> bool:
        self.events.append((time, port, status, data1, data2))
        return True


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))


def test_a_preset_on_every_channel_needs_no_parts() -> None:
    assert engine_parts(choose_lineup("glass choir"), {}) == []


def test_a_part_hears_its_port_channel_and_keys_and_plays_its_preset() -> None:
    assert engine_parts(setup_lineup(DUO), PORTS) == [
        parts.Part(0, 1, 60, 127, -12, 40, -3.0, 0.5),
        parts.Part(high=59, program=42),
    ]


def test_a_part_that_follows_program_changes_plays_its_channels_program() -> None:
    lineup = setup_lineup(Setup(parts=(Part("violin", channel=3, follow_programs=True),)))
    assert engine_parts(lineup, {}) == [parts.Part(channel=2, program=-1)]


def test_a_part_played_otherwise_than_its_preset_has_a_sound_of_its_own() -> None:
    lineup = setup_lineup(Setup(parts=(Part("violin"), Part("violin", mono=True, portamento=0.2))))
    assert lineup.slots == (40, OWN + 1)
    own, plain = lineup.sounds[OWN + 1], lineup.sounds[40]
    assert (own.mono, own.portamento, own.legato) == (True, 0.2, plain.legato)
    assert own.latent == plain.latent


def test_a_port_is_found_by_words_at_its_number() -> None:
    assert find("keystation", PORTS) == (0, "")
    assert find("launch 2", PORTS) == (3, "")
    assert find("launch", PORTS)[0] == NOWHERE
    assert "means several MIDI inputs" in find("launch", PORTS)[1]
    assert "no MIDI input" in find("piano", PORTS)[1]


def test_a_part_of_a_port_that_is_not_there_hears_nothing_until_it_comes() -> None:
    engine = Engine()
    routing = Routing(engine, setup_lineup(DUO))
    assert ["no MIDI input" in said for said in routing.follow({})] == [True]
    assert routing.follow({1: "Keystation 61"}) == []
    first, second = (told[0].port for name, told in engine.told if name == "parts")
    assert (first, second) == (NOWHERE, 1)


def test_nothing_is_done_while_nothing_changes() -> None:
    engine = Engine()
    routing = Routing(engine, setup_lineup(DUO))
    routing.follow(PORTS)
    before = len(engine.told)
    assert routing.follow(dict(PORTS)) == []
    assert len(engine.told) == before


def test_every_port_has_its_own_curve_or_the_one_for_all() -> None:
    inputs = (Input("launch 1", "hard", (10, 100)), Input(None, "soft"))
    found = list(curves(inputs, PORTS))
    assert found[2] == table("hard", 10, 100).tolist()
    assert all(found[port] == table("soft").tolist() for port in range(8) if port != 2)
    assert list(curves((), PORTS)) == [table("linear").tolist()] * layout.PORTS


def test_channels_of_a_part_that_follows_begin_on_its_preset_when_their_port_comes() -> None:
    engine = Engine()
    lineup = setup_lineup(
        Setup(parts=(Part("violin"), Part("glass choir", "launch 1", 3, follow_programs=True)))
    )
    routing = Routing(engine, lineup)
    routing.follow({})
    assert engine.events == []
    routing.follow(PORTS)
    bank, program = divmod(lineup.slots[1], 128)
    assert engine.events == [(480, 2, 0xB2, 0, bank), (480, 2, 0xC2, program, 0), (480, 2, 0xB2, 0, 0)]
    routing.follow({})
    routing.follow(PORTS)
    assert len(engine.events) == 3


def test_what_was_learnt_reaches_the_engine_and_a_change_follows() -> None:
    engine = Engine()
    routing = Routing(engine, choose_lineup(None))
    write_learnt([Learnt("pan", Controller("cc14", 16, "keys", 3), 0.2, 0.8, 2.0, True)])
    assert routing.follow(PORTS) == []
    assert engine.told[-1] == (
        "mappings",
        [learning.Mapping("cc14", 16, "pan", 0, 2, 0.2, 0.8, 2.0, True)],
    )
    write_learnt([Learnt("macro 1", Controller("nrpn", 300))])
    os.utime(learn_file(), ns=(1, 1))
    routing.follow(PORTS)
    assert engine.told[-1] == ("mappings", [learning.Mapping("nrpn", 300, "macro 1")])


def test_in_a_file_what_was_learnt_for_a_port_is_for_every_port() -> None:
    engine = Engine()
    write_learnt([Learnt("pan", Controller("cc", 21, "keys", 3))])
    assert Routing(engine, choose_lineup(None), live=False).follow({}) == []
    assert engine.told[-1] == ("mappings", [learning.Mapping("cc", 21, "pan", -1, 2)])


def test_a_learn_file_that_breaks_while_playing_is_told_and_what_was_learnt_before_holds() -> None:
    engine = Engine()
    routing = Routing(engine, choose_lineup(None))
    write_learnt([Learnt("pan", Controller("cc", 21))])
    routing.follow(PORTS)
    learn_file().write_text("format = ")
    assert ["learn.toml" in remark for remark in routing.follow(PORTS)] == [True]
    assert engine.told[-1] == ("mappings", [learning.Mapping("cc", 21, "pan")])
    assert routing.follow(PORTS) == []


def test_ports_of_a_file_stand_for_those_the_setup_names_in_order() -> None:
    setup = Setup(parts=(Part("violin", "b"), Part("cello"), Part("viola", "a"), Part("viola", "b")))
    assert ports_named(setup) == ["b", "a"]


def test_a_take_keeps_the_setup_with_its_ports_by_number_and_nothing_for_a_preset_alone() -> None:
    routing = Routing(Engine(), setup_lineup(DUO))
    routing.follow({3: "Keystation 61"})
    routing.follow({})
    kept = parse_setup(routing.taken().encode())
    assert [part.port for part in kept.parts] == ["3", None]
    assert engine_parts(setup_lineup(kept), {})[0].port == 3
    plain = Routing(Engine(), choose_lineup("violin"))
    plain.follow(PORTS)
    assert plain.taken() == ""
