"""One input of python-rtmidi: its messages come by callback, in a flood by its queue.

The callback tells the time exactly, but it is Python in the system's own MIDI thread: over JACK a flood would
hold up the whole graph, and JACK would leave messages out. The queue is filled by compiled code.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

WINDOW, MOST = 10_000_000, 100  # nanoseconds, and messages within them: 10,000 a second are a flood
CALM = 500_000_000  # nanoseconds without a message after which a flood is over
QUEUE = 1 << 16  # messages


class Door:
    """Lets through what `port` (rtmidi.MidiIn) receives, as bytes with CLOCK_MONOTONIC nanoseconds."""

    def __init__(self, port: Any, receive: Callable[[int, Sequence[int]], None]) -> None:
        self._port, self._receive = port, receive
        self._since, self._count = 0, 0
        self.flooded = False
        port.set_callback(self._called)

    def _called(self, message: tuple[Sequence[int], float], _: object) -> None:
        """Rtmidi's callback. The time is taken first: whatever follows must not delay it."""
        now = time.monotonic_ns()
        self._receive(now, message[0])
        if now - self._since > WINDOW:
            self._since, self._count = now, 0
        self._count += 1
        if self._count > MOST:
            self.flooded, self._since = True, now
            self._port.cancel_callback()

    def poll(self) -> bool:
        """Let through what has queued up in a flood; returns whether it goes on. One thread."""
        if not self.flooded:
            return False
        now, data = time.monotonic_ns(), bytearray()
        while (message := self._port.get_message()) is not None:
            data += bytes(message[0])
        if data:
            self._since = now
            self._receive(now, data)
        elif now - self._since > CALM:
            self.flooded, self._count = False, 0
            self._port.set_callback(self._called)
        return self.flooded
