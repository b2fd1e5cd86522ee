"""MIDI as it goes over a wire: messages as bytes, and a plain reference for where they begin and end."""

from collections.abc import Iterator
from typing import NamedTuple

CHANNEL, SYSEX, REALTIME, OTHER = "channel", "sysex", "realtime", "other"
DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
COMMON_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}


class Piece(NamedTuple):
    """A whole message with its status, or bytes that are none (`other`)."""

    kind: str
    data: bytes


def on(key: int, velocity: int = 100, channel: int = 0) -> bytes:
    return bytes((0x90 | channel, key, velocity))


def off(key: int, velocity: int = 64, channel: int = 0) -> bytes:
    return bytes((0x80 | channel, key, velocity))


def cc(number: int, value: int, channel: int = 0) -> bytes:
    return bytes((0xB0 | channel, number, value))


def poly(key: int, value: int, channel: int = 0) -> bytes:
    return bytes((0xA0 | channel, key, value))


def pressure(value: int, channel: int = 0) -> bytes:
    return bytes((0xD0 | channel, value))


def program(number: int, channel: int = 0) -> bytes:
    return bytes((0xC0 | channel, number))


def bend(value: int, channel: int = 0) -> bytes:
    """`value` 0 … 16383, 8192 the centre."""
    return bytes((0xE0 | channel, value & 127, value >> 7))


def rpn(number: int, coarse: int, fine: int | None = None, channel: int = 0) -> bytes:
    """Select a registered parameter, enter its data, deselect it."""
    data = cc(6, coarse, channel) + (b"" if fine is None else cc(38, fine, channel))
    return cc(101, number >> 7, channel) + cc(100, number & 127, channel) + data + null(channel)


def nrpn(number: int, coarse: int, fine: int = 0, channel: int = 0) -> bytes:
    data = cc(6, coarse, channel) + cc(38, fine, channel)
    return cc(99, number >> 7, channel) + cc(98, number & 127, channel) + data


def null(channel: int = 0) -> bytes:
    return cc(101, 127, channel) + cc(100, 127, channel)


def sysex(*data: int | bytes) -> bytes:
    """A whole SysEx of these bytes, F0 and F7 put around."""
    inner = b"".join(bytes((part,)) if isinstance(part, int) else part for part in data)
    return b"\xf0" + inner + b"\xf7"


def raw(text: str) -> bytes:
    """Bytes as they stand in a specification: `90 3C 40`."""
    return bytes.fromhex(text)


def pieces(data: bytes) -> Iterator[Piece]:
    """What `data` says, each message whole and with its status, in the order in which they end (MIDI 1.0).

    Real-time bytes come at once and disturb nothing; F0 … F7 cancel running status; data without a status
    and SysEx without its end are `other`.
    """
    running, held = b"", b""
    for byte in data:
        one = bytes((byte,))
        if byte >= 0xF8:
            yield Piece(REALTIME, one)
        elif byte == 0xF7 and held[:1] == b"\xf0":
            yield Piece(SYSEX, held + one)
            held = running = b""
        elif byte >= 0x80:
            if held:
                yield Piece(OTHER, held)
            held, running = one, one if byte < 0xF0 else b""
        elif held or running:
            held = (held or running) + one
        else:
            yield Piece(OTHER, one)
        if held and len(held) == _length(held[0]):
            yield Piece(CHANNEL if held[0] < 0xF0 else OTHER, held)
            held = b""
    if held:
        yield Piece(OTHER, held)


def _length(status: int) -> int:
    """Bytes of a message of that status; 0 where it has no fixed number."""
    if status < 0xF0:
        return 1 + DATA_BYTES[status >> 4]
    return 1 + COMMON_BYTES[status] if status in COMMON_BYTES else 0
