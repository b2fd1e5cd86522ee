"""Events back into bytes, as a MIDI file or a port takes them."""

import math
from typing import Any

from .commands import (
    COMMAND,
    GM,
    GM2,
    GS,
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
    XG,
)
from .parser import data_bytes_of

CLASSES, WHOLE, TOP = 12, 16384, 0x7F
OWN = bytes.fromhex("7D 72 74")  # a manufacturer's number that is nobody's, and our name
RESETS = {GM: "7E 7F 09 01", GM2: "7E 7F 09 03", GS: "41 10 42 12 40 00 7F 00 41", XG: "43 10 4C 00 00 7E 00"}


class Encoder:
    """Bytes of events in their order: some exclusives take several events, and some events say how to go
    on.
    """

    def __init__(self) -> None:
        self.table, self.table_now = 0, 0
        self.mask, self.mask_now = 0, 0
        self.classes: list[float] = []

    def encode(self, event: Any) -> bytes:
        """Bytes of the message that `event` (an EVENT record) completes; none where it completes none."""
        _, _, status, data1, data2, value = event.item()[:6]
        if status != COMMAND:
            return bytes([status, data1, data2][: 1 + data_bytes_of(status)])
        content = self._content(data1, data2, value)
        return b"\xf0" + content + b"\xf7" if content else b""

    def _content(self, what: int, index: int, value: float) -> bytes:
        if what == RESET:
            return bytes.fromhex(RESETS[index]) if index in RESETS else b""
        if what == MASTER_VOLUME:
            return _master(1, round(value * (WHOLE - 1)))
        if what == MASTER_FINE:
            return _master(3, round(value * 81.92) + WHOLE // 2)
        if what == MASTER_COARSE:
            return _master(4, (round(value) + 64) * 128)
        if what == KNOB:
            return OWN + bytes([1, index, *_low_first(round(value * 8191.0) + 8192)])
        if what == SELECT:
            return OWN + bytes([2, *_low_first(round(value))])
        return self._tuning(what, index, value)

    def _tuning(self, what: int, index: int, value: float) -> bytes:
        if what == TUNE_TABLE:
            self.table, self.table_now = int(value), index
        elif what == OCTAVE_CHANNELS:
            self.mask, self.mask_now, self.classes = int(value), index, []
        elif what == OCTAVE:
            self.classes.append(value)
            if len(self.classes) == CLASSES:
                return self._octaves()
        elif what == TUNE_KEY and math.isfinite(value):
            kind = 0x7F if self.table_now else 0x7E
            return bytes([kind, TOP, 8, 7, self.table >> 7, self.table & TOP, 1, index, *_frequency(value)])
        return b""

    def _octaves(self) -> bytes:
        kind, mask = 0x7F if self.mask_now else 0x7E, self.mask
        head = [kind, TOP, 8, 9, mask >> 14 & 3, mask >> 7 & TOP, mask & TOP]
        steps = [_fourteen(round(cents * 81.92) + WHOLE // 2) for cents in self.classes]
        return bytes(head + [byte for step in steps for byte in (step >> 7, step & TOP)])


def _fourteen(number: int) -> int:
    return min(max(number, 0), WHOLE - 1)


def _master(which: int, number: int) -> bytes:
    return bytes([0x7F, TOP, 4, which, *_low_first(number)])


def _low_first(number: int) -> tuple[int, int]:
    number = _fourteen(number)
    return number & TOP, number >> 7


def _frequency(pitch: float) -> tuple[int, int, int]:
    """Three bytes of a pitch in semitones: key, and a fraction of 14 bits."""
    steps = min(max(round(pitch * WHOLE), 0), 128 * WHOLE - 2)  # 7F 7F 7F would mean no change
    return steps // WHOLE, steps % WHOLE >> 7, steps % WHOLE & TOP
