"""The queue of events: how they come into it, and how they act at their frame.

Acting is compiled on its own and called by the block: `entry` tells why.
"""

import math

from .channels import NOTE_OFF, NOTE_ON, apply_event
from .compiling import realtime
from .layout import PENDING, STARTING, TICK, Memory
from .rings import Ring, front, release

RESERVE = 512  # places in the queue kept for notes when controllers flood it


@realtime
def collect(memory: Memory, ring: Ring, nanoseconds: bool) -> None:
    """Move waiting events from a ring into the queue, turning monotonic times into frames one period ahead.

    When the queue is nearly full, controllers are dropped; when it is full, the rest waits in the ring.
    """
    state = memory.state[0]
    slot = front(ring)
    while slot >= 0 and state.pending < PENDING:
        event = ring.items[slot]
        time = event.time
        if nanoseconds:
            time = state.clock + state.delay + math.floor((time - state.anchor) * state.rate * 1e-9 + 0.5)
        if is_welcome(PENDING - state.pending, event.status >> 4, event.data2):
            insert(memory, time, event.port, event.status, event.data1, event.data2)
        else:
            memory.telemetry[0].dropped_events += 1
        release(ring)
        slot = front(ring)


@realtime
def is_welcome(room: int, kind: int, data2: int) -> bool:
    """Whether an event may still enter the queue: note-offs always, note-ons and then the rest while there
    is room.
    """
    ends = kind == NOTE_OFF or (kind == NOTE_ON and data2 == 0)
    return ends or room > RESERVE or (kind == NOTE_ON and room > RESERVE // 2)


@realtime
def insert(memory: Memory, time: int, port: int, status: int, data1: int, data2: int) -> None:
    """Insertion sort: events mostly arrive in order, so the queue's far end is short to walk."""
    state, queue = memory.state[0], memory.pending
    i = state.pending
    while i > 0 and queue[i - 1].time <= time:
        queue[i] = queue[i - 1]
        i -= 1
    queue[i].time, queue[i].port, queue[i].status = time, port, status
    queue[i].data1, queue[i].data2 = data1, data2
    state.pending += 1


@realtime
def frames_to_event(memory: Memory) -> int:
    """Frames until the next queued event."""
    state = memory.state[0]
    return memory.pending[state.pending - 1].time - state.clock if state.pending > 0 else TICK


@realtime
def is_due(memory: Memory) -> bool:
    """Whether the next queued event's frame has come."""
    state = memory.state[0]
    return bool(state.pending > 0 and memory.pending[state.pending - 1].time <= state.clock)


@realtime
def apply_due_events(memory: Memory) -> None:
    """Act on every queued event whose frame has come."""
    state, telemetry = memory.state[0], memory.telemetry[0]
    while is_due(memory):
        event = memory.pending[state.pending - 1]
        telemetry.late_events += 1 if event.time < state.clock else 0
        telemetry.events += 1
        telemetry.last_event = (event.status << 16) | (event.data1 << 8) | event.data2
        state.pending -= 1
        notes = state.notes
        apply_event(memory, event.port, event.status, event.data1, event.data2)
        if state.notes != notes:
            state.aim = max(state.aim, STARTING)
