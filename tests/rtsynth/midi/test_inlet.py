"""What ports send reaches the ring, whole and in order, and no note hangs when the ring was full."""

from functools import partial

import pytest

from rtsynth.midi.fake import FakeBackend
from rtsynth.midi.inlet import Inlet
from rtsynth.midi.names import MidiPortError
from rtsynth.midi.process import open_ports
from rtsynth_engine.compiling import offline
from rtsynth_engine.rings import DROPPED, EVENT, Ring, front, make_ring, release

FIELDS = ("time", "port", "status", "data1", "data2")


@offline
def pop(ring: Ring) -> int:
    slot = front(ring)
    if slot >= 0:
        release(ring)
    return slot


def popped(ring: Ring) -> list[tuple[int, ...]]:
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


ON, OFF, EMPTY_ON, WHEEL = (0x90, 60, 64), (0x80, 60, 64), (0x90, 61, 0), (0xB0, 1, 9)
PEDAL_UP, ALL_OFF = (0xB0, 64, 0), (0xB3, 123, 0)


def test_a_message_arrives_with_its_port_and_time(ring, inlet):
    inlet.receive(5, 123_456_789_012_345, ON)
    assert popped(ring) == [(123_456_789_012_345, 5, *ON)]


@pytest.mark.parametrize("message", [(0xC3, 7), (0xD3, 7), (0xFA,)])
def test_a_message_of_one_or_two_bytes_is_filled_with_zeros(ring, inlet, message):
    inlet.receive(0, 1, message)
    assert popped(ring) == [(1, 0, *message, *(0,) * (3 - len(message)))]


@pytest.mark.parametrize("message", [(), (0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7)])
def test_what_is_no_short_message_is_ignored(ring, inlet, message):
    inlet.receive(0, 1, message)
    assert popped(ring) == []


def test_a_full_ring_drops_and_counts_what_does_not_end_sound(ring, inlet):
    for time in range(5):
        inlet.receive(0, time, WHEEL)
    assert [event[0] for event in popped(ring)] == [0, 1, 2]
    assert ring.indices[DROPPED] == 2


@pytest.mark.parametrize("ending", [OFF, EMPTY_ON, PEDAL_UP, ALL_OFF])
def test_what_ends_sound_waits_until_a_full_ring_has_room(ring, inlet, ending):
    for time in range(3):
        inlet.receive(0, time, ON)
    inlet.receive(0, 3, ending)
    assert len(popped(ring)) == 3
    inlet.retry()
    assert popped(ring) == [(3, 0, *ending)]
    assert ring.indices[DROPPED] == 0


def test_a_late_note_off_never_overtakes_and_is_never_overtaken(ring, inlet):
    for time in range(3):
        inlet.receive(0, time, ON)
    for time in range(3, 8):
        inlet.receive(0, time, OFF)
    inlet.receive(0, 8, ON)
    popped(ring)
    inlet.receive(0, 9, ON)  # meets the rest of the backlog
    inlet.retry()
    popped(ring)
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
    assert [event[0] for event in heard] == sorted(event[0] for event in heard)


def test_after_close_nothing_reaches_the_ring(ring, inlet):
    inlet.close()
    inlet.receive(0, 1, ON)
    assert popped(ring) == []


def opened(backend: FakeBackend, inlet: Inlet, *wanted: str, virtual: str | None = None) -> list[str]:
    return open_ports(backend, wanted, virtual, lambda port: partial(inlet.receive, port))


def test_ports_are_numbered_in_the_order_given_and_the_virtual_one_comes_last(ring, inlet):
    backend = FakeBackend("Keys", "Pads")
    assert opened(backend, inlet, "pads", "keys", virtual="rtsynth") == ["Pads", "Keys", "rtsynth"]
    for time, name in enumerate(("Pads", "Keys", "rtsynth")):
        backend.send(name, ON, time)
    assert popped(ring) == [(0, 0, *ON), (1, 1, *ON), (2, 2, *ON)]


def test_a_port_that_appears_later_can_be_opened(ring, inlet):
    backend = FakeBackend()
    with pytest.raises(MidiPortError, match="there is: none"):
        opened(backend, inlet, "keys")
    backend.names.append("Keys")
    assert opened(backend, inlet, "keys") == ["Keys"]


def test_a_port_named_twice_is_refused_for_its_notes_would_sound_twice(inlet):
    with pytest.raises(MidiPortError, match="named twice"):
        opened(FakeBackend("Keys"), inlet, "keys", "0")


def test_more_than_eight_ports_are_refused(inlet):
    backend = FakeBackend(*"abcdefgh")
    assert len(opened(backend, inlet, *"abcdefgh")) == 8
    with pytest.raises(MidiPortError, match="8 MIDI ports at most"):
        opened(backend, inlet, *"abcdefgh", virtual="rtsynth")
