"""An input lets messages through as they come, and in a flood from its queue; none is lost on the way."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from rtsynth.midi import doors
from rtsynth.midi.doors import CALM, MOST, Door


class Port:
    """What rtmidi.MidiIn does with a message: calls back, or queues."""

    def __init__(self) -> None:
        self.callback: Callable[..., Any] | None = None
        self.queue: deque[tuple[list[int], float]] = deque()

    def set_callback(self, callback: Callable[..., Any]) -> None:
        self.callback = callback

    def cancel_callback(self) -> None:
        self.callback = None

    def get_message(self) -> tuple[list[int], float] | None:
        return self.queue.popleft() if self.queue else None

    def hears(self, *message: int) -> None:
        said = (list(message), 0.0)
        self.callback(said, None) if self.callback else self.queue.append(said)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    now = [0]
    monkeypatch.setattr(doors.time, "monotonic_ns", lambda: now[0])
    return now


def test_a_few_messages_come_one_by_one_at_their_time(clock: list[int]) -> None:
    heard: list[tuple[int, bytes]] = []
    port = Port()
    door = Door(port, lambda time, data: heard.append((time, bytes(data))))
    for clock[0] in range(0, 100_000_000, 1_000_000):
        port.hears(0x90, 60, 1)
    assert heard == [(time, b"\x90\x3c\x01") for time in range(0, 100_000_000, 1_000_000)]
    assert not door.poll()


def test_a_flood_comes_from_the_queue_and_after_it_the_callback_is_back(clock: list[int]) -> None:
    heard = bytearray()
    port = Port()
    door = Door(port, lambda time, data: heard.extend(data))
    sent = bytearray()
    for i in range(10 * MOST):
        message = (0xB0, 7, i % 128)
        port.hears(*message)
        sent += bytes(message)
    assert len(port.queue) == 9 * MOST - 1
    assert door.poll()
    assert heard == sent
    clock[0] += CALM + 1
    assert not door.poll()
    port.hears(0x90, 60, 1)
    assert heard == sent + b"\x90\x3c\x01"
