"""What MIDI has no message for, in MIDI files: the preset or the setup of a take, and latents as they moved.

It stands in sequencer-specific meta events (FF 7F): 7D, "rtsynth", then JSON: {"preset": "violin"},
{"setup": "format = 1 …"} (a setup's TOML) or {"program": 40, "latent": [0.5, …]}. Other programs leave such
events alone.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from rtsynth_engine.checking import parse_json

OURS = b"\x7drtsynth"
LONGEST = 16 << 10  # bytes of one event
LONGEST_ID = 64  # characters of a preset's id
MOST_LATENTS = 512
MOST_PROGRAMS = 512
LARGEST = 1000.0  # of a latent, as in presets


class Extra(NamedTuple):
    """One event: a preset, a setup, or a program with its latent."""

    preset: str | None = None
    setup: str | None = None
    program: int = 0
    latent: tuple[float, ...] = ()


def encode_preset(id: str) -> bytes:
    """Data of the meta event that names a preset."""
    return _encode({"preset": id})


def encode_setup(text: str) -> bytes:
    """Data of the meta event that holds a setup."""
    return _encode({"setup": text})


def encode_move(program: int, latent: Sequence[float]) -> bytes:
    """Data of the meta event that moves a program's latent."""
    return _encode({"program": program, "latent": [float(f"{value:.9g}") for value in latent]})


def _encode(table: dict[str, Any]) -> bytes:
    return OURS + json.dumps(table, separators=(",", ":")).encode()


def decode(data: bytes) -> Extra | None:
    """What an event of ours says, from its data after `OURS`; None for one that is broken."""
    try:
        table = parse_json(data) if len(data) <= LONGEST else None
    except ValueError:
        return None
    if not isinstance(table, dict):
        return None
    if table.keys() == {"preset"} and _is_id(table["preset"]):
        return Extra(preset=table["preset"])
    if table.keys() == {"setup"} and isinstance(table["setup"], str):
        return Extra(setup=table["setup"])
    if (
        table.keys() == {"program", "latent"}
        and _is_program(table["program"])
        and _is_latent(table["latent"])
    ):
        return Extra(program=table["program"], latent=tuple(map(float, table["latent"])))
    return None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _is_program(value: Any) -> bool:
    return type(value) is int and 0 <= value < MOST_PROGRAMS


def _is_latent(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_LATENTS and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= LARGEST
