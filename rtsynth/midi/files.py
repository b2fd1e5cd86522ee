"""Standard MIDI Files, read with a guard: whatever the bytes, a score or one line on what is wrong.

Corrupt encoding (no status, data bytes that are none, numbers without end) is refused: a guess would play
noise. A file that merely stops early, or claims more than it holds, plays as far as it goes, with a warning.
Source: Standard MIDI Files 1.0 (MMA RP-001), RIFF MIDI (RP-029).
"""

import os
import stat
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.midi.parser import DEVICE

from ..errors import HostError
from .extras import Extra, decode
from .scanning import OURS, Fault, Reading, chunks, make_reading, seconds
from .score import EVENTS, Move, Score
from .writer import write_midi

__all__ = ["EVENTS", "MidiFileError", "Move", "Score", "parse_midi", "read_midi", "write_midi"]

LARGEST = 64 * 1024 * 1024  # bytes of a file
DEFAULT_BEAT = 0.5  # seconds of a quarter note
FRAME_RATES = {29: 30_000 / 1001}  # SMPTE's 29 is drop-frame; every other rate is what it says

CAUSES = {
    Fault.LONG_NUMBER: "a number goes on for more than four bytes; the file is damaged from here on",
    Fault.NO_STATUS: "data without a status byte before it; the file is damaged from here on",
    Fault.NOT_DATA: "a status byte where data should be; the file is damaged from here on",
    Fault.CUT: "the track ends inside this event; playing what comes before it",
    Fault.BAD_TEMPO: "a tempo that is none; keeping the tempo before it",
    Fault.CROWDED: "more exclusives, or events of rtsynth's own, than anybody plays; leaving out the rest",
    Fault.BAD_OURS: "an event of rtsynth's own that cannot be read; leaving it out",
}


Path = str | os.PathLike[str]


class MidiFileError(HostError):
    """A file that cannot be played: one line with its name, the byte offset, the cause."""

    def __init__(self, path: Path, offset: int, cause: str) -> None:
        super().__init__(f"{os.fspath(path)!r}, byte {offset}: {cause}")
        self.offset = offset


class Header(NamedTuple):
    """Where the chunks after the header lie, and what the header says of them."""

    start: int
    end: int
    format: int
    tracks: int
    division: int


def read_midi(path: Path, device: int = DEVICE) -> Score:
    """Channel messages of a MIDI file with their times; `device` is our number among exclusives' devices.

    Raises MidiFileError. Takes less than a second and 64 MB for any file of up to 1 MB.
    """
    return parse_midi(path, _content(path), device)


def parse_midi(path: Path, content: bytes, device: int = DEVICE) -> Score:
    """Score of a file's bytes; `path` is only for the message of MidiFileError."""
    header = _header(path, content)
    reading = make_reading(np.frombuffer(content, np.uint8), device)
    tracks = chunks(reading, header.start, header.end, header.format == 2)
    _refuse(path, header, tracks, reading.found)
    return _score(content, reading, header, tracks)


def _content(path: Path) -> bytes:
    """All bytes of a regular file; nothing that could block or never end is read."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise MidiFileError(path, 0, f"cannot be opened ({getattr(error, 'strerror', error)})") from None
    try:
        size = _size(path, os.fstat(file))
        with open(file, "rb", closefd=False) as stream:
            return stream.read(size)
    except OSError as error:
        raise MidiFileError(path, 0, f"cannot be read ({error.strerror})") from None
    finally:
        os.close(file)


def _size(path: Path, status: os.stat_result) -> int:
    """Bytes of the file, which must be regular and of a sensible size."""
    if not stat.S_ISREG(status.st_mode):
        raise MidiFileError(path, 0, "not a regular file; name a .mid file")
    if status.st_size > LARGEST:
        raise MidiFileError(path, LARGEST, "a MIDI file may have 64 MiB at most")
    return status.st_size


def _header(path: Path, content: bytes) -> Header:
    """Read the header chunk, inside a RIFF wrapping or not."""
    start, end = _unwrapped(content)
    size = int.from_bytes(content[start + 4 : start + 8], "big")
    if content[start : start + 4] != b"MThd":
        raise MidiFileError(path, start, "no MIDI header (MThd) here; name a .mid file")
    if size < 6 or start + 8 + size > end:
        raise MidiFileError(path, start + 4, "the MIDI header is cut short; the file is damaged")
    kind, tracks, division = (
        int.from_bytes(content[place : place + 2], "big") for place in range(start + 8, start + 14, 2)
    )
    if division == 0 or (division >= 0x8000 and division & 0xFF == 0):
        raise MidiFileError(path, start + 12, "a division of 0 gives ticks no time; the file is damaged")
    return Header(start + 8 + size, end, kind, tracks, division)


def _unwrapped(content: bytes) -> tuple[int, int]:
    """Where the MIDI file begins and ends: the `data` chunk of a RIFF of type RMID, or everything."""
    place = 12
    if content[:4] != b"RIFF" or content[8:12] != b"RMID":
        return 0, len(content)
    while place + 8 <= len(content):
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        if content[place : place + 4] == b"data":
            return place + 8, min(place + 8 + size, len(content))
        place += 8 + size + size % 2
    return len(content), len(content)


def _refuse(path: Path, header: Header, tracks: int, found: NDArray[np.int64]) -> None:
    """Raise for the first fault that ended the reading, or for a file without a track."""
    for fault in Fault:
        if fault < Fault.CUT and found[fault] >= 0:
            raise MidiFileError(path, int(found[fault]), CAUSES[fault])
    if tracks == 0:
        raise MidiFileError(path, header.start, "no track (MTrk) from here on; the file is damaged")


def _warn(header: Header, tracks: int, found: NDArray[np.int64]) -> Iterator[str]:
    """What a player may say of a file that plays all the same."""
    if tracks != header.tracks:
        yield f"the header claims {header.tracks} tracks, the file holds {tracks}"
    for fault in Fault:
        if fault >= Fault.CUT and found[fault] >= 0:
            yield f"byte {found[fault]}: {CAUSES[fault]}"


def _score(content: bytes, reading: Reading, header: Header, tracks: int) -> Score:
    """Sort what was read by time, give it its seconds, and keep messages and what is ours."""
    records = _by_tick(reading.records[: reading.state[0]["count"]])
    times = np.empty(len(records))
    seconds(records, _second_per_tick(header.division), header.division < 0x8000, times)
    messages = records["status"] >= 0x80
    events = np.zeros(int(messages.sum()), EVENTS)
    events["seconds"] = times[messages]
    for field in ("port", "status", "data1", "data2", "value"):
        events[field] = records[field][messages]
    extras = list(_extras(content, reading, times[records["status"] == OURS]))
    preset = next((extra.preset for _, extra in extras if extra.preset), None)
    setup = next((extra.setup for _, extra in extras if extra.setup), None)
    moves = tuple(Move(time, extra.program, extra.latent) for time, extra in extras if extra.latent)
    warnings = tuple(_warn(header, tracks, reading.found))
    return Score(events, float(times[-1]), warnings, preset, moves, setup)


def _by_tick(records: NDArray[Any]) -> NDArray[Any]:
    return records[np.argsort(records["tick"], kind="stable")]


def _extras(content: bytes, reading: Reading, times: NDArray[np.float64]) -> Iterator[tuple[float, Extra]]:
    """What is ours and whole, with its seconds; `times` are those of all marks."""
    marks = reading.marks[: reading.state[0]["marks"]]
    marks = marks[np.argsort(marks[:, 0], kind="stable")]
    for time, (_, start, size) in zip(times.tolist(), marks.tolist(), strict=True):
        extra = decode(content[start : start + size])
        if extra is not None:
            yield time, extra
        elif reading.found[Fault.BAD_OURS] < 0:
            reading.found[Fault.BAD_OURS] = start


def _second_per_tick(division: int) -> float:
    """Seconds of a tick at the default tempo, or of an SMPTE subframe whatever the tempo."""
    if division < 0x8000:
        return DEFAULT_BEAT / division
    rate = 256 - (division >> 8)
    return 1 / (FRAME_RATES.get(rate, rate) * (division & 0xFF))
