"""Standard MIDI Files written by hand, one tick to a frame."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.midi.wire import CHANNEL, OTHER, SYSEX, pieces

TEMPO = 500_000  # µs of a quarter note
PORT_PREFIX, SET_TEMPO, END = b"\xff\x21\x01", b"\xff\x51\x03", b"\xff\x2f\x00"

Timed = tuple[int, int, bytes]
"""Tick, port, bytes."""


def write_file(path: Path, items: Sequence[Timed], rate: float) -> None:
    """Write a file whose ticks are frames at `rate` Hz (65,534 at most), a track for each port."""
    ports = sorted({port for _, port, _ in items} | {0})
    division = round(rate * TEMPO / 1e6)
    header = (
        b"MThd" + (6).to_bytes(4, "big") + b"".join(n.to_bytes(2, "big") for n in (1, len(ports), division))
    )
    tracks = (track(port, [item for item in items if item[1] == port]) for port in ports)
    path.write_bytes(header + b"".join(tracks))


def track(port: int, items: Iterable[Timed]) -> bytes:
    """A track chunk that begins with its port and the tempo; running status wherever it may be."""
    body = b"\0" + PORT_PREFIX + bytes((port,)) + b"\0" + SET_TEMPO + TEMPO.to_bytes(3, "big")
    now, running = 0, b""
    for tick, _, data in items:
        for event in events(data):
            same = event[:1] == running
            body += number(tick - now) + event[same:]
            now, running = tick, event[:1] if event[0] < 0xF0 else b""
    body += b"\0" + END
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def events(data: bytes) -> Iterable[bytes]:
    """Events of a file for bytes of a wire: what no plain event can say is escaped."""
    cut = False  # what another message ends can be said only as bytes, and that message too
    for kind, message in pieces(data):
        cut, after = kind == OTHER, cut
        if kind == CHANNEL and not after:
            yield message
        elif kind == SYSEX:
            yield b"\xf0" + number(len(message) - 1) + message[1:]
        else:
            yield b"\xf7" + number(len(message)) + message


def number(value: int) -> bytes:
    """A variable-length number."""
    digits = [value & 127]
    while value := value >> 7:
        digits.append(value & 127 | 128)
    return bytes(reversed(digits))
