"""Bend and registered parameters, heard: pitch is measured from the sound."""

import numpy as np
import pytest

from tests.midi.hearing import tone, track
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, nrpn, null, off, on, pressure, program, rpn

CENT = 0.01  # semitones
RANGE, FINE, COARSE, DEPTH = 0, 1, 2, 5
DATA, DATA_FINE, INCREMENT, DECREMENT, NRPN_FINE, NRPN, RPN_FINE, RPN = 6, 38, 96, 97, 98, 99, 100, 101
WHEEL, VOLUME = 1, 7
DOWN = bend(0)


@row("Pitch bend")
@pytest.mark.parametrize("value", [0, 1, 4096, 8192, 12345, 16383])
def test_the_bend_has_14_bits_its_centre_at_8192_and_reaches_two_semitones(desk: Desk, value: int) -> None:
    desk.send(bend(value), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0 + 2.0 * (value - 8192) / 8192, abs=CENT)


@row("Pitch bend")
def test_a_note_that_begins_under_a_bend_begins_at_its_pitch(desk: Desk) -> None:
    desk.send(bend(16383), seconds=0.1)
    heard = track(desk.send(on(69), seconds=0.1))
    assert np.abs(heard[4:] - (71.0 - 2.0 / 8192)).max() < 5 * CENT


@row("Pitch bend")
def test_the_bend_does_not_bleed_into_the_next_note_once_it_is_back(desk: Desk) -> None:
    desk.send(on(69), seconds=0.1)
    desk.send(DOWN, seconds=0.1)
    desk.send(off(69), bend(8192), seconds=0.1)
    desk.send(cc(120, 0), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0, abs=CENT)


@row("Pitch bend")
def test_a_bend_is_its_channels_and_its_ports_own(desk: Desk) -> None:
    desk.send(DOWN, seconds=0.1)
    assert tone(desk.note()) == pytest.approx(67.0, abs=CENT)
    assert tone(desk.note(channel=1)) == pytest.approx(69.0, abs=CENT)
    assert tone(desk.note(port=1)) == pytest.approx(69.0, abs=CENT)


@row("Pitch bend")
def test_a_held_note_follows_the_bend(desk: Desk) -> None:
    desk.send(on(69), seconds=0.1)
    desk.send(DOWN, seconds=0.1)
    assert tone(desk.listen()) == pytest.approx(67.0, abs=CENT)


def bent_down(desk: Desk, *messages: bytes) -> float:
    """Semitones that the bend reaches downwards after `messages`."""
    desk.send(*messages, DOWN, seconds=0.1)
    return 69.0 - tone(desk.note())


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize(("semitones", "cents"), [(7, 50), (0, 0), (12, 1), (24, 0)])
def test_parameter_0_sets_the_bend_range_in_semitones_and_cents(
    desk: Desk, semitones: int, cents: int
) -> None:
    wanted = semitones + cents / 100
    assert bent_down(desk, rpn(RANGE, semitones, cents)) == pytest.approx(wanted, abs=CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize(("data", "cents"), [(0, -100.0), (8192, 0.0), (12288, 50.0), (8193, 100 / 8192)])
def test_parameter_1_tunes_finely_with_14_bits(desk: Desk, data: int, cents: float) -> None:
    desk.send(rpn(FINE, data >> 7, data & 127), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0 + cents / 100, abs=CENT)


@row("RPN 0, 1, 2, 5")
def test_parameter_2_tunes_by_semitones_and_leaves_the_fine_tuning_alone(desk: Desk) -> None:
    desk.send(rpn(FINE, 96), rpn(COARSE, 61), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(66.5, abs=CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize(("semitones", "part"), [(1, 0), (0, 32)])
def test_parameter_5_sets_how_deep_the_wheels_vibrato_is(desk: Desk, semitones: int, part: int) -> None:
    depth = semitones + part / 128
    desk.send(rpn(DEPTH, semitones, part), cc(WHEEL, 127), on(69), seconds=0.1)
    heard = track(desk.listen(1.0), 4)
    assert np.ptp(heard) / 2.0 == pytest.approx(depth, rel=0.1)


@row("RPN 0, 1, 2, 5")
def test_after_the_null_parameter_data_changes_nothing(desk: Desk) -> None:
    choose = cc(RPN, 0) + cc(RPN_FINE, 0)
    assert bent_down(desk, choose, null(), cc(DATA, 24), cc(INCREMENT, 0)) == pytest.approx(2.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
def test_data_without_a_parameter_changes_nothing(desk: Desk) -> None:
    assert bent_down(desk, cc(DATA, 24), cc(DATA_FINE, 24)) == pytest.approx(2.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize("select", [NRPN, NRPN_FINE])
def test_data_for_an_nrpn_does_not_change_the_bend_range(desk: Desk, select: int) -> None:
    choose = cc(RPN, 0) + cc(RPN_FINE, 0) + cc(select, 0)
    assert bent_down(desk, choose, cc(DATA, 24), cc(INCREMENT, 0)) == pytest.approx(2.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
def test_an_rpn_after_an_nrpn_takes_the_data_again(desk: Desk) -> None:
    assert bent_down(desk, nrpn(0, 24), rpn(RANGE, 12)) == pytest.approx(12.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
def test_unrelated_messages_between_the_parts_of_a_parameter_do_not_disturb_it(desk: Desk) -> None:
    parts = cc(RPN, 0), on(60, 1), cc(RPN_FINE, 0), cc(VOLUME, 100), pressure(3), bend(9000), program(0)
    other = cc(RPN, 0, 1) + cc(RPN_FINE, 2, 1) + cc(DATA, 64, 1)
    reached = bent_down(desk, *parts, other, off(60), cc(120, 0), cc(DATA, 12))
    assert reached == pytest.approx(12.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize("fine_first", [False, True])
def test_the_number_of_a_parameter_may_come_in_either_order(desk: Desk, fine_first: bool) -> None:
    halves = [cc(RPN, 0), cc(RPN_FINE, 0)]
    assert bent_down(desk, *halves[:: -1 if fine_first else 1], cc(DATA, 5)) == pytest.approx(5.0, abs=CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize(
    ("cents", "step", "count", "wanted"),
    [(50, INCREMENT, 10, 3.60), (50, DECREMENT, 10, 3.40), (99, INCREMENT, 2, 4.01), (0, DECREMENT, 1, 2.99)],
)
def test_increments_move_the_bend_range_by_cents_as_rp_018_says(
    desk: Desk, cents: int, step: int, count: int, wanted: float
) -> None:
    choose = cc(RPN, 0) + cc(RPN_FINE, 0) + cc(DATA, 3) + cc(DATA_FINE, cents)
    assert bent_down(desk, choose, *[cc(step, 99)] * count) == pytest.approx(wanted, abs=0.2 * CENT)


@row("RPN 0, 1, 2, 5")
@pytest.mark.parametrize(("step", "semitones"), [(INCREMENT, 2.0), (DECREMENT, -2.0)])
def test_increments_move_the_coarse_tuning_by_semitones(desk: Desk, step: int, semitones: float) -> None:
    desk.send(cc(RPN, 0) + cc(RPN_FINE, COARSE), cc(step, 0), cc(step, 0), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0 + semitones, abs=CENT)


@row("RPN 0, 1, 2, 5")
def test_parameters_are_their_channels_own(desk: Desk) -> None:
    desk.send(rpn(COARSE, 70), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(69.0, abs=CENT)
    assert tone(desk.note(port=1)) == pytest.approx(69.0, abs=CENT)
