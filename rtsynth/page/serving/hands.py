"""What pages play: into the engine's ring at once, and up again when a page leaves.

The engine counts how often a key was pressed and sounds it until as many releases came. So every press of a
page is answered exactly once, and a release of what a page does not hold is nobody's.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.channels import BEND, CONTROL, KEY_PRESSURE, NOTE_OFF, NOTE_ON, PRESSURE
from rtsynth_engine.compiling import offline
from rtsynth_engine.layout import PAGE_PORT
from rtsynth_engine.midi.commands import COMMAND, PANIC
from rtsynth_engine.rings import EVENT, Ring, make_ring, readable

from ...midi.queueing import Queues, enter, make_queues, settle

RETRY = 0.02  # seconds between two tries at a full ring
STRUCK = 256  # notes whose way is measured
LATEST = 10.0  # seconds; a page's clock further off than this is wrong
CENTRE = 8192  # of the bend
RELEASE = 64  # velocity of a note-off that says none
HELD = frozenset((1, 2, 64, 66, 67, 68, 69))  # controllers that a hand or foot holds: wheel, breath, pedals
MODES = frozenset((120, 123, 124, 125, 126, 127))  # controllers that end the notes of a channel
Moved = tuple[int, int]  # status and controller


@offline
def hand_in(queues: Queues, events: NDArray[np.void]) -> bool:
    """Hand on `events` (n,) EVENT; returns whether something waits for room in the ring."""
    settle(queues)
    for i in range(len(events)):
        enter(queues, events[i])
    return readable(queues.late) > 0 or queues.waiting[0] > 0


class Hands:
    """The one writer of the page's ring, for all pages. asyncio's thread."""

    def __init__(self, ring: Ring) -> None:
        self.struck: deque[tuple[int, int, int]] = deque(maxlen=STRUCK)  # key; sent and pushed, monotonic ns
        self.there: list[Fingers] = []
        self._retrying = False
        self._nothing = np.zeros(0, EVENT)
        hand_in(make_queues(make_ring(1)), self._nothing)  # compiled here, not with the first note
        self._queues = make_queues(ring)

    def enter(self) -> "Fingers":
        """The fingers of a page that came."""
        self.there.append(Fingers(self))
        return self.there[-1]

    def push(
        self, status: int, data1: int = 0, data2: int = 0, value: float = 0.0, port: int = PAGE_PORT
    ) -> int:
        """Hand on a message; returns its time. What ends a note is never lost."""
        now = time.monotonic_ns()
        self._hand_in(np.array([(now, port, status, data1, data2, value)], EVENT))
        return now

    def panic(self) -> None:
        """End every note there is, whoever plays it."""
        self.push(COMMAND, PANIC)
        for each in self.there:
            each.keys.clear()
            each.moved.clear()

    def ended(self, channel: int) -> None:
        """The notes of a channel were ended, whoever holds them."""
        for each in self.there:
            each.keys = Counter({held: n for held, n in each.keys.items() if held[0] != channel})

    def _hand_in(self, events: NDArray[np.void]) -> None:
        if hand_in(self._queues, events) and not self._retrying:
            self._retrying = True
            asyncio.get_running_loop().call_later(RETRY, self._retry)

    def _retry(self) -> None:
        self._retrying = False
        self._hand_in(self._nothing)


class Fingers:
    """What one page plays and holds. All arguments are in MIDI's range; `channel` 0 … 15."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.keys: Counter[tuple[int, int]] = Counter()  # presses by channel and key
        self.moved: set[Moved] = set()  # what is not at rest
        self.offset = 0.0  # ms that the server's clock is ahead of the page's

    def on(self, key: int, velocity: int, channel: int = 0, at: float | None = None) -> None:
        """A key goes down; `at`, in ms of the page's clock."""
        pushed = self._hands.push(NOTE_ON << 4 | channel, key, velocity)
        self.keys[channel, key] += 1
        sent = None if at is None else round((at + self.offset) * 1e6)
        if sent is not None and abs(pushed - sent) < LATEST * 1e9:
            self._hands.struck.append((key, sent, pushed))

    def off(self, key: int, channel: int = 0, velocity: int = RELEASE) -> None:
        """A key goes up, if this page holds it."""
        if self.keys[channel, key] > 0:
            self.keys[channel, key] -= 1
            self._hands.push(NOTE_OFF << 4 | channel, key, velocity)
        self.keys += Counter()  # those at 0 are dropped

    def pressure(self, value: int, key: int | None = None, channel: int = 0) -> None:
        """Of a key, or of the channel."""
        if key is None:
            self._move(PRESSURE << 4 | channel, 0, value > 0)
            self._hands.push(PRESSURE << 4 | channel, value)
        else:
            self._hands.push(KEY_PRESSURE << 4 | channel, key, value)

    def bend(self, steps: int, channel: int = 0) -> None:
        """The pitch wheel, 0 … 16383."""
        self._move(BEND << 4 | channel, 0, steps != CENTRE)
        self._hands.push(BEND << 4 | channel, steps & 127, steps >> 7)

    def control(self, number: int, value: int, channel: int = 0) -> None:
        """A controller."""
        if number in HELD:
            self._move(CONTROL << 4 | channel, number, value > 0)
        self._hands.push(CONTROL << 4 | channel, number, value)
        if number in MODES:
            self._hands.ended(channel)

    def midi(self, message: Sequence[int], at: float | None = None) -> None:
        """A whole channel message; others are ignored."""
        kind, channel, data = message[0] >> 4, message[0] & 15, [*message[1:], 0, 0]
        if kind == NOTE_ON and data[1] > 0:
            self.on(data[0], data[1], channel, at)
        elif kind in (NOTE_ON, NOTE_OFF):
            self.off(data[0], channel, data[1] if kind == NOTE_OFF else RELEASE)
        elif kind == CONTROL:
            self.control(data[0], data[1], channel)
        elif kind == BEND:
            self.bend(data[0] + 128 * data[1], channel)
        elif kind == PRESSURE:
            self.pressure(data[0], None, channel)
        elif kind < COMMAND >> 4:
            self._hands.push(message[0], data[0], data[1])

    def release(self) -> None:
        """Let go of all that is held; what another page holds as well stays."""
        for channel, key in list(self.keys.elements()):
            self._hands.push(NOTE_OFF << 4 | channel, key, RELEASE)
        others = set().union(*(each.moved for each in self._hands.there if each is not self))
        for status, number in sorted(self.moved - others):
            self._hands.push(status, number, CENTRE >> 7 if status >> 4 == BEND else 0)
        self.keys.clear()
        self.moved.clear()

    def leave(self) -> None:
        """The page is gone."""
        self.release()
        self._hands.there.remove(self)

    def _move(self, status: int, number: int, away: bool) -> None:
        (self.moved.add if away else self.moved.discard)((status, number))
