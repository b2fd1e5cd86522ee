"""System exclusives: what their bytes say, as events of status COMMAND.

Sources: Universal SysEx (MIDI 1.0), MIDI tuning standard (RP-020 and its bank extensions), GM, GS, XG.
"""

from typing import Any

import numpy as np

from ..compiling import realtime
from .commands import (
    CHECKSUM,
    COMMAND,
    COUNT,
    IDENTITY,
    KNOB,
    MASTER_COARSE,
    MASTER_FINE,
    MASTER_VOLUME,
    OCTAVE,
    OCTAVE_CHANNELS,
    RESET,
    SELECT,
    TUNE_KEY,
    TUNE_TABLE,
)
from .messages import (
    BANK_DUMP,
    BANK_NOTES,
    COARSE,
    DUMP,
    EXCLUSIVES,
    FINE,
    NOTES,
    OCTAVE_DUMP,
    OCTAVE_FINE_DUMP,
    OCTAVES,
    OCTAVES_FINE,
    RESETS,
    SELECT_PROGRAM,
    TURN_KNOB,
    VOLUME,
    WHO,
)

LONGEST = 12  # bytes of a pattern
DEVICE, LOW_DEVICE, END = -1, -2, -3
ALL_DEVICES = 0x7F
REAL_TIME = 0x7F
NAME = 16  # bytes of a tuning's name
CLASSES, KEYS = 12, 128
SHARE = 1.0 / 16384.0


def _pattern(text: str) -> list[int]:
    marks = {"dd": DEVICE, "1d": LOW_DEVICE}
    codes = [marks[part] if part in marks else int(part, 16) for part in text.split()]
    return codes + [END] * (LONGEST - len(codes))


PATTERNS = np.array([_pattern(each.pattern) for each in EXCLUSIVES], np.int64)
KINDS = np.array([each.kind for each in EXCLUSIVES], np.int64)


def identity_reply(device: int) -> bytes:
    """Who we are: a manufacturer's number that is nobody's, family and member of none, version 1."""
    return bytes.fromhex(f"F0 7E {device:02X} 06 02 7D 00 00 00 00 00 00 00 01 F7")


@realtime
def emit(parser: Any, status: int, data1: int, data2: int, value: float) -> None:
    """Append an event to what the parser has found."""
    if parser.count < len(parser.out):
        event = parser.out[parser.count]
        event.status, event.data1, event.data2 = status, data1, data2
        event.value = np.float32(value)
        parser.count += 1


@realtime
def command(parser: Any, what: int, index: int, value: float) -> None:
    """Append a command."""
    emit(parser, COMMAND, what, index, value)


@realtime
def fits(parser: Any, row: int) -> int:
    """Bytes of pattern `row` when the exclusive begins with it, for our device or all; else 0."""
    for i in range(LONGEST):
        wanted = PATTERNS[row, i]
        if wanted == END:
            return i
        if i >= parser.length:
            return 0
        byte = int(parser.bytes[i])
        if wanted == LOW_DEVICE:
            wanted = 0x10 | (int(parser.device) & 15)
        elif wanted == DEVICE:
            wanted = byte if byte == ALL_DEVICES else int(parser.device)
        if byte != wanted:
            return 0
    return LONGEST


@realtime
def decode(parser: Any) -> None:
    """Turn the exclusive that has just ended into commands; what is none of the table's is ignored."""
    for row in range(len(KINDS)):
        at = fits(parser, row)
        if at > 0:
            act(parser, KINDS[row], at)
            return


@realtime
def act(parser: Any, kind: int, at: int) -> None:
    """Commands of an exclusive of `kind`, whose content begins at `at`."""
    if kind >= RESETS:
        command(parser, RESET, kind - RESETS, 0.0)
    elif kind == WHO:
        command(parser, IDENTITY, parser.bytes[1], 0.0)
    elif kind in (VOLUME, FINE, COARSE):
        master(parser, kind, at)
    elif kind in (TURN_KNOB, SELECT_PROGRAM):
        own(parser, kind, at)
    elif kind in (OCTAVES, OCTAVES_FINE):
        octaves(parser, kind == OCTAVES_FINE, at)
    elif kind in (NOTES, BANK_NOTES):
        notes(parser, kind == BANK_NOTES, at)
    else:
        dump(parser, kind, at)


@realtime
def two_bytes(parser: Any, at: int) -> int:
    """Fourteen bits, low byte first."""
    return int(parser.bytes[at]) + 128 * int(parser.bytes[at + 1])


@realtime
def master(parser: Any, kind: int, at: int) -> None:
    """Master volume and tuning."""
    if parser.length < at + 2:
        return
    whole = two_bytes(parser, at)
    if kind == VOLUME:
        command(parser, MASTER_VOLUME, 0, whole / 16383.0)
    elif kind == FINE:
        command(parser, MASTER_FINE, 0, (whole - 8192) / 81.92)
    else:
        command(parser, MASTER_COARSE, 0, parser.bytes[at + 1] - 64)


@realtime
def own(parser: Any, kind: int, at: int) -> None:
    """Macros and programs, as takes keep them."""
    if kind == SELECT_PROGRAM and parser.length >= at + 2:
        command(parser, SELECT, 0, two_bytes(parser, at))
    elif kind == TURN_KNOB and parser.length >= at + 3:
        command(parser, KNOB, parser.bytes[at], (two_bytes(parser, at + 1) - 8192) / 8191.0)


@realtime
def frequency(parser: Any, at: int) -> float:
    """Pitch in semitones of a three-byte frequency; -1 where it says "no change"."""
    key, high, low = int(parser.bytes[at]), int(parser.bytes[at + 1]), int(parser.bytes[at + 2])
    if key == 0x7F and high == 0x7F and low == 0x7F:
        return -1.0
    return key + (high * 128 + low) * SHARE


@realtime
def tune_key(parser: Any, key: int, at: int) -> None:
    """One key of a tuning, from the three bytes at `at`."""
    pitch = frequency(parser, at)
    if pitch >= 0.0:
        command(parser, TUNE_KEY, key, pitch)


@realtime
def table_number(parser: Any, at: int, banked: bool) -> int:
    """Number of the tuning table that a bank (where there is one) and a program name."""
    return int(parser.bytes[at]) * 128 + int(parser.bytes[at + 1]) if banked else int(parser.bytes[at])


@realtime
def notes(parser: Any, banked: bool, at: int) -> None:
    """Single note tuning: keys and their frequencies."""
    first = at + 3 if banked else at + 2
    if parser.length < first + 4:
        return
    now = 1 if parser.bytes[0] == REAL_TIME else 0
    command(parser, TUNE_TABLE, now, table_number(parser, at, banked))
    for i in range(min(int(parser.bytes[first - 1]), (parser.length - first) // 4)):
        tune_key(parser, int(parser.bytes[first + 4 * i]), first + 4 * i + 1)


@realtime
def dump(parser: Any, kind: int, at: int) -> None:
    """A whole tuning program: by keys or by pitch classes. A wrong checksum is counted, and the dump
    taken.
    """
    banked = kind != DUMP
    first = at + (2 if banked else 1) + NAME
    width = 3 * KEYS if kind in (DUMP, BANK_DUMP) else (CLASSES if kind == OCTAVE_DUMP else 2 * CLASSES)
    if parser.length < first + width:
        return
    command(parser, TUNE_TABLE, 0, table_number(parser, at, banked))
    for key in range(KEYS):
        if kind in (DUMP, BANK_DUMP):
            tune_key(parser, key, first + 3 * key)
        else:
            cents = class_cents(parser, first, key % CLASSES, kind == OCTAVE_FINE_DUMP)
            command(parser, TUNE_KEY, key, key + 0.01 * cents)
    if parser.length != first + width + 1 or parser.bytes[first + width] != checksum(parser, first + width):
        command(parser, COUNT, CHECKSUM, 0.0)


@realtime
def checksum(parser: Any, end: int) -> int:
    """Exclusive or of the bytes before `end`."""
    total = 0
    for i in range(end):
        total ^= int(parser.bytes[i])
    return total & 0x7F


@realtime
def class_cents(parser: Any, first: int, which: int, fine: bool) -> float:
    """Cents of a pitch class: one byte of -64 … 63, or two of -100 … 100, here high byte first."""
    if fine:
        high, low = int(parser.bytes[first + 2 * which]), int(parser.bytes[first + 2 * which + 1])
        return (high * 128 + low - 8192) / 81.92
    return float(parser.bytes[first + which]) - 64.0


@realtime
def octaves(parser: Any, fine: bool, at: int) -> None:
    """Scale/octave tuning of a set of channels."""
    first = at + 3
    if parser.length < first + (2 if fine else 1) * CLASSES:
        return
    high, middle, low = int(parser.bytes[at]), int(parser.bytes[at + 1]), int(parser.bytes[at + 2])
    now = 1 if parser.bytes[0] == REAL_TIME else 0
    command(parser, OCTAVE_CHANNELS, now, low | (middle << 7) | ((high & 3) << 14))
    for which in range(CLASSES):
        command(parser, OCTAVE, which, class_cents(parser, first, which, fine))
