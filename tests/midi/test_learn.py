"""MIDI learn: controllers, pairs of them and NRPNs that move a target of one's own."""

import numpy as np
import pytest

from rtsynth_engine.layout import HELD
from rtsynth_engine.learning import Mapping
from rtsynth_engine.midi.messages import RESERVED
from tests.midi.hearing import rms, tone
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, nrpn, off, on

KNOB, PAIR, PARAMETER = 21, 20, 300  # numbers of controllers that mean nothing by themselves
SUSTAIN, SOUND_OFF, VOLUME = 64, 120, 7
LEARN = row("MIDI learn")


def knobs(desk: Desk) -> list[float]:
    numbers: list[float] = desk.engine.memory.state[0]["knobs"].tolist()
    return numbers


def learnt(desk: Desk, **mapping: object) -> Desk:
    desk.engine.set_mappings([Mapping(**({"kind": "cc", "number": KNOB, "target": "level"} | mapping))])
    return desk


def loudness(desk: Desk, *messages: bytes) -> float:
    """Loudness of a note after `messages`, as a share of one at full level."""
    desk.send(cc(VOLUME, 127), seconds=0.1)
    full = rms(desk.note())
    desk.send(*messages, seconds=0.1)
    return rms(desk.note()) / full


@LEARN
def test_one_touch_is_one_move(desk: Desk) -> None:
    assert loudness(learnt(desk), cc(KNOB, 64)) == pytest.approx((64 / 127) ** 2, rel=0.02)
    assert loudness(desk, cc(KNOB, 0)) < 1e-6


@LEARN
@pytest.mark.parametrize("target", ["macro 1", "macro 8"])
def test_a_macro_is_moved_and_no_other(desk: Desk, target: str) -> None:
    before = knobs(desk)
    learnt(desk, target=target).send(cc(KNOB, 127))
    moved = [i for i, (old, new) in enumerate(zip(before, knobs(desk), strict=True)) if old != new]
    assert moved == [int(target[-1]) - 1]
    assert knobs(desk)[moved[0]] == pytest.approx(1.0)


@LEARN
def test_a_controller_that_is_not_learnt_moves_nothing(desk: Desk) -> None:
    assert loudness(learnt(desk), cc(KNOB + 1, 0)) == pytest.approx(1.0, rel=1e-3)


@LEARN
def test_forgetting_ends_it(desk: Desk) -> None:
    learnt(desk).engine.set_mappings([])
    assert loudness(desk, cc(KNOB, 0)) == pytest.approx(1.0, rel=1e-3)


@LEARN
@pytest.mark.parametrize(
    ("where", "heard"), [({"channel": 0}, True), ({"channel": 3}, False), ({"port": 2}, False)]
)
def test_a_mapping_may_be_of_one_channel_or_port(desk: Desk, where: dict[str, int], heard: bool) -> None:
    assert (loudness(learnt(desk, **where), cc(KNOB, 0)) < 1e-6) == heard


@LEARN
@pytest.mark.parametrize(("value", "wanted"), [(0, 0.25), (127, 0.75)])
def test_a_mapping_has_a_range(desk: Desk, value: int, wanted: float) -> None:
    assert loudness(learnt(desk, low=0.25, high=0.75), cc(KNOB, value)) == pytest.approx(wanted**2, rel=0.02)


@LEARN
def test_a_range_may_run_backwards(desk: Desk) -> None:
    assert loudness(learnt(desk, low=1.0, high=0.0), cc(KNOB, 127)) < 1e-6


@LEARN
def test_a_mapping_has_a_curve(desk: Desk) -> None:
    wanted = (64 / 127) ** (2 * 3.0)
    assert loudness(learnt(desk, curve=3.0), cc(KNOB, 64)) == pytest.approx(wanted, rel=0.05)


@LEARN
def test_with_pickup_a_control_moves_the_target_only_once_it_has_met_it(desk: Desk) -> None:
    learnt(desk, pickup=True)
    assert loudness(desk, cc(KNOB, 10), cc(KNOB, 60)) == pytest.approx(1.0, rel=1e-3)
    assert loudness(desk, cc(KNOB, 127), cc(KNOB, 64)) == pytest.approx((64 / 127) ** 2, rel=0.02)


@LEARN
@pytest.mark.parametrize("number", [0, 1, 6, 38, 64, 74, 100, 101, 120, 123])
def test_reserved_controllers_are_refused(desk: Desk, number: int) -> None:
    assert number in RESERVED
    learnt(desk, number=number, target="macro 1")
    before = knobs(desk)
    desk.send(*(cc(number, value) for value in (127, 3, 90)))
    assert knobs(desk) == before


@LEARN
def test_panic_and_pedals_work_whatever_was_learnt(desk: Desk) -> None:
    desk.engine.set_mappings([Mapping(kind="cc", number=n, target="macro 1") for n in range(64, 128)])
    desk.send(cc(SUSTAIN, 127), on(60), off(60))
    assert desk.keys(HELD) == [60]
    desk.send(cc(SOUND_OFF, 0))
    assert desk.keys() == []


@LEARN
def test_a_learnt_control_makes_no_click(desk: Desk) -> None:
    learnt(desk)
    calm = desk.send(on(69), seconds=0.3)[:, 4800:]
    moved = desk.play(*[(0.01 * i, cc(KNOB, 127 * (i % 2))) for i in range(30)], seconds=0.3)
    assert np.abs(np.diff(moved, 2)).max() < 3.0 * np.abs(np.diff(calm, 2)).max() * (127 / 100) ** 2


FOURTEEN = row("NRPN, 14-bit CC")


@FOURTEEN
@pytest.mark.parametrize("value", [0, 100, 8192, 16383])
def test_a_pair_of_controllers_is_learnt_as_14_bits(desk: Desk, value: int) -> None:
    learnt(desk, kind="cc14", number=PAIR, target="macro 1")
    desk.send(cc(PAIR, value >> 7), cc(PAIR + 32, value & 127))
    assert knobs(desk)[0] == pytest.approx(value / 16383, abs=1e-5)


@FOURTEEN
def test_a_mapping_of_7_bits_does_not_listen_to_the_second_half(desk: Desk) -> None:
    learnt(desk, number=PAIR, target="macro 1")
    desk.send(cc(PAIR, 64), cc(PAIR + 32, 99))
    assert knobs(desk)[0] == pytest.approx(64 / 127, abs=1e-5)


@FOURTEEN
@pytest.mark.parametrize("value", [0, 100, 8192, 16383])
def test_an_nrpn_is_learnt_with_14_bits(desk: Desk, value: int) -> None:
    learnt(desk, kind="nrpn", number=PARAMETER, target="macro 2")
    desk.send(nrpn(PARAMETER, value >> 7, value & 127))
    assert knobs(desk)[1] == pytest.approx(value / 16383, abs=1e-5)


@FOURTEEN
def test_another_nrpn_moves_nothing_and_a_learnt_one_not_the_bend_range(desk: Desk) -> None:
    learnt(desk, kind="nrpn", number=PARAMETER, target="macro 2")
    before = knobs(desk)
    desk.send(nrpn(PARAMETER + 1, 99, 99))
    assert knobs(desk) == before
    desk.send(nrpn(PARAMETER, 24, 0), bend(0), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(67.0, abs=0.01)
