"""What becomes of events on their way into a ring that may be full: compiled, to keep up with a flood.

There are four kinds. Clock and active sensing go first when room gets scarce. Of values that follow each
other fast (controllers, bend, pressure) the newest waits. Then note-ons are dropped. All others, which end
notes or whose order counts, wait in their order.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.compiling import offline, realtime
from rtsynth_engine.layout import PORTS
from rtsynth_engine.midi.commands import COMMAND, IDENTITY, PORT_GONE
from rtsynth_engine.midi.parser import feed
from rtsynth_engine.rings import DROPPED, EVENT, HEAD, TAIL, Ring, claim, front, make_ring, publish, readable
from rtsynth_engine.rings import release as let_go

LATE = 65_536  # events kept in their order
VALUES = 512  # controllers, bends and pressures of which the newest value is kept
FLEETING, VALUE, START, LASTING = range(4)
SHARES = (2, 4, 32)  # a kind leaves free a half of the ring, a quarter, …
IN_ORDER = np.isin(np.arange(128), [0, 6, 32, 38, *range(64, 70), 84, 88, *range(96, 102), *range(120, 128)])
"""Controllers of which every value counts: banks, pedals, parameters, what goes with the next note, modes."""


class Queues(NamedTuple):
    """`ring`: of events, to the engine. `late`: those that wait in order. `values`: (VALUES,) EVENT, of which
    the first `waiting` (1,) wait, one for each thing that has a value.
    """

    ring: Ring
    late: Ring
    values: NDArray[Any]
    waiting: NDArray[np.int64]


def make_queues(ring: Ring) -> Queues:
    """Nothing waits."""
    return Queues(ring, make_ring(LATE), np.zeros(VALUES, EVENT), np.zeros(1, np.int64))


@offline
def take(queues: Queues, parser: NDArray[Any], data: NDArray[np.uint8], port: int, time: int) -> int:
    """Hand on what bytes (n,) of a port say; returns how many times they ask who we are."""
    settle(queues)
    questions = 0
    for byte in data:
        for i in range(feed(parser[0], int(byte))):
            event = parser[0].out[i]
            event.time, event.port = time, port
            if event.status == COMMAND and event.data1 == IDENTITY:
                questions += 1
            else:
                enter(queues, event)
    return questions


@offline
def leave(queues: Queues, port: int, time: int) -> None:
    """A port is gone: its values are forgotten, its keys and pedals go up."""
    keep = 0
    for i in range(queues.waiting[0]):
        if queues.values[i].port != port:
            queues.values[keep] = queues.values[i]
            keep += 1
    queues.waiting[0] = keep
    tell_gone(queues.late, port, time)
    settle(queues)


@offline
def retry(queues: Queues) -> None:
    """Hand on what waits, as far as there is room."""
    settle(queues)


@realtime
def kind_of(event: Any) -> int:
    """FLEETING, VALUE, START or LASTING."""
    kind = event.status >> 4
    if event.status == 0xF8 or event.status == 0xFE:
        return FLEETING
    if kind == 0xA or kind == 0xD or kind == 0xE or (kind == 0xB and not IN_ORDER[event.data1]):
        return VALUE
    return START if kind == 0x9 and event.data2 > 0 else LASTING


@realtime
def has_room(ring: Ring, kind: int) -> bool:
    """Whether an event of that kind may enter."""
    size = len(ring.items)
    left_free = 0 if kind == LASTING else size // SHARES[kind]
    return bool(size - readable(ring) > left_free)


@realtime
def append(ring: Ring, event: Any) -> None:
    """Write an event; one too many is counted. Producer's thread."""
    slot = claim(ring)
    if slot >= 0:
        ring.items[slot] = event
        publish(ring)


@realtime
def enter(queues: Queues, event: Any) -> None:
    """Into the ring, or where events of its kind wait, or nowhere."""
    kind = kind_of(event)
    free = readable(queues.late) == 0 and has_room(queues.ring, kind)
    if free and not (kind == VALUE and queues.waiting[0] > 0):
        append(queues.ring, event)
    elif kind == LASTING:
        wait(queues, event)
    elif kind == VALUE:
        replace(queues, event)
    else:
        queues.ring.indices[DROPPED] += 1


@realtime
def wait(queues: Queues, event: Any) -> None:
    """Behind all that waits in order. Where even that overflows, the keys of every port go up instead."""
    if readable(queues.late) == len(queues.late.items):
        queues.ring.indices[DROPPED] += len(queues.late.items)
        queues.late.indices[HEAD] = queues.late.indices[TAIL]
        for port in range(PORTS):
            tell_gone(queues.late, port, event.time)
    append(queues.late, event)


@realtime
def tell_gone(ring: Ring, port: int, time: int) -> None:
    """Write that a port is gone. Producer's thread."""
    slot = claim(ring)
    if slot >= 0:
        event = ring.items[slot]
        event.time, event.port, event.status, event.data1, event.data2 = time, port, COMMAND, PORT_GONE, 0
        publish(ring)


@realtime
def replace(queues: Queues, event: Any) -> None:
    """In place of the value before it, which is dropped."""
    for i in range(queues.waiting[0]):
        if is_same(queues.values[i], event):
            queues.values[i] = event
            queues.ring.indices[DROPPED] += 1
            return
    if queues.waiting[0] < VALUES:
        queues.values[queues.waiting[0]] = event
        queues.waiting[0] += 1
    else:
        queues.ring.indices[DROPPED] += 1


@realtime
def is_same(one: Any, other: Any) -> bool:
    """Whether two values are of the same thing."""
    kind = one.status >> 4
    numbered = kind == 0xA or kind == 0xB
    same = one.port == other.port and one.status == other.status
    return bool(same and (not numbered or one.data1 == other.data1))


@realtime
def settle(queues: Queues) -> None:
    """First what waits in order, then the values."""
    while readable(queues.late) > 0 and has_room(queues.ring, LASTING):
        append(queues.ring, queues.late.items[front(queues.late)])
        let_go(queues.late)
    done = 0
    while done < queues.waiting[0] and readable(queues.late) == 0 and has_room(queues.ring, VALUE):
        append(queues.ring, queues.values[done])
        done += 1
    if done > 0:
        queues.waiting[0] -= done
        for i in range(queues.waiting[0]):
            queues.values[i] = queues.values[i + done]
