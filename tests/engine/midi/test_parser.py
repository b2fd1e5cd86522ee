"""The parser: any bytes, cut anywhere, become the events that they mean."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth_engine.midi.commands import COMMAND, COUNT, DROPPED, STRAY, TRUNCATED
from rtsynth_engine.midi.messages import CHANNEL_MESSAGES, CONTROLLERS, EXCLUSIVES, RESERVED, SYSTEM_MESSAGES
from rtsynth_engine.midi.parser import CAPACITY, make_parser, parse_all


def parsed(text: str | bytes, parser=None) -> list[tuple[int, int, int]]:
    data = bytes.fromhex(text) if isinstance(text, str) else text
    events = parse_all(make_parser() if parser is None else parser, data)
    return [tuple(int(event[name]) for name in ("status", "data1", "data2")) for event in events]


def faults(text: str | bytes) -> list[int]:
    return [data2 for status, data1, data2 in parsed(text) if (status, data1) == (COMMAND, COUNT)]


@pytest.mark.parametrize("message", CHANNEL_MESSAGES, ids=lambda message: message.name)
def test_every_channel_message_has_as_many_data_bytes_as_the_table_says(message) -> None:
    data = [1, 2][: message.data]
    assert parsed(bytes([message.status | 5, *data])) == [(message.status | 5, *data, 0)[:3]]


def test_data_bytes_reuse_the_status_before_them() -> None:
    assert parsed("90 3C 40 3E 41 C1 05 06") == [(0x90, 60, 64), (0x90, 62, 65), (0xC1, 5, 0), (0xC1, 6, 0)]


def test_a_clock_inside_a_message_is_told_at_once_and_the_status_goes_on() -> None:
    assert parsed("90 3C F8 40 F8 3E 40") == [
        (0xF8, 0, 0),
        (0x90, 60, 64),
        (0xF8, 0, 0),
        (0x90, 62, 64),
    ]


@pytest.mark.parametrize("status", range(0xF0, 0xF8))
def test_system_messages_end_the_running_status(status: int) -> None:
    data = bytes(next(m.data for m in SYSTEM_MESSAGES if m.status == status))
    end = b"\xf7" if status == 0xF0 else b""
    events = parsed(bytes([0x90, 60, 64, status]) + data + end + bytes([62, 64]))
    assert [event for event in events if event[0] == 0x90] == [(0x90, 60, 64)]


def test_a_clock_inside_an_exclusive_leaves_it_whole() -> None:
    events = parsed("F0 7F 7F 04 F8 01 7F 7F F7")
    assert [event[0] for event in events] == [0xF8, COMMAND]


def test_an_exclusive_without_an_end_is_dropped_once_and_takes_no_memory() -> None:
    parser = make_parser()
    size = parser.nbytes
    events = parsed(b"\xf0" + bytes(100 * CAPACITY), parser)
    assert events == [(COMMAND, COUNT, DROPPED)]
    assert parser.nbytes == size
    assert parsed("90 3C 40", parser) == [(0x90, 60, 64)]


def test_an_exclusive_that_another_message_cuts_is_dropped_and_counted() -> None:
    assert parsed("F0 7F 7F 04 90 3C 40") == [(COMMAND, COUNT, DROPPED), (0x90, 60, 64)]


def test_data_without_a_status_is_counted_and_plays_nothing() -> None:
    assert faults("3C 40 3C 40 F6") == [STRAY]


def test_a_message_cut_by_another_is_counted_and_plays_nothing() -> None:
    assert parsed("90 3C 80 3C 40") == [(COMMAND, COUNT, TRUNCATED), (0x80, 60, 64)]


@pytest.mark.parametrize("byte", ["F9", "FD"])
def test_undefined_real_time_bytes_say_nothing_and_disturb_nothing(byte: str) -> None:
    assert parsed(f"90 3C {byte} 40") == [(0x90, 60, 64)]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=200, deadline=None)
def test_it_does_not_matter_where_bytes_are_cut(data: bytes, places: list[int]) -> None:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    parser = make_parser()
    pieces = [parse_all(parser, data[start:end]) for start, end in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(pieces), parse_all(make_parser(), data))


def test_the_table_names_every_number_once() -> None:
    numbers = [controller.number for controller in CONTROLLERS]
    assert len(set(numbers)) == len(numbers)
    assert len({each.pattern for each in EXCLUSIVES}) == len(EXCLUSIVES)


def test_learning_is_refused_what_panic_pedals_and_parameters_need() -> None:
    assert sorted(RESERVED) == [0, 1, 6, 38, 64, 74, 100, 101, 120, 123]
