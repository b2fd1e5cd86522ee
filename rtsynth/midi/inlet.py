"""From the callbacks of MIDI ports into the event ring, never waiting and never losing the end of a note."""

import threading
from collections import deque
from collections.abc import Sequence

from rtsynth_engine.compiling import offline
from rtsynth_engine.rings import DROPPED, Ring, claim, make_ring, publish, readable

LATE = 65_536  # messages kept for a ring that is full
LONGEST = 3  # bytes of a short message


@offline
def push(ring: Ring, time: int, port: int, status: int, data1: int, data2: int) -> bool:
    """Write one event; False when the ring is full. Producer's thread, `time` in monotonic nanoseconds."""
    if readable(ring) >= len(ring.items):
        return False
    item = ring.items[claim(ring)]
    item.time, item.port, item.status, item.data1, item.data2 = time, port, status, data1, data2
    publish(ring)
    return True


def ends_sound(status: int, data1: int, data2: int) -> bool:
    """Whether a note would hang without this message: note-off, pedal up, channel mode."""
    kind = status & 0xF0
    if kind == 0xB0:
        return data1 >= 120 or (data1 in (64, 66) and data2 < 64)
    return kind == 0x80 or (kind == 0x90 and data2 == 0)


class Inlet:
    """The one writer of a ring, for the threads of several ports.

    While the ring is full, messages are dropped and counted; those that end sound wait in a backlog instead.
    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._late: deque[tuple[int, int, int, int, int]] = deque(maxlen=LATE)
        self._lock = threading.Lock()
        push(make_ring(1), 0, 0, 0, 0, 0)  # compiled here, not in the first callback

    def receive(self, port: int, time: int, message: Sequence[int]) -> None:
        """Push a short message of `port`; longer ones are ignored. Any thread."""
        if not 0 < len(message) <= LONGEST:
            return
        status, data1, data2 = (*message, 0, 0)[:LONGEST]
        with self._lock:
            self._retry()
            if not self._late and push(self._ring, time, port, status, data1, data2):
                return
            if ends_sound(status, data1, data2):
                self._late.append((time, port, status, data1, data2))
            else:
                self._ring.indices[DROPPED] += 1

    def retry(self) -> None:
        """Push what was too late for a full ring. Any thread."""
        with self._lock:
            self._retry()

    def close(self) -> None:
        """Let go of the ring; what still comes is lost. Any thread."""
        with self._lock:
            self._late.clear()
            self._ring = make_ring(1)

    def _retry(self) -> None:
        while self._late and push(self._ring, *self._late[0]):
            self._late.popleft()
