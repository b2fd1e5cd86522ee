"""Writing a score as a Standard MIDI File: a track for every port, our own events in the first."""

from collections.abc import Iterator
from pathlib import Path

from rtsynth_engine.midi.encoding import Encoder

from ..errors import HostError
from ..writing import write_whole
from .extras import encode_move, encode_preset, encode_setup
from .scanning import END, LONGEST_NUMBER, META, OURS, PORT, SYSEX, SYSEX_MORE
from .score import Score

TICKS = 48_000  # a second: frames of the usual rate, and finer than half a frame at 44.1 kHz
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
    setup = [(0, _meta(OURS, encode_setup(score.setup)))] if score.setup else []
    moves = [
        (_tick(move.seconds), _meta(OURS, encode_move(move.program, move.latent))) for move in score.moves
    ]
    return preset + setup + moves


def _events(score: Score, port: int) -> Iterator[Timed]:
    """Messages of a port, by time, as they stand in a file; what no message says is left out."""
    encoder = Encoder()
    for event in score.events[score.events["port"] == port]:
        if message := encoder.encode(event):
            yield _tick(event["seconds"]), _sent(message)


def _sent(message: bytes) -> bytes:
    """A channel message as it is; what else a player is to send, with its length."""
    if message[0] < SYSEX:
        return message
    if message[0] == SYSEX:
        return message[:1] + _number(len(message) - 1) + message[1:]
    return bytes([SYSEX_MORE]) + _number(len(message)) + message


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([META, kind]) + _number(len(data)) + data


def _number(value: int) -> bytes:
    """Variable-length number, seven bits a byte."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))
