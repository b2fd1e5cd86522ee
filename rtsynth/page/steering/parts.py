"""Splits and layers, edited while they play: what a page changes of one part of the setup."""

from dataclasses import replace
from typing import Any

from rtsynth_engine.layout import PARTS

from ...errors import HostError
from ...setups import Part, Setup
from .hand import Hand
from .wires import Message

EDITED = ("keys", "transpose", "level_db", "pan", "channel", "preset")


def shown(hand: Hand) -> list[dict[str, Any]]:
    """The topic: every part with the preset it plays now."""
    return [_entry(hand, number, part) for number, part in enumerate(hand.setup.parts)]


def _entry(hand: Hand, number: int, part: Part) -> dict[str, Any]:
    preset = hand.preset_of(number)
    return {
        "preset": preset.id,
        "name": preset.name,
        "channel": part.channel,
        "port": part.port,
        "low": part.keys[0],
        "high": part.keys[1],
        "transpose": part.transpose,
        "level_db": part.level_db,
        "pan": part.pan,
        "follow": part.follow_programs,
    }


def edited(setup: Setup, message: Message) -> Setup:
    """The setup with what a page says of the part number `part`. Raises HostError for none."""
    number, parts = message["part"], list(setup.parts)
    if not 0 <= number < len(parts):
        raise HostError(f"there is no part {number + 1}; choose one of {len(parts)}")
    if message.get("remove"):
        if len(parts) == 1:
            raise HostError("a setup has one part at least; choose another preset for it instead")
        del parts[number]
    else:
        parts[number] = replace(parts[number], **_changes(message))
    return replace(setup, parts=tuple(parts))


def _changes(message: Message) -> dict[str, Any]:
    changes = {key: message[key] for key in EDITED if key in message}
    if "keys" in changes:
        changes["keys"] = tuple(changes["keys"])
    if "channel" in changes:
        changes["channel"] = changes["channel"] or None
    return changes | {key: float(changes[key]) for key in ("level_db", "pan") if key in changes}


def added(setup: Setup, id: str) -> Setup:
    """The setup with one more part, on every key. Raises HostError where it is full."""
    if len(setup.parts) >= PARTS:
        raise HostError(f"a setup has {PARTS} parts at most; remove one first")
    return replace(setup, parts=(*setup.parts, Part(id)))
