"""What pages play comes into the ring, and nothing that a page held sounds on when it has left."""

import asyncio
import socket
import time
from contextlib import closing

import numpy as np
import pytest

from rtsynth.page.serving.hands import CENTRE, Fingers, Hands
from rtsynth_engine.compiling import offline
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import HELD, PAGE_PORT
from rtsynth_engine.midi.commands import COMMAND, PANIC
from rtsynth_engine.rings import EVENT, TAIL, Ring, front, make_ring, release
from tests.engine.parts import Organ, organ_bundle
from tests.rtsynth.page.served import PATIENCE, Served, hear, raw_page, say, sync, wait_for

ON, OFF, CONTROL, BEND, PRESSURE = 0x90, 0x80, 0xB0, 0xE0, 0xD0


@offline
def pop(ring: Ring) -> int:
    slot = front(ring)
    if slot >= 0:
        release(ring)
    return slot


def popped(ring: Ring) -> list[tuple[int, ...]]:
    """All that waits: status and two data bytes. Everything is of the page's port."""
    events = []
    while (slot := pop(ring)) >= 0:
        event = ring.items[slot]
        assert event["port"] == PAGE_PORT
        events.append((int(event["status"]), int(event["data1"]), int(event["data2"])))
    return events


@pytest.fixture
def hands(ring: Ring) -> Hands:
    return Hands(ring)


@pytest.fixture
def fingers(hands: Hands) -> Fingers:
    return hands.enter()


def test_a_key_goes_down_and_up(ring: Ring, fingers: Fingers) -> None:
    before = time.monotonic_ns()
    fingers.on(60, 96)
    fingers.off(60, velocity=20)
    assert before <= ring.items["time"][0] <= ring.items["time"][1] <= time.monotonic_ns()
    assert popped(ring) == [(ON, 60, 96), (OFF, 60, 20)]


def test_every_press_is_answered_once(ring: Ring, fingers: Fingers) -> None:
    for _ in range(2):
        fingers.on(60, 96)
    for _ in range(3):
        fingers.off(60)
    assert popped(ring) == [(ON, 60, 96)] * 2 + [(OFF, 60, 64)] * 2


def test_a_key_of_another_page_is_not_let_go(ring: Ring, hands: Hands, fingers: Fingers) -> None:
    other = hands.enter()
    fingers.on(60, 96)
    other.off(60)
    other.leave()
    assert popped(ring) == [(ON, 60, 96)]


def test_who_leaves_lets_everything_go(ring: Ring, hands: Hands, fingers: Fingers) -> None:
    fingers.on(60, 96)
    fingers.on(60, 96)
    fingers.on(64, 96, channel=3)
    fingers.control(64, 127)
    fingers.control(1, 90)
    fingers.control(7, 100)  # a setting, not held
    fingers.bend(0)
    fingers.pressure(50)
    popped(ring)
    fingers.leave()
    assert sorted(popped(ring)) == sorted(
        [
            (OFF, 60, 64),
            (OFF, 60, 64),
            (OFF | 3, 64, 64),
            (CONTROL, 64, 0),
            (CONTROL, 1, 0),
            (BEND, 0, 64),
            (PRESSURE, 0, 0),
        ]
    )
    assert hands.there == []


def test_what_is_at_rest_again_is_not_let_go_twice(ring: Ring, fingers: Fingers) -> None:
    fingers.on(60, 96)
    fingers.off(60)
    fingers.control(64, 127)
    fingers.control(64, 0)
    fingers.bend(9000)
    fingers.bend(CENTRE)
    popped(ring)
    fingers.release()
    assert popped(ring) == []


def test_a_pedal_stays_down_while_another_page_holds_it(ring: Ring, hands: Hands, fingers: Fingers) -> None:
    other = hands.enter()
    fingers.control(64, 127)
    other.control(64, 127)
    popped(ring)
    fingers.leave()
    assert popped(ring) == []
    other.leave()
    assert popped(ring) == [(CONTROL, 64, 0)]


def test_panic_ends_what_everybody_holds(ring: Ring, hands: Hands, fingers: Fingers) -> None:
    hands.enter().on(60, 96)
    fingers.on(62, 96)
    popped(ring)
    hands.panic()
    for each in list(hands.there):
        each.leave()
    assert popped(ring) == [(COMMAND, PANIC, 0)]


def test_all_notes_off_is_for_its_channel(ring: Ring, hands: Hands, fingers: Fingers) -> None:
    hands.enter().on(60, 96)
    fingers.on(62, 96, channel=1)
    popped(ring)
    fingers.control(123, 0)
    for each in list(hands.there):
        each.leave()
    assert popped(ring) == [(CONTROL, 123, 0), (OFF | 1, 62, 64)]


@pytest.mark.parametrize(
    ("said", "played"),
    [
        ([0x92, 60, 1], [(ON | 2, 60, 1), (OFF | 2, 60, 64)]),
        ([0x90, 60, 0], []),
        ([0xB1, 64, 99], [(CONTROL | 1, 64, 99), (CONTROL | 1, 64, 0)]),
        ([0xE0, 1, 65], [(BEND, 1, 65), (BEND, 0, 64)]),
        ([0xD0, 9], [(PRESSURE, 9, 0), (PRESSURE, 0, 0)]),
        ([0xA0, 60, 9], [(0xA0, 60, 9)]),
        ([0xC3, 7], [(0xC3, 7, 0)]),
        ([0xF8], []),
        ([0xFF], []),
        ([0xF2, 1, 2], []),
    ],
)
def test_midi_is_played_as_it_is_and_let_go(
    ring: Ring, fingers: Fingers, said: list[int], played: list[tuple[int, ...]]
) -> None:
    fingers.midi(said)
    fingers.leave()
    assert popped(ring) == played


def test_a_full_ring_loses_no_end_of_a_note() -> None:
    ring = make_ring(8, EVENT)
    sounding: set[int] = set()

    async def play() -> None:
        fingers = Hands(ring).enter()
        for key in range(100):
            fingers.on(key, 96)
        for key in range(100):
            fingers.off(key)
        fingers.on(127, 96)
        fingers.leave()
        patience = time.monotonic() + PATIENCE
        while ended() < 101 and time.monotonic() < patience:
            await asyncio.sleep(0.001)

    ends = 0

    def ended() -> int:
        nonlocal ends
        for status, key, _ in popped(ring):
            ends += status == OFF
            (sounding.add if status == ON else sounding.discard)(key)
        return ends

    asyncio.run(play())
    assert ends == 101
    assert not sounding


def test_a_stroke_is_told_with_the_time_at_which_it_was_sent(hands: Hands, fingers: Fingers) -> None:
    fingers.offset = 1e6  # ms that the server is ahead
    at = time.monotonic_ns() / 1e6 - 1e6 - 5.0
    fingers.on(60, 96, at=at)
    ((key, sent, pushed),) = hands.struck
    assert key == 60
    assert (pushed - sent) / 1e6 >= 5.0
    assert sent == pytest.approx((at + 1e6) * 1e6, abs=1e4)


def test_a_stroke_with_a_wrong_clock_is_not_told(hands: Hands, fingers: Fingers) -> None:
    fingers.on(60, 96, at=1.7e12)
    fingers.on(60, 96)
    assert not hands.struck


def test_what_a_page_says_is_played(served: Served) -> None:
    said = [
        ({"do": "on", "key": 60, "velocity": 1}, (PAGE_PORT, ON, 60, 1)),
        ({"do": "on", "key": 61, "channel": 15}, (PAGE_PORT, ON | 15, 61, 96)),
        ({"do": "pressure", "key": 60, "value": 5}, (PAGE_PORT, 0xA0, 60, 5)),
        ({"do": "bend", "value": -1}, (PAGE_PORT, BEND, 0, 0)),
        ({"do": "bend", "value": 1}, (PAGE_PORT, BEND, 127, 127)),
        ({"do": "bend", "value": 0}, (PAGE_PORT, BEND, 0, 64)),
        ({"do": "control", "number": 1, "value": 127}, (PAGE_PORT, CONTROL, 1, 127)),
        ({"do": "midi", "bytes": [0x91, 62, 3]}, (PAGE_PORT, ON | 1, 62, 3)),
        ({"do": "off", "key": 60}, (PAGE_PORT, OFF, 60, 64)),
        ({"do": "panic"}, (PAGE_PORT, COMMAND, PANIC, 0)),
    ]
    with served.connect() as page:
        for message, _ in said:
            say(page, **message)
        sync(page)
        assert served.played() == [event for _, event in said]


def test_the_page_and_the_server_agree_on_the_time(served: Served) -> None:
    with served.connect() as page:
        hear(page)
        say(page, do="clock", offset=time.monotonic_ns() / 1e6 - 1000.0)
        say(page, do="on", key=60, at=999.0)
        sync(page)
        ((key, sent, pushed),) = served.service.hands.struck
    assert key == 60
    assert pushed - sent >= 1_000_000


def test_release_lets_go_and_the_page_plays_on(served: Served) -> None:
    with served.connect() as page:
        for message in ({"do": "on", "key": 60}, {"do": "release"}, {"do": "on", "key": 60}):
            say(page, **message)
        sync(page)
        assert [event[1] for event in served.played()] == [ON, OFF, ON]


@pytest.mark.parametrize("abruptly", [False, True])
def test_keys_go_up_when_a_page_is_closed(served: Served, abruptly: bool) -> None:
    with served.connect() as page:
        say(page, do="on", key=60)
        say(page, do="control", number=64, value=127)
        sync(page)
        if abruptly:
            page.socket.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: len(served.played()) == 4)
    assert served.played()[2:] == [(PAGE_PORT, OFF, 60, 64), (PAGE_PORT, CONTROL, 64, 0)]


def test_keys_go_up_when_the_server_ends(ring: Ring) -> None:
    server = Served(ring)
    server.start()
    with raw_page(server) as client:
        client.sendall(b"\x81\x94" + bytes(4) + b'{"do":"on","key":60}')
        wait_for(lambda: ring.indices[TAIL] == 1)
        server.close()
    assert server.played()[-1] == (PAGE_PORT, OFF, 60, 64)


def sounding(engine: Engine) -> list[int]:
    """Keys of the page that are held, once the engine has acted on all that was played so far."""
    left, right = np.zeros((2, 4800), np.float32)
    for _ in range(2):
        engine.process(left, right)
    voices = engine.memory.voices[engine.memory.voices["stage"] == HELD]
    return [int(key) for key in voices["key"][voices["channel"] == 16 * PAGE_PORT]]


def test_a_key_that_two_pages_hold_sounds_until_both_have_let_go(ring: Ring) -> None:
    engine = Engine(organ_bundle(), generator=Organ(), page=ring)
    engine.set_sound(0, Sound((0.0,)))
    engine.prepare()
    hands = Hands(ring)
    one, other = hands.enter(), hands.enter()
    with closing(engine):
        one.on(60, 96)
        other.on(60, 96)
        assert sounding(engine) == [60]
        one.leave()
        assert sounding(engine) == [60]
        other.off(60)
        assert sounding(engine) == []
