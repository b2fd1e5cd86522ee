"""Packets of Open Sound Control 1.0, read as strictly as they come from strangers, and written.

https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

from rtsynth_engine.checking import RefusedError

LONGEST = 8192  # bytes
DEEPEST = 4  # bundles in one another
BUNDLE = "#bundle"
AT_ONCE = 1  # the time tag of what is not to wait
EPOCH = 2_208_988_800  # seconds from 1900, where time tags begin, to 1970
NUMBERS = {"i": ">i", "h": ">q", "f": ">f", "d": ">d"}
CONSTANTS = {"T": True, "F": False, "I": True, "N": None}

Argument = int | float | str | bool | None


class Message(NamedTuple):
    """What is said to an address, and when: `due` in seconds since 1970, 0 at once."""

    address: str
    arguments: tuple[Argument, ...]
    due: float


class _Reader:
    """Takes a packet apart. Raises RefusedError where it ends too early."""

    def __init__(self, packet: bytes) -> None:
        self.packet, self.at = packet, 0

    @property
    def left(self) -> int:
        return len(self.packet) - self.at

    def take(self, size: int) -> bytes:
        if not 0 <= size <= self.left:
            raise RefusedError("it is cut short")
        self.at += size
        return self.packet[self.at - size : self.at]

    def number(self, form: str) -> int | float:
        number: int | float = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        if not math.isfinite(number):
            raise RefusedError("it holds a number that is none")
        return number

    def text(self) -> str:
        """A text and the one to four zeros behind it."""
        size = self.packet.find(b"\0", self.at) - self.at
        text = self.take(size)
        self.take(4 - size % 4)
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise RefusedError("its text is not UTF-8") from error


def read_packet(packet: bytes) -> list[Message]:
    """The messages of a packet, in order. Raises RefusedError for one that is broken anywhere."""
    if len(packet) > LONGEST:
        raise RefusedError(f"it is longer than {LONGEST} bytes")
    return list(_messages(_Reader(packet), 0.0, 0))


def _messages(reader: _Reader, due: float, depth: int) -> Iterator[Message]:
    address = reader.text()
    if address == BUNDLE:
        yield from _bundled(reader, depth)
    elif address.startswith("/"):
        yield Message(address, tuple(_arguments(reader)), due)
    else:
        raise RefusedError("it is no OSC")


def _bundled(reader: _Reader, depth: int) -> Iterator[Message]:
    if depth == DEEPEST:
        raise RefusedError("its bundles are nested too deeply")
    tag = reader.number(">Q")
    due = 0.0 if tag == AT_ONCE else tag / 2**32 - EPOCH
    while reader.left:
        yield from _messages(_Reader(reader.take(int(reader.number(">i")))), due, depth + 1)


def _arguments(reader: _Reader) -> Iterator[Argument]:
    """What stands behind an address; old senders leave the types out where there is nothing."""
    types = reader.text() if reader.left else ","
    if not types.startswith(","):
        raise RefusedError("the types of its arguments are missing")
    for kind in types[1:]:
        if kind in NUMBERS:
            yield reader.number(NUMBERS[kind])
        elif kind in "sS":
            yield reader.text()
        elif kind in CONSTANTS:
            yield CONSTANTS[kind]
        else:
            raise RefusedError(f"an argument of type {kind!r} is not known here")


def write_message(address: str, *arguments: float | str) -> bytes:
    """A packet of one message with texts and 32-bit floats."""
    types = "".join("s" if isinstance(each, str) else "f" for each in arguments)
    values = (_text(each) if isinstance(each, str) else struct.pack(">f", each) for each in arguments)
    return _text(address) + _text("," + types) + b"".join(values)


def _text(text: str) -> bytes:
    raw = text.encode()
    return raw + bytes(4 - len(raw) % 4)
