"""The bytes of a Standard MIDI File, scanned once by compiled code.

A record is a tick and four bytes. Bytes that begin with a channel status are a channel message; those that
begin with TEMPO or END are the two meta events that matter to time, with the tempo's three bytes after it.

Every reader here returns where the next thing begins. A place beyond `end` says that this one was not whole.
Source: Standard MIDI Files 1.0 (MMA RP-001).
"""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.compiling import offline, realtime

Bytes = NDArray[np.uint8]
Found = NDArray[np.int64]

RECORD = np.dtype([("tick", np.int64), ("bytes", np.uint8, (4,))])
END, TEMPO, SYSEX, SYSEX_MORE, META = 0x2F, 0x51, 0xF0, 0xF7, 0xFF
DEFAULT_TEMPO = (TEMPO, 0x07, 0xA1, 0x20)  # 500,000 µs a quarter note: 120 beats a minute
HEADER = 8  # bytes of a chunk's type and length
TRACK = 0x4D54726B  # "MTrk"
LONGEST_NUMBER = 4  # bytes of a variable-length number
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


LONG_NUMBER, NO_STATUS, NOT_DATA, CUT, BAD_TEMPO = (int(fault) for fault in Fault)


@realtime
def note(found: Found, fault: int, at: int) -> None:
    """Remember where a fault was first met."""
    if found[fault] < 0:
        found[fault] = at


@realtime
def put(records: Any, count: int, tick: int, first: int, second: int, third: int, fourth: int) -> int:
    """Append one record; returns the new count."""
    records[count].tick = tick
    records[count].bytes[0] = first
    records[count].bytes[1] = second
    records[count].bytes[2] = third
    records[count].bytes[3] = fourth
    return count + 1


@realtime
def big_endian(data: Bytes, at: int) -> int:
    """Four bytes at `at` as an unsigned number."""
    return (int(data[at]) << 24) | (int(data[at + 1]) << 16) | (int(data[at + 2]) << 8) | int(data[at + 3])


@realtime
def number(data: Bytes, at: int, end: int, found: Found) -> tuple[int, int]:
    """Variable-length number at `at`, and the place after it."""
    value = 0
    for place in range(at, min(at + LONGEST_NUMBER, end)):
        value = (value << 7) | (data[place] & 0x7F)
        if data[place] < 0x80:
            return value, place + 1
    if at + LONGEST_NUMBER <= end:
        note(found, LONG_NUMBER, at)
    return 0, end + 1


@realtime
def channel_message(
    data: Bytes, at: int, end: int, status: int, tick: int, records: Any, count: int, found: Found
) -> tuple[int, int]:
    """Data bytes of a channel message: the place after them and the new count of records."""
    size = CHANNEL_DATA[(status >> 4) - 8]
    if at + size > end:
        return end + 1, count
    for place in range(at, at + size):
        if data[place] >= 0x80:
            note(found, NOT_DATA, place)
            return end + 1, count
    second = data[at + 1] if size == 2 else 0
    return at + size, put(records, count, tick, status, data[at], second, 0)


@realtime
def meta_event(
    data: Bytes, at: int, end: int, tick: int, records: Any, count: int, found: Found
) -> tuple[int, int]:
    """Meta event whose type is at `at`: tempo becomes a record, every other kind is stepped over."""
    if at >= end:
        return end + 1, count
    size, body = number(data, at + 1, end, found)
    after = body + size
    if data[at] != TEMPO or after > end:
        return after, count
    if size != 3 or (data[body] | data[body + 1] | data[body + 2]) == 0:
        note(found, BAD_TEMPO, at)
        return after, count
    return after, put(records, count, tick, TEMPO, data[body], data[body + 1], data[body + 2])


@realtime
def system_message(data: Bytes, at: int, end: int, status: int, found: Found) -> int:
    """Place after a system message, whose data begin at `at`; none of them is kept."""
    if status in (SYSEX, SYSEX_MORE):
        size, body = number(data, at, end, found)
        return body + size
    return at + int(SYSTEM_DATA[status & 15])


@realtime
def event(
    data: Bytes, at: int, end: int, running: int, tick: int, records: Any, count: int, found: Found
) -> tuple[int, int, int]:
    """Event at `at` without its delta: the place after it, the running status and the new count."""
    status = running
    if data[at] >= 0x80:
        status, at = int(data[at]), at + 1
    elif running == 0:
        note(found, NO_STATUS, at)
        return end + 1, running, count
    if status < SYSEX:
        at, count = channel_message(data, at, end, status, tick, records, count, found)
        return at, status, count
    if status == META:
        at, count = meta_event(data, at, end, tick, records, count, found)
        return at, running, count
    return system_message(data, at, end, status, found), running, count


@realtime
def track(
    data: Bytes, at: int, end: int, tick: int, records: Any, count: int, found: Found
) -> tuple[int, int, int]:
    """Events in [at, end) from `tick` on: the place after the end of track, its tick, the new count."""
    running, ended = 0, False
    while at < end and not ended:
        start = at
        delta, at = number(data, at, end, found)
        if at < end:
            tick += delta
            ended = data[at] == META and at + 1 < end and data[at + 1] == END
            at, running, count = event(data, at, end, running, tick, records, count, found)
        elif at == end:
            at = end + 1
        if at > end:
            note(found, CUT, start)
    return min(at, end), tick, put(records, count, tick, END, 0, 0, 0)


@realtime
def broken(found: Found) -> bool:
    """Whether a fault was found that no reading goes on after."""
    return bool(found[:CUT].max() >= 0)


@offline
def chunks(data: Bytes, at: int, end: int, sequential: bool, records: Any, found: Found) -> tuple[int, int]:
    """Every chunk in [at, end): how many were tracks, and the count of records.

    Sequential tracks (format 2) follow one another, each from the default tempo on. A track whose length runs
    past the end of the file ends at its end-of-track event, and the chunks after that are read.
    """
    tracks, count, tick = 0, 0, 0
    while at + HEADER <= end and not broken(found):
        stop = at + HEADER + big_endian(data, at + 4)
        if big_endian(data, at) == TRACK:
            tracks += 1
            if sequential:
                count = put(records, count, tick, TEMPO, DEFAULT_TEMPO[1], DEFAULT_TEMPO[2], DEFAULT_TEMPO[3])
            after, last, count = track(data, at + HEADER, min(stop, end), tick, records, count, found)
            tick = last if sequential else 0
            stop = after if stop > end else stop
        at = stop
    return tracks, count


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
        if follow_tempo and record.bytes[0] == TEMPO:
            tempo = (int(record.bytes[1]) << 16) | (int(record.bytes[2]) << 8) | int(record.bytes[3])
            step = second_per_tick * tempo / 500_000
