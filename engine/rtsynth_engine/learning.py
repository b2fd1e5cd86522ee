"""MIDI learn: controllers that turn a knob, or stand in for another controller.

Mappings are global. The host writes the array that is not in use and then says how many hold; the audio
callback reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .compiling import realtime
from .layout import KNOBS, MAPPINGS, Memory
from .midi.messages import RESERVED
from .parameters import DATA, DATA_FINE, UNREGISTERED

CC, CC14, NRPN = range(3)
KINDS = ("cc", "cc14", "nrpn")
TARGETS = {
    **{f"macro {i + 1}": i for i in range(KNOBS)},
    "level": KNOBS + 7,
    "pan": KNOBS + 10,
    "reverb": KNOBS + 91,
    "chorus": KNOBS + 93,
    "release": KNOBS + 72,
    "attack": KNOBS + 73,
    "vibrato": KNOBS + 77,
    "brightness": KNOBS + 74,
    "body": KNOBS + 71,
    "motion": KNOBS + 70,
    "portamento": KNOBS + 5,
}
NOTHING = -1  # the turn was a knob's
MEETS = np.float32(0.02)  # so near a control counts as where the value is
WIDEST = 16383.0


@dataclass(frozen=True)
class Mapping:
    """A controller that was learnt: `kind` cc, cc14 or nrpn; port and channel (0 … 15) -1 for any.

    `low` … `high` is the range of the target, 0 … 1; `curve` an exponent; with `pickup` a control moves the
    target only once it has met its value.
    """

    kind: str
    number: int
    target: str
    port: int = -1
    channel: int = -1
    low: float = 0.0
    high: float = 1.0
    curve: float = 1.0
    pickup: bool = False


def write_mappings(memory: Memory, mappings: Sequence[Mapping]) -> None:
    """Put mappings into use, without those of reserved controllers and those beyond MAPPINGS. Host's
    thread.
    """
    kept = [mapping for mapping in mappings if is_free(mapping)][:MAPPINGS]
    state, rows = memory.state[0], memory.mappings[1 - int(memory.state[0]["mapping_row"])]
    for row, m in zip(rows, kept, strict=False):
        row["kind"], row["number"], row["target"] = KINDS.index(m.kind), m.number, TARGETS[m.target]
        row["port"], row["channel"], row["low"], row["high"] = m.port, m.channel, m.low, m.high
        row["curve"], row["pickup"], row["last"] = m.curve, m.pickup, -1.0
    rows["kind"][len(kept) :] = NOTHING
    state["mapping_row"] = 1 - int(state["mapping_row"])


def is_free(mapping: Mapping) -> bool:
    """Whether a mapping leaves alone what is reserved."""
    halves = {"cc": {mapping.number}, "cc14": {mapping.number, mapping.number + 32}, "nrpn": set[int]()}
    return not halves[mapping.kind] & RESERVED


@realtime
def learned(memory: Memory, c: int, number: int, value: int) -> Any:
    """The turn that a control change comes to: itself, another controller's, or NOTHING where a knob took
    it.
    """
    channel, state = memory.channels[c], memory.state[0]
    for m in range(MAPPINGS):
        mapping = memory.mappings[state.mapping_row, m]
        if mapping.kind == NOTHING:
            break
        if hears(mapping, channel, c, number):
            channel.cc[number] = np.uint8(value)
            return turned(memory, channel, mapping, amount(mapping, channel, value))
    return number, np.float32(value)


@realtime
def hears(mapping: Any, channel: Any, c: int, number: int) -> bool:
    """Whether a mapping is of this controller."""
    wanted = (mapping.port < 0 or mapping.port == c // 16) and (
        mapping.channel < 0 or mapping.channel == c % 16
    )
    if not wanted:
        return False
    if mapping.kind == CC14:
        return bool(number == mapping.number or number == mapping.number + 32)
    if mapping.kind == NRPN:
        return number in (DATA, DATA_FINE) and channel.parameter == UNREGISTERED + mapping.number
    return bool(number == mapping.number)


@realtime
def amount(mapping: Any, channel: Any, value: int) -> np.float32:
    """How far the control stands, 0 … 1."""
    high = DATA if mapping.kind == NRPN else mapping.number
    if mapping.kind == CC:
        return np.float32(value) / np.float32(127.0)
    return np.float32(int(channel.cc[high]) * 128 + int(channel.cc[high + 32])) / np.float32(WIDEST)


@realtime
def turned(memory: Memory, channel: Any, mapping: Any, part: np.float32) -> Any:
    """Turn a mapping's target, unless it waits to be met."""
    asked = mapping.low + (mapping.high - mapping.low) * part**mapping.curve
    last, mapping.last = mapping.last, asked
    knob = mapping.target < KNOBS
    now = (
        memory.state[0].knobs[mapping.target]
        if knob
        else np.float32(channel.cc[mapping.target - KNOBS]) / np.float32(127.0)
    )
    if mapping.pickup and not meets(last, asked, now):
        return NOTHING, np.float32(0.0)
    if knob:
        memory.state[0].knobs[mapping.target] = asked
        return NOTHING, np.float32(0.0)
    return mapping.target - KNOBS, np.float32(127.0) * asked


@realtime
def meets(last: np.float32, asked: np.float32, now: np.float32) -> bool:
    """Whether a control that moved from `last` to `asked` stood at the value `now` or went past it."""
    near = abs(asked - now) <= MEETS or (last >= np.float32(0.0) and abs(last - now) <= MEETS)
    return bool(near or (last >= np.float32(0.0) and (last - now) * (asked - now) <= np.float32(0.0)))
