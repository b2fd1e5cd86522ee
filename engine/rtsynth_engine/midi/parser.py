"""Bytes into events: running status, real-time bytes anywhere, exclusives of any length. One parser a port.

Real-time bytes (F8 … FF) are told at once and disturb nothing; F0 … F7 end the running status. A message cut
off by another, data without a status, and exclusives too long are counted by an event and otherwise ignored.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import offline, realtime
from ..rings import EVENT
from .commands import COUNT, DROPPED, STRAY, TRUNCATED
from .exclusive import command, decode, emit
from .messages import CHANNEL_MESSAGES, SYSTEM_MESSAGES

CAPACITY = 1024  # bytes of an exclusive
MOST_EVENTS = 160  # that one byte can end
DEVICE = 16  # our number among exclusives' devices; 0x7F means all
OUTSIDE, INSIDE, TOO_LONG = range(3)
EXCLUSIVE, POSITION, END, REAL_TIME = 0xF0, 0xF2, 0xF7, 0xF8
SILENT = (0xF9, 0xFD)  # real-time bytes without a meaning

PARSER = np.dtype(
    [
        ("status", np.uint8),  # of the message under way, which is the running status; 0 none
        ("have", np.uint8),  # its data bytes so far
        ("begun", np.uint8),  # a status came and its message is not whole
        ("stray", np.uint8),
        ("exclusive", np.uint8),  # OUTSIDE, INSIDE or TOO_LONG
        ("device", np.uint8),
        ("data", np.uint8, (2,)),
        ("length", np.int32),
        ("bytes", np.uint8, (CAPACITY,)),
        ("count", np.int32),
        ("out", EVENT, (MOST_EVENTS,)),
    ],
    align=True,
)

DATA = np.array([*(m.data for m in CHANNEL_MESSAGES), *(m.data for m in SYSTEM_MESSAGES)], np.int64)
SYSTEM = len(CHANNEL_MESSAGES)


@realtime
def data_bytes(status: int) -> int:
    """How many data bytes follow a status below F8."""
    return int(DATA[(status >> 4) - 8] if status < EXCLUSIVE else DATA[status - EXCLUSIVE + SYSTEM])


def data_bytes_of(status: int) -> int:
    """The same for Python; none follow the real-time bytes."""
    return int(DATA[(status >> 4) - 8] if status < EXCLUSIVE else DATA[status - EXCLUSIVE + SYSTEM])


@realtime
def feed(parser: Any, byte: int) -> int:
    """Take one byte; returns how many events stand in `parser.out` now."""
    parser.count = 0
    if byte >= REAL_TIME:
        if byte not in SILENT:
            emit(parser, byte, 0, 0, 0.0)
    elif byte >= 0x80:
        take_status(parser, byte)
    else:
        take_data(parser, byte)
    return int(parser.count)


@realtime
def take_status(parser: Any, byte: int) -> None:
    """A new message begins; what was under way ends, whole or not."""
    if parser.exclusive == INSIDE and byte == END:
        decode(parser)
    elif parser.exclusive == INSIDE:
        command(parser, COUNT, DROPPED, 0.0)
    elif parser.begun:
        command(parser, COUNT, TRUNCATED, 0.0)
    if parser.stray:
        command(parser, COUNT, STRAY, 0.0)
    parser.stray = parser.have = parser.begun = parser.length = 0
    parser.exclusive = INSIDE if byte == EXCLUSIVE else OUTSIDE
    parser.begun = 1 if data_bytes(byte) > 0 else 0
    parser.status = byte if parser.begun else 0


@realtime
def take_data(parser: Any, byte: int) -> None:
    """A data byte: of an exclusive, of a message, or of nothing."""
    if parser.exclusive != OUTSIDE:
        keep(parser, byte)
    elif parser.status == 0:
        parser.stray = 1
    else:
        parser.data[parser.have] = byte
        parser.have += 1
        if parser.have == data_bytes(parser.status):
            complete(parser)


@realtime
def keep(parser: Any, byte: int) -> None:
    """A byte of an exclusive; one byte too many drops it all."""
    if parser.length < CAPACITY:
        parser.bytes[parser.length] = byte
        parser.length += 1
    elif parser.exclusive == INSIDE:
        parser.exclusive = TOO_LONG
        command(parser, COUNT, DROPPED, 0.0)


@realtime
def complete(parser: Any) -> None:
    """The message under way is whole; only a channel's status goes on running."""
    second = int(parser.data[1]) if parser.have == 2 else 0
    if parser.status < EXCLUSIVE or parser.status == POSITION:
        emit(parser, parser.status, parser.data[0], second, 0.0)
    parser.have = parser.begun = 0
    if parser.status >= EXCLUSIVE:
        parser.status = 0


def make_parser(device: int = DEVICE) -> NDArray[Any]:
    """A parser's state, (1,) PARSER; `device` is our number among exclusives' devices."""
    parser = np.zeros(1, PARSER)
    parser["device"] = device
    return parser


@offline
def parse(parser: NDArray[Any], data: NDArray[np.uint8], out: NDArray[Any]) -> int:
    """Write the events of `data` (n,) to `out`, time and port 0; returns how many. What does not fit is lost:
    one byte can end MOST_EVENTS.
    """
    count = 0
    for byte in data:
        for i in range(min(feed(parser[0], int(byte)), len(out) - count)):
            out[count] = parser[0].out[i]
            count += 1
    return count


def parse_all(parser: NDArray[Any], data: bytes) -> NDArray[Any]:
    """Events (n,) of any bytes, time and port 0. Any Python thread."""
    out = np.zeros(2 * len(data) + MOST_EVENTS * (1 + data.count(END)), EVENT)
    return out[: parse(parser, np.frombuffer(bytearray(data), np.uint8), out)]
