"""What goes wrong with MIDI is said in plain words."""

import pytest

from rtsynth.troubles import DRUMS_MUTED, MIDI_FAULTS, midi_troubles
from rtsynth_engine.midi.parser import make_parser, parse_all
from tests.engine.parts import ON, make_engine, send


def said(data: bytes) -> list[str]:
    """What is said once these bytes have acted."""
    engine = make_engine()
    for event in parse_all(make_parser(), data):
        engine.push(0, *(int(event[name]) for name in ("status", "data1", "data2")))
    send(engine)
    return list(midi_troubles(engine.telemetry()))


@pytest.mark.parametrize(
    ("data", "which"), [("40 40 F6", 0), ("F0 01 02 90 3C 40", 1), ("90 3C 80 3C 40", 3)]
)
def test_bytes_that_make_no_sense_are_told(data: str, which: int) -> None:
    assert said(bytes.fromhex(data)) == [MIDI_FAULTS[which]]


def test_a_wrong_checksum_is_told() -> None:
    dump = bytes([0xF0, 0x7E, 0x7F, 8, 1, 0]) + bytes(16) + bytes(3 * 128) + bytes([1, 0xF7])
    assert said(dump) == [MIDI_FAULTS[2]]


def test_nothing_is_said_of_what_is_in_order() -> None:
    assert said(bytes([ON, 60, 100, 0xF8, 0xFE])) == []


def test_a_drum_is_told() -> None:
    assert said(bytes([ON | 9, 60, 100])) == [DRUMS_MUTED]
