"""The bytes of a Standard MIDI File, scanned once by compiled code.

A record is an event and its tick. Below the MIDI statuses stand the meta events that matter: TEMPO, whose
value is microseconds a beat, END, and OURS, whose data a mark says the place of.

Every reader here returns where the next thing begins. A place beyond `end` says that this one was not whole.
Source: Standard MIDI Files 1.0 (MMA RP-001); the port prefix, FF 21, is no part of it but in wide use.
"""

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.compiling import offline, realtime
from rtsynth_engine.layout import MIDI_PORTS, PORTS
from rtsynth_engine.midi.parser import DEVICE, feed, make_parser

from .extras import OURS as PREFIX

Bytes = NDArray[np.uint8]
Found = NDArray[np.int64]

RECORD = np.dtype(
    [
        ("tick", np.int64),
        ("value", np.float32),
        ("port", np.uint8),
        ("status", np.uint8),
        ("data1", np.uint8),
        ("data2", np.uint8),
    ]
)
# `at`: where the event under way begins; `count`, `decoded`, `marks`: found so far
STATE = np.dtype(
    [(name, np.int64) for name in ("at", "count", "decoded", "marks", "tick", "port", "running")]
)
PORT, END, TEMPO, OURS, SYSEX, SYSEX_MORE, META = 0x21, 0x2F, 0x51, 0x7F, 0xF0, 0xF7, 0xFF
DEFAULT_TEMPO = 500_000  # µs a beat: 120 beats a minute
HEADER = 8  # bytes of a chunk's type and length
TRACK = 0x4D54726B  # "MTrk"
LONGEST_NUMBER = 4  # bytes of a variable-length number
DECODED = 1 << 16  # events of exclusives that any file may hold: five hundred tunings; more in a large one
MARKS, USUAL_MARK = 1 << 10, 64  # events of ours that any file may hold; bytes of each in a large one
MARK = np.array(list(PREFIX), np.uint8)
CHANNEL_DATA = np.array([2, 2, 2, 2, 1, 1, 2], np.int64)  # data bytes of 8n, 9n … En
# data bytes of F0 … FF
SYSTEM_DATA = np.array([0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], np.int64)


class Fault(IntEnum):
    """What may be wrong inside a file; those below `CUT` end the reading, the others are warnings."""

    LONG_NUMBER = 0
    NO_STATUS = 1
    NOT_DATA = 2
    CUT = 3
    BAD_TEMPO = 4
    CROWDED = 5
    BAD_OURS = 6


LONG_NUMBER, NO_STATUS, NOT_DATA, CUT, BAD_TEMPO, CROWDED, _ = (int(fault) for fault in Fault)


class Reading(NamedTuple):
    """A file and what was found in it so far."""

    data: Bytes
    records: NDArray[Any]  # RECORD, as many as so many bytes can say
    marks: NDArray[np.int64]  # (…, 3) of the events that are ours: tick, first byte, count of bytes
    found: Found  # (faults,) where each fault was first met, -1 where it was not
    state: NDArray[Any]  # (1,) STATE
    parser: NDArray[Any]  # (1,) of the track's exclusives


def make_reading(data: Bytes, device: int = DEVICE) -> Reading:
    """Room for all that so many bytes can say: a message takes two at least, exclusives are counted."""
    return Reading(
        data,
        np.empty(len(data) // 2 + 1 + most_decoded(data), RECORD),
        np.empty((len(data) // USUAL_MARK + MARKS, 3), np.int64),
        np.full(len(Fault), -1, np.int64),
        np.zeros(1, STATE),
        make_parser(device),
    )


def most_decoded(data: Bytes) -> int:
    """Events that the exclusives of so many bytes may become; a real-time byte takes four bytes at least."""
    return len(data) // 4 + DECODED


@realtime
def note(reading: Reading, fault: int, at: int) -> None:
    """Remember where a fault was first met."""
    if reading.found[fault] < 0:
        reading.found[fault] = at


@realtime
def put(reading: Reading, status: int, data1: int, data2: int, value: float) -> None:
    """Append one record at the tick and port of the state."""
    state = reading.state[0]
    record = reading.records[state.count]
    record.tick, record.port, record.value = state.tick, state.port, value
    record.status, record.data1, record.data2 = status, data1, data2
    state.count += 1


@realtime
def big_endian(data: Bytes, at: int) -> int:
    """Four bytes at `at` as an unsigned number."""
    return (int(data[at]) << 24) | (int(data[at + 1]) << 16) | (int(data[at + 2]) << 8) | int(data[at + 3])


@realtime
def number(reading: Reading, at: int, end: int) -> tuple[int, int]:
    """Variable-length number at `at`, and the place after it."""
    value = 0
    for place in range(at, min(at + LONGEST_NUMBER, end)):
        value = (value << 7) | (reading.data[place] & 0x7F)
        if reading.data[place] < 0x80:
            return value, place + 1
    if at + LONGEST_NUMBER <= end:
        note(reading, LONG_NUMBER, at)
    return 0, end + 1


@realtime
def channel_message(reading: Reading, at: int, end: int) -> int:
    """Place after the data of a channel message of the running status."""
    data, status = reading.data, reading.state[0].running
    size = CHANNEL_DATA[(status >> 4) - 8]
    if at + size > end:
        return end + 1
    for place in range(at, at + size):
        if data[place] >= 0x80:
            note(reading, NOT_DATA, place)
            return end + 1
    put(reading, status, data[at], data[at + 1] if size == 2 else 0, 0.0)
    return int(at + size)


@realtime
def meta_event(reading: Reading, at: int, end: int) -> int:
    """Place after the meta event whose type is at `at`; those that do not matter are stepped over."""
    if at >= end:
        return end + 1
    kind = reading.data[at]
    size, body = number(reading, at + 1, end)
    if body + size <= end:
        if kind == TEMPO:
            tempo(reading, at, body, size)
        elif kind == PORT and size == 1:
            port = int(reading.data[body])
            reading.state[0].port = port if port < PORTS else port % MIDI_PORTS
        elif kind == OURS and size >= len(MARK):
            mark(reading, body, size)
    return body + size


@realtime
def tempo(reading: Reading, at: int, body: int, size: int) -> None:
    """Microseconds a beat, from `body` on."""
    value = big_endian(reading.data, body - 1) & 0xFFFFFF if size == 3 else 0
    if value == 0:
        note(reading, BAD_TEMPO, at)
    else:
        put(reading, TEMPO, 0, 0, value)


@realtime
def mark(reading: Reading, body: int, size: int) -> None:
    """Remember the place of a sequencer-specific event's data if they begin as ours do."""
    state = reading.state[0]
    for place in range(len(MARK)):
        if reading.data[body + place] != MARK[place]:
            return
    if state.marks == len(reading.marks):
        note(reading, CROWDED, state.at)
        return
    row = reading.marks[state.marks]
    row[0], row[1], row[2] = state.tick, body + len(MARK), size - len(MARK)
    state.marks += 1
    put(reading, OURS, 0, 0, 0.0)


@realtime
def system_message(reading: Reading, at: int, end: int, status: int) -> int:
    """Place after a system message, whose data begin at `at`. Of bytes to be sent, F0 … or F7 …, what the
    parser of live MIDI makes of them is kept; other messages have no place in a file.
    """
    if status not in (SYSEX, SYSEX_MORE):
        return at + int(SYSTEM_DATA[status & 15])
    size, body = number(reading, at, end)
    if body + size <= end:
        first = body - 1 if status == SYSEX else body  # in place of the last byte of `size`: F0 itself
        for place in range(first, body + size):
            take(reading, SYSEX if place < body else reading.data[place])
    return body + size


@realtime
def take(reading: Reading, byte: int) -> None:
    """Send a byte to the parser and keep what it makes of it."""
    state, parser = reading.state[0], reading.parser[0]
    count = feed(parser, byte)
    if state.decoded + count > len(reading.data) // 4 + DECODED:
        note(reading, CROWDED, state.at)
        return
    state.decoded += count
    for i in range(count):
        event = parser.out[i]
        put(reading, event.status, event.data1, event.data2, event.value)


@realtime
def event(reading: Reading, at: int, end: int) -> int:
    """Place after the event at `at`, whose delta was read."""
    state, status = reading.state[0], int(reading.data[at])
    if status < 0x80 and state.running == 0:
        note(reading, NO_STATUS, at)
        return end + 1
    at += 1 if status >= 0x80 else 0
    if status == META:
        return meta_event(reading, at, end)
    if status >= SYSEX:
        return system_message(reading, at, end, status)
    state.running = status if status >= 0x80 else state.running
    return channel_message(reading, at, end)


@realtime
def track(reading: Reading, at: int, end: int) -> int:
    """Place after the end of the track in [at, end), which begins at the tick of the state."""
    data, state, parser = reading.data, reading.state[0], reading.parser[0]
    state.running, state.port, ended = 0, 0, False
    parser.status = parser.begun = parser.exclusive = 0
    while at < end and not ended:
        state.at = at
        delta, at = number(reading, at, end)
        if at < end:
            state.tick += delta
            ended = data[at] == META and at + 1 < end and data[at + 1] == END
            at = event(reading, at, end)
        elif at == end:
            at = end + 1
        if at > end:
            note(reading, CUT, state.at)
    put(reading, END, 0, 0, 0.0)
    return min(at, end)


@realtime
def broken(found: Found) -> bool:
    """Whether a fault was found that no reading goes on after."""
    return bool(found[:CUT].max() >= 0)


@offline
def chunks(reading: Reading, at: int, end: int, sequential: bool) -> int:
    """Read every chunk in [at, end); returns how many were tracks.

    Sequential tracks (format 2) follow one another, each from the default tempo on. A track whose length runs
    past the end of the file ends at its end-of-track event, and the chunks after that are read.
    """
    tracks, state = 0, reading.state[0]
    while at + HEADER <= end and not broken(reading.found):
        stop = at + HEADER + big_endian(reading.data, at + 4)
        if big_endian(reading.data, at) == TRACK:
            tracks += 1
            if sequential:
                put(reading, TEMPO, 0, 0, DEFAULT_TEMPO)
            else:
                state.tick = 0
            after = track(reading, at + HEADER, min(stop, end))
            stop = after if stop > end else stop
        at = stop
    return tracks


@offline
def seconds(records: Any, second_per_tick: float, follow_tempo: bool, times: NDArray[np.float64]) -> None:
    """Fill `times` (N,) with the seconds of records sorted by tick.

    `second_per_tick` holds at the default tempo; SMPTE time does not follow the tempo.
    """
    tick, now, step = 0, 0.0, second_per_tick
    for place in range(len(records)):
        record = records[place]
        now += (record.tick - tick) * step
        tick = record.tick
        times[place] = now
        if follow_tempo and record.status == TEMPO:
            step = second_per_tick * record.value / DEFAULT_TEMPO
