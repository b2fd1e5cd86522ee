"""One touch: the control that moves is the one that is learnt."""

from functools import partial

import pytest

from rtsynth.learning import Controller
from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.inlet import Inlet
from rtsynth.touching import Touch, touched
from rtsynth_engine.rings import TAIL, make_ring


def touch(*messages: tuple[int, ...], channel: int | None = None) -> tuple[Controller | None, list[str]]:
    """Control found among messages (controller, value[, channel 1 … 16[, port]]), and what was refused."""
    listening = Touch(channel)
    for number, value, *where in messages:
        spoken, port = (*where, 1, 0)[:2] if len(where) < 2 else where
        found = listening.hear(port, 0xB0 + spoken - 1, number, value)
        if found is not None:
            return found, listening.refused
    return None, listening.refused


def test_the_control_that_moves_a_few_steps_is_the_one() -> None:
    messages = [(20, 64), (21, 10), (20, 65), (21, 11), (20, 64), (21, 13)]
    assert touch(*messages) == (Controller("cc", 21), [])


def test_a_control_that_trembles_is_not_touched() -> None:
    assert touch(*[(21, 64 + step % 3) for step in range(100)]) == (None, [])


def test_the_same_controller_of_other_channels_and_ports_is_another_control() -> None:
    assert touch((21, 0, 1, 0), (21, 20, 2, 0), (21, 40, 1, 1)) == (None, [])


def test_only_the_channel_asked_for_is_heard() -> None:
    messages = [(20, 0, 2), (20, 99, 2), (21, 0, 3), (21, 99, 3)]
    assert touch(*messages, channel=3)[0] == Controller("cc", 21)


@pytest.mark.parametrize("order", [(16, 48), (48, 16)], ids=["upper first", "lower first"])
def test_a_control_whose_both_halves_move_has_14_bits(order: tuple[int, int]) -> None:
    values = [100 * step for step in range(10)]
    halves = [{16: value // 128, 48: value % 128} for value in values]
    assert touch(*[(number, half[number]) for half in halves for number in order])[0] == Controller(
        "cc14", 16
    )


def test_a_lower_half_that_never_moves_makes_no_14_bit_control() -> None:
    messages = [(number, value) for value in range(10) for number, value in ((16, value), (48, 0))]
    assert touch(*messages)[0] == Controller("cc", 16)


@pytest.mark.parametrize("data", [6, 38])
def test_an_nrpn_that_is_chosen_anew_for_each_value_is_learnt_by_its_number(data: int) -> None:
    messages = [part for value in range(4) for part in ((99, 2), (98, 5), (data, value))]
    assert touch(*messages)[0] == Controller("nrpn", 2 * 128 + 5)


def test_values_of_two_nrpns_are_not_taken_for_one_that_moves() -> None:
    messages = [part for value in (0, 90) for part in ((99, 2), (98, value), (6, value))]
    assert touch(*messages) == (None, [])


def test_data_entry_after_an_rpn_is_no_nrpn() -> None:
    found, refused = touch((99, 2), (98, 5), (101, 0), (100, 0), (6, 2), (6, 12))
    assert found is None
    assert refused == ["CC 6 cannot be learnt: CC 6 stays data entry; move another control"]


@pytest.mark.parametrize("number", [0, 1, 6, 38, 64, 74, 120, 123])
def test_a_reserved_control_is_passed_over_and_told(number: int) -> None:
    found, refused = touch((number, 0), (number, 127), (21, 0), (21, 9))
    assert found == Controller("cc", 21)
    assert [f"CC {number} stays" in said for said in refused] == [True]


def test_notes_bends_and_clocks_are_passed_over() -> None:
    listening = Touch()
    for status in (0x80, 0x90, 0xA0, 0xC0, 0xD0, 0xE0, 0xF0, 0xF8):
        for value in (0, 127):
            assert listening.hear(0, status, 21, value) is None


def test_what_waits_in_a_ring_is_heard() -> None:
    ring = make_ring(8)
    for slot, value in enumerate((0, 50, 100)):
        event = ring.items[slot]
        event["port"], event["status"], event["data1"], event["data2"] = 3, 0xB2, 21, value
    ring.indices[TAIL] = 3
    listening = Touch()
    assert touched(ring, listening) == Controller("cc", 21)
    assert touched(ring, listening) is None


def test_what_a_port_sends_is_heard_among_clocks_and_notes() -> None:
    ring, backend = make_ring(64), FakeBackend("Launchkey")
    inlet = Inlet(ring)
    assert backend.inputs() == ["Launchkey"]
    backend.open(0, partial(inlet.receive, 2))
    for value in range(4):
        backend.send("Launchkey", (0x90, 60, 64, 0xF8, 0xB4, 16, value, 48, 99 - value), value)
    assert touched(ring, Touch()) == Controller("cc14", 16)
