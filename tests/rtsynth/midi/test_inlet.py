"""What ports send reaches the ring, whole and in order, and no note hangs when the ring was full."""

import tracemalloc

import numpy as np
import pytest

from rtsynth.midi.inlet import Inlet
from rtsynth.midi.queueing import LATE, VALUES
from rtsynth_engine.compiling import offline
from rtsynth_engine.midi.commands import COMMAND, COUNT, PORT_GONE, STRAY, TRUNCATED, TUNE_KEY
from rtsynth_engine.rings import DROPPED, EVENT, Ring, front, make_ring, release

FIELDS = ("time", "port", "status", "data1", "data2")
ON, OFF, EMPTY_ON, WHEEL = (0x90, 60, 64), (0x80, 60, 64), (0x90, 61, 0), (0xB0, 1, 9)
PEDAL_UP, ALL_OFF, BANK, ENTRY = (0xB0, 64, 0), (0xB3, 123, 0), (0xB0, 0, 5), (0xB0, 6, 12)
IDENTITY_REQUEST = (0xF0, 0x7E, 0x7F, 0x06, 0x01, 0xF7)


@offline
def pop(ring: Ring) -> int:
    slot = front(ring)
    if slot >= 0:
        release(ring)
    return slot


def popped(ring: Ring) -> list[tuple[int, ...]]:
    """All that waits: (time, port, status, two data bytes)."""
    events = []
    while (slot := pop(ring)) >= 0:
        events.append(tuple(int(ring.items[slot][field]) for field in FIELDS))
    return events


@pytest.fixture
def ring():
    return make_ring(3, EVENT)


@pytest.fixture
def inlet(ring):
    return Inlet(ring)


def test_a_message_arrives_with_its_port_and_time(ring, inlet):
    inlet.receive(5, 123_456_789_012_345, ON)
    assert popped(ring) == [(123_456_789_012_345, 5, *ON)]


@pytest.mark.parametrize("message", [(0xC3, 7), (0xD3, 7), (0xFA,), (0xF8,), (0xFE,)])
def test_a_message_of_one_or_two_bytes_is_filled_with_zeros(ring, inlet, message):
    inlet.receive(0, 1, message)
    assert popped(ring) == [(1, 0, *message, *(0,) * (3 - len(message)))]


def test_bytes_may_come_cut_anywhere_and_each_port_has_its_own_running_status(ring, inlet):
    for port, data in ((0, (0x90, 60)), (1, (0xB0,)), (0, (0xF8, 64, 62)), (1, (7, 100)), (0, (64,))):
        inlet.receive(port, 1, data)
        for event in popped(ring):
            assert event in [(1, 0, 0xF8, 0, 0), (1, 0, *ON), (1, 0, 0x90, 62, 64), (1, 1, 0xB0, 7, 100)]
    inlet.receive(0, 2, (64, 1))
    assert popped(ring) == [(2, 0, 0x90, 64, 1)]


def test_exclusives_become_commands_with_their_value(ring, inlet):
    inlet.receive(2, 9, (0xF0, 0x7F, 0x7F, 0x08, 0x02, 0, 1, 60, 60, 0x40, 0, 0xF7))
    events = [ring.items[i].copy() for i in range(3)]
    assert [event[:5] for event in popped(ring)][-1][:4] == (9, 2, COMMAND, TUNE_KEY)
    assert 60.5 in [float(event["value"]) for event in events]


def test_exclusives_for_another_device_are_nothing(ring):
    inlet = Inlet(ring, device=5)
    for device in (5, 16, 0x7F):
        inlet.receive(0, 7, (0xF0, 0x7F, device, 0x04, 0x01, 0x00, 0x40, 0xF7))
    assert len(popped(ring)) == 2


@pytest.mark.parametrize(
    ("data", "command"), [((5, *OFF), STRAY), ((0x90, 60, *OFF), TRUNCATED)], ids=["stray", "truncated"]
)
def test_bytes_without_sense_are_counted_and_harmless(ring, inlet, data, command):
    inlet.receive(0, 1, data)
    assert popped(ring) == [(1, 0, COMMAND, COUNT, command), (1, 0, *OFF)]


def test_an_exclusive_without_end_costs_no_memory(ring, inlet):
    inlet.receive(0, 0, (0xF0, *(1,) * 10_000))
    chunk = (1,) * 1000
    tracemalloc.start()
    for time in range(200):
        inlet.receive(0, time, chunk)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 100_000
    inlet.receive(0, 1, (0xF7, *ON))
    assert popped(ring)[-1] == (1, 0, *ON)


def test_of_values_the_newest_waits_for_room_and_the_others_are_counted(ring, inlet):
    for value in range(8):
        inlet.receive(0, value, (0xB0, 1, value))
        inlet.receive(0, value, (0xE0, 0, value))
    assert len(popped(ring)) == 3
    inlet.retry()
    assert popped(ring) == [(7, 0, 0xE0, 0, 7), (7, 0, 0xB0, 1, 7)]
    assert ring.indices[DROPPED] == 11


@pytest.mark.parametrize(
    "lasting", [OFF, EMPTY_ON, PEDAL_UP, ALL_OFF, BANK, ENTRY], ids=lambda m: bytes(m).hex()
)
def test_what_ends_sound_or_counts_in_order_waits_until_a_full_ring_has_room(ring, inlet, lasting):
    for time in range(3):
        inlet.receive(0, time, ON)
    inlet.receive(0, 3, lasting)
    assert len(popped(ring)) == 3
    inlet.retry()
    assert popped(ring) == [(3, 0, *lasting)]
    assert ring.indices[DROPPED] == 0


def test_clock_and_sensing_are_dropped_first_then_values_wait_then_notes_are_dropped():
    ring = make_ring(64)
    inlet = Inlet(ring)
    for time in range(64):
        inlet.receive(0, time, (0xF8,))
        inlet.receive(0, time, (0xB0, 1, time))
        inlet.receive(0, time, ON)
        inlet.receive(0, time, OFF)
    times = {}
    for time, _, status, *_ in popped(ring):
        times[status] = time
    assert times[0xF8] < times[0xB0] < times[0x90] < times[0x80]


def test_a_late_note_off_never_overtakes_and_is_never_overtaken(ring, inlet):
    for time in range(3):
        inlet.receive(0, time, ON)
    for time in range(3, 8):
        inlet.receive(0, time, OFF)
    inlet.receive(0, 8, ON)
    assert [time for time, *_ in popped(ring)] == [0, 1, 2]
    inlet.receive(0, 9, ON)  # meets the rest of the backlog
    assert [time for time, *_ in popped(ring)] == [3, 4, 5]
    inlet.retry()
    inlet.receive(0, 10, ON)
    assert [(time, status) for time, _, status, *_ in popped(ring)] == [(6, 0x80), (7, 0x80), (10, 0x90)]
    assert ring.indices[DROPPED] == 2


def test_a_flood_loses_no_note_off(ring, inlet):
    heard = []
    for time in range(10_000):
        inlet.receive(0, time, OFF if time % 4 == 0 else WHEEL)
        heard += popped(ring) if time % 7 == 0 else []
    while late := popped(ring):
        heard += late
        inlet.retry()
    assert [time for time, _, status, *_ in heard if status == 0x80] == list(range(0, 10_000, 4))


def test_a_flood_that_nobody_takes_costs_no_memory_and_ends_with_every_key_up(ring, inlet):
    burst = np.tile(np.array(OFF, np.uint8), 1000)
    inlet.receive(0, 0, burst)
    tracemalloc.start()
    for time in range(2 * LATE // 1000):
        inlet.receive(0, time, burst)
        inlet.receive(1, time, (0xA0 | time % 16, time % 128, 1))
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 100_000
    heard = set()
    while late := popped(ring):
        heard |= {event[1:] for event in late}
        inlet.retry()
    assert {(port, COMMAND, PORT_GONE, 0) for port in range(8)} <= heard


def test_more_values_than_are_kept_are_dropped_and_counted(ring, inlet):
    for _ in range(3):
        inlet.receive(0, 0, ON)
    for i in range(VALUES + 10):
        inlet.receive(i // 2048, 1, (0xA0 | i // 128 % 16, i % 128, 1))
    assert ring.indices[DROPPED] == 10


def test_a_port_that_is_gone_is_said_after_all_it_sent_however_full_the_ring_is(ring, inlet):
    for time in range(3):
        inlet.receive(1, time, ON)
    inlet.receive(1, 3, WHEEL)
    inlet.receive(2, 4, (*WHEEL[:2], 3))
    inlet.receive(1, 5, OFF)
    inlet.gone(1, 6)
    assert len(popped(ring)) == 3
    inlet.retry()
    assert popped(ring) == [(5, 1, *OFF), (6, 1, COMMAND, PORT_GONE, 0), (4, 2, 0xB0, 1, 3)]


def test_a_port_begins_afresh_after_it_was_gone(ring, inlet):
    inlet.receive(0, 1, (0x90, 60))
    inlet.gone(0, 2)
    inlet.receive(0, 3, (64, *OFF))
    assert popped(ring) == [
        (2, 0, COMMAND, PORT_GONE, 0),
        (3, 0, COMMAND, COUNT, STRAY),
        (3, 0, *OFF),
    ]


def test_whose_port_asks_who_we_are_is_told_and_the_engine_is_not_bothered(ring):
    asked: list[int] = []
    inlet = Inlet(ring, asked.append)
    for port in (3, 5):
        inlet.receive(port, 1, IDENTITY_REQUEST)
    inlet.receive(3, 1, (0xF0, 0x7E, 0x05, 0x06, 0x01, 0xF7))  # another device
    assert asked == [3, 5]
    assert popped(ring) == []


def test_after_close_nothing_reaches_the_ring(ring, inlet):
    inlet.close()
    inlet.receive(0, 1, ON)
    assert popped(ring) == []
