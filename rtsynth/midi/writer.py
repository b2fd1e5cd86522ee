"""Writing a score as a Standard MIDI File: a track for every port, our own events in the first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import HostError
from ..writing import write_whole
from .extras import encode_move, encode_preset
from .scanning import CHANNEL_DATA, END, LONGEST_NUMBER, META, OURS, PORT, SYSEX
from .score import Score

TICKS = (
    48_000  # a second, so that times are whole frames at the usual rate; finer than half a frame at 44.1 kHz
)
DIVISION = TICKS // 2  # ticks a beat at the tempo that every reader begins with, 120 beats a minute
LONGEST_DELTA = (1 << 7 * LONGEST_NUMBER) - 1  # ticks: an hour and a half
TEXT = 1  # meta event; an empty one does nothing

Timed = tuple[int, bytes]  # tick, and the event's bytes


def write_midi(path: Path, score: Score) -> None:
    """Write a score whole or not at all. Raises HostError where it cannot be written."""
    try:
        write_whole(path, midi_bytes(score))
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}; name another file") from error


def midi_bytes(score: Score) -> bytes:
    """The score's file. Times come back to the frame at rates up to 48 kHz, and to 0.02 ms at any."""
    ports = sorted({0, *score.events["port"].tolist()})
    tracks = [_track(score, port) for port in ports]
    form = min(1, len(ports) - 1)
    header = b"".join(number.to_bytes(2, "big") for number in (form, len(tracks), DIVISION))
    return b"".join([_chunk(b"MThd", header), *(_chunk(b"MTrk", track) for track in tracks)])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "big") + content


def _track(score: Score, port: int) -> bytes:
    """Events of a port and, on the first, what is ours, each after its delta."""
    own = [(0, _meta(PORT, bytes([port])))] if port else _ours(score)
    events = sorted([*own, *_events(score, port)], key=lambda timed: timed[0])
    return b"".join(_deltas([*events, (_tick(score.length), _meta(END, b""))]))


def _deltas(events: list[Timed]) -> Iterator[bytes]:
    now = 0
    for tick, message in events:
        while tick - now > LONGEST_DELTA:
            yield _number(LONGEST_DELTA) + _meta(TEXT, b"")
            now += LONGEST_DELTA
        yield _number(max(tick - now, 0)) + message
        now = max(tick, now)


def _tick(seconds: float) -> int:
    return round(seconds * TICKS)


def _ours(score: Score) -> list[Timed]:
    preset = [(0, _meta(OURS, encode_preset(score.preset)))] if score.preset else []
    moves = [
        (_tick(move.seconds), _meta(OURS, encode_move(move.program, move.latent))) for move in score.moves
    ]
    return preset + moves


def _events(score: Score, port: int) -> Iterator[Timed]:
    for event in score.events[score.events["port"] == port]:
        message = _message(event)
        if message:
            yield _tick(event["seconds"]), message


def _message(event: Any) -> bytes:
    """An event as it stands in a file; empty for what no file can say."""
    status, *data = (int(event[field]) for field in ("status", "data1", "data2"))
    if status < SYSEX:
        return bytes([status, *data[: CHANNEL_DATA[(status >> 4) - 8]]])
    return b""


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([META, kind]) + _number(len(data)) + data


def _number(value: int) -> bytes:
    """Variable-length number, seven bits a byte."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))
