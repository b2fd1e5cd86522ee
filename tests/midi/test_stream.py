"""The stream of bytes: running status, real-time bytes anywhere, system exclusives."""

import numpy as np
import pytest

from rtsynth_engine.layout import HELD
from rtsynth_engine.midi.commands import DROPPED
from rtsynth_engine.midi.parser import make_parser, parse_all
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, on, raw, sysex

REAL_TIME = [0xF8, 0xF9, 0xFA, 0xFB, 0xFD, 0xFE]  # those that end nothing
SYSTEM_COMMON = ["F0 01 F7", "F1 01", "F2 01 02", "F3 01", "F4", "F5", "F6", "F7"]
QUIETER = sysex(0x7F, 0x7F, 0x04, 0x01, 0x00, 0x20)  # master volume at a quarter
MEGABYTE = 1 << 20


@row("Running status")
def test_a_clock_byte_inside_running_status_leaves_both_notes_whole(desk: Desk) -> None:
    desk.send(raw("90 3C 40 F8 3E 40"))
    assert desk.keys(HELD) == [60, 62]


@row("Running status")
def test_data_bytes_reuse_the_last_status_of_a_channel(desk: Desk) -> None:
    desk.send(raw("91 3C 40 3E 40 40 40 3C 00 B1 07 64 40 7F"))
    assert desk.keys(HELD) == [62, 64]
    assert desk.voices(HELD)["channel"].tolist() == [1, 1]


@row("Running status")
@pytest.mark.parametrize("byte", REAL_TIME, ids=hex)
def test_real_time_bytes_leave_running_status_alone(desk: Desk, byte: int) -> None:
    desk.send(raw("90 3C 40") + bytes((byte,)) + raw("3E 40"))
    assert desk.keys(HELD) == [60, 62]


@row("Running status")
@pytest.mark.parametrize("message", SYSTEM_COMMON)
def test_system_common_messages_cancel_running_status(desk: Desk, message: str) -> None:
    desk.send(raw(f"90 3C 40 {message} 3E 40"))
    assert desk.keys(HELD) == [60]
    desk.send(raw("90 40 40"))
    assert desk.keys(HELD) == [60, 64]


@row("Real-time inside a message or SysEx")
@pytest.mark.parametrize("byte", REAL_TIME, ids=hex)
@pytest.mark.parametrize("place", [1, 2])
def test_a_real_time_byte_inside_a_message_leaves_it_whole(desk: Desk, byte: int, place: int) -> None:
    note = on(60)
    desk.send(note[:place] + bytes((byte,)) + note[place:])
    assert desk.keys(HELD) == [60]


@row("Real-time inside a message or SysEx")
@pytest.mark.parametrize("byte", REAL_TIME, ids=hex)
def test_a_real_time_byte_inside_a_system_exclusive_leaves_it_whole(desk: Desk, byte: int) -> None:
    loud = np.abs(desk.note()).max()
    desk.send(QUIETER[:4] + bytes((byte,)) + QUIETER[4:], seconds=0.1)
    assert 0.0 < np.abs(desk.note()).max() < 0.5 * loud


@row("Real-time inside a message or SysEx")
@pytest.mark.parametrize("around", [on(60), QUIETER])
def test_a_real_time_byte_is_told_before_the_message_it_came_in(around: bytes) -> None:
    events = parse_all(make_parser(), around[:-1] + b"\xf8" + around[-1:])
    assert events["status"].tolist() == [0xF8, around[0]]


@row("SysEx without end")
def test_a_system_exclusive_without_end_is_dropped_counted_and_the_next_note_sounds(desk: Desk) -> None:
    desk.send(b"\xf0" + bytes(5000) + on(60))
    assert desk.keys(HELD) == [60]
    assert desk.faults(DROPPED) == 1


@row("SysEx without end")
def test_a_system_exclusive_that_another_message_cuts_does_nothing_and_is_counted(desk: Desk) -> None:
    loud = np.abs(desk.note()).max()
    desk.send(QUIETER[:-1] + cc(7, 100), seconds=0.1)
    assert np.abs(desk.note()).max() == pytest.approx(loud, rel=1e-3)
    assert desk.faults(DROPPED) == 1


@row("SysEx without end")
def test_a_megabyte_of_system_exclusive_leaves_the_parser_as_large_as_it_was() -> None:
    parser = make_parser()
    size = parser.nbytes
    events = [len(parse_all(parser, b"\xf0" * (i == 0) + bytes(4096))) for i in range(MEGABYTE // 4096)]
    assert sum(events) == 1
    assert parser.nbytes == size
    assert parse_all(parser, on(60))["status"].tolist() == [0x90]


@row("SysEx without end")
def test_the_longest_system_exclusive_that_means_something_is_taken() -> None:
    dump = sysex(0x7E, 0x7F, 0x08, 0x01, 0, bytes(16), bytes(3 * 128), 0)
    assert len(parse_all(make_parser(), dump)) >= 129
