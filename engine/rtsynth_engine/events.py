"""The queue of events: how they come into it, and how they act at their frame.

Acting is compiled on its own and called by the block: `entry` tells why.
"""

import math
from typing import Any

from .channels import CONTROL, NOTE_OFF, NOTE_ON, apply_event
from .compiling import realtime, store_release
from .controllers import SOFT, SOUND_OFF, SUSTAIN
from .layout import ACTED, HISTORY, PENDING, PORTS, STARTING, TICK, Memory
from .midi.commands import COMMAND, PANIC, PORT_GONE, RESET
from .rings import Ring, front, release
from .system import CLOCK, NOTHING, SENSING, STOP, SYSTEM_RESET, lost_port

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
        if is_welcome(PENDING - state.pending, event):
            insert(memory, time, event.port, event)
        else:
            memory.telemetry[0].dropped_events += 1
        release(ring)
        slot = front(ring)


@realtime
def is_welcome(room: int, event: Any) -> bool:
    """Whether an event may still enter the queue: what ends sound always, note-ons and then the rest while
    there is room.
    """
    kind = event.status >> 4
    return room > RESERVE or ends_sound(event) or (kind == NOTE_ON and room > RESERVE // 2)


@realtime
def ends_sound(event: Any) -> Any:
    """Whether a note might hang without this event."""
    kind, number, value = event.status >> 4, event.data1, event.data2
    if kind == CONTROL:
        return number >= SOUND_OFF or (SUSTAIN <= number <= SOFT and value < 64)
    if event.status == COMMAND:
        return number in (RESET, PORT_GONE, PANIC)
    return kind == NOTE_OFF or (kind == NOTE_ON and value == 0) or event.status in (STOP, SYSTEM_RESET)


@realtime
def insert(memory: Memory, time: int, port: int, event: Any) -> None:
    """Queue an event."""
    place = make_room(memory, time)
    memory.pending[place] = event
    memory.pending[place].time, memory.pending[place].port = time, port


@realtime
def make_room(memory: Memory, time: int) -> int:
    """The place of an event in the queue, by insertion: events mostly arrive in order, so the queue's far end
    is short to walk.
    """
    state, queue = memory.state[0], memory.pending
    i = state.pending
    while i > 0 and queue[i - 1].time <= time:
        queue[i] = queue[i - 1]
        i -= 1
    state.pending += 1
    return int(i)


@realtime
def insert_command(memory: Memory, port: int, command: int) -> None:
    """Queue a command of our own for now, if there is room."""
    if memory.state[0].pending < PENDING:
        event = memory.pending[make_room(memory, memory.state[0].clock)]
        event.time, event.port, event.status = memory.state[0].clock, port, COMMAND
        event.data1, event.data2 = command, 0


@realtime
def watch_ports(memory: Memory) -> None:
    """Let go of what a port holds whose active sensing has stopped."""
    port = lost_port(memory)
    if port != NOTHING:
        insert_command(memory, port % PORTS, PORT_GONE)


@realtime
def panic(memory: Memory, rings: tuple[Ring, Ring, Ring]) -> None:
    """The host asks for silence: empty the queues, end every note, lift the pedals."""
    state = memory.state[0]
    state.panic = state.pending = 0
    for source in range(len(rings)):
        while front(rings[source]) >= 0:
            release(rings[source])
    insert_command(memory, 0, PANIC)


@realtime
def frames_to_event(memory: Memory) -> int:
    """Frames until the next queued event."""
    state = memory.state[0]
    return memory.pending[state.pending - 1].time - state.clock if state.pending > 0 else TICK


@realtime
def is_due(memory: Memory) -> bool:
    """Whether the next queued event is to act now: a key at its frame, all else up to the state's horizon.

    What is not a key is heard from the next tick on, so the block lets it act together with all of its tick,
    and a flood of controllers does not cut the period to pieces.
    """
    state = memory.state[0]
    if state.pending == 0:
        return False
    event = memory.pending[state.pending - 1]
    key = event.status >> 4 in (NOTE_OFF, NOTE_ON)
    return bool(event.time <= (state.clock if key else state.horizon))


@realtime
def apply_due_events(memory: Memory) -> None:
    """Act on every queued event whose frame has come."""
    state, telemetry = memory.state[0], memory.telemetry[0]
    while is_due(memory):
        event = memory.pending[state.pending - 1]
        telemetry.late_events += 1 if event.time < state.clock else 0
        state.pending -= 1
        notes = state.notes
        remember(memory, event)
        apply_event(memory, event)
        if state.notes != notes:
            state.aim = max(state.aim, STARTING)


@realtime
def remember(memory: Memory, event: Any) -> None:
    """Keep an event that acts now in the history; clocks and sensing say nothing about the music."""
    told = memory.telemetry[0]
    if event.status < COMMAND:
        told.last_event = (event.status << 16) | (event.data1 << 8) | event.data2
    if event.status not in (CLOCK, SENSING):
        told.events += 1
        written = memory.marks[ACTED]
        kept = memory.history[written % HISTORY]
        kept.time = max(event.time, memory.state[0].clock)
        kept.port, kept.status = event.port, event.status
        kept.data1, kept.data2, kept.value = event.data1, event.data2, event.value
        store_release(memory.marks, ACTED, written + 1)
