"""System exclusives: what they say, to whom, and back into bytes."""

import numpy as np
import pytest

from rtsynth_engine.midi.commands import (
    CHECKSUM,
    COMMAND,
    COUNT,
    GM,
    GM2,
    GS,
    IDENTITY,
    MASTER_COARSE,
    MASTER_FINE,
    MASTER_VOLUME,
    OCTAVE,
    OCTAVE_CHANNELS,
    RESET,
    TUNE_KEY,
    TUNE_TABLE,
    XG,
)
from rtsynth_engine.midi.encoding import Encoder
from rtsynth_engine.midi.parser import make_parser, parse_all

Command = tuple[int, int, float]


def commands(text: str | bytes, device: int = 16) -> list[Command]:
    data = bytes.fromhex(text) if isinstance(text, str) else text
    events = parse_all(make_parser(device), b"\xf0" + data + b"\xf7")
    assert (events["status"] == COMMAND).all()
    return [(int(e["data1"]), int(e["data2"]), float(e["value"])) for e in events]


def dump(keys: list[int], wrong: int = 0) -> bytes:
    """Tuning program 5, every key three bytes."""
    body = bytes([0x7E, 0x7F, 8, 1, 5]) + b"a tuning".ljust(16) + bytes(keys)
    return body + bytes([int(np.bitwise_xor.reduce(np.frombuffer(body, np.uint8))) & 127 ^ wrong])


EVEN = [byte for key in range(128) for byte in (key, 0, 0)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("7E 7F 09 01", GM),
        ("7E 7F 09 02", GM),
        ("7E 7F 09 03", GM2),
        ("41 10 42 12 40 00 7F 00 41", GS),
        ("43 10 4C 00 00 7E 00", XG),
    ],
)
def test_resets_of_every_maker_are_known(text: str, kind: int) -> None:
    assert commands(text) == [(RESET, kind, 0.0)]


@pytest.mark.parametrize("device", [0, 16, 126])
def test_a_message_for_another_device_is_not_ours_and_one_for_all_is(device: int) -> None:
    assert commands(f"7E {device:02X} 09 01", device) == commands("7E 7F 09 01", device) == [(RESET, GM, 0.0)]
    assert commands("7E 05 09 01", device) == []


def test_master_volume_and_tuning_are_read() -> None:
    assert commands("7F 7F 04 01 7F 7F") == [(MASTER_VOLUME, 0, 1.0)]
    assert commands("7F 7F 04 03 00 00") == [(MASTER_FINE, 0, -100.0)]
    assert commands("7F 7F 04 04 00 43") == [(MASTER_COARSE, 0, 3.0)]


def test_an_identity_request_is_heard() -> None:
    assert commands("7E 7F 06 01")[0][0] == IDENTITY


def test_a_note_is_tuned_at_once_or_for_notes_to_come() -> None:
    key = (TUNE_KEY, 60, pytest.approx(60.5))
    assert commands("7F 7F 08 02 03 01 3C 3C 40 00") == [(TUNE_TABLE, 1, 3.0), key]
    assert commands("7E 7F 08 07 01 03 01 3C 3C 40 00") == [(TUNE_TABLE, 0, 131.0), key]


def test_a_frequency_of_three_times_7f_changes_nothing() -> None:
    assert commands("7F 7F 08 02 00 01 3C 7F 7F 7F") == [(TUNE_TABLE, 1, 0.0)]


def test_a_dump_tunes_every_key_of_its_program() -> None:
    found = commands(dump(EVEN))
    assert found[0] == (TUNE_TABLE, 0, 5.0)
    assert found[1:] == [(TUNE_KEY, key, float(key)) for key in range(128)]


def test_a_dump_with_a_wrong_checksum_is_taken_and_counted() -> None:
    assert commands(dump(EVEN, wrong=1)) == [*commands(dump(EVEN)), (COUNT, CHECKSUM, 0.0)]


def test_a_dump_cut_short_is_not_taken() -> None:
    assert commands(dump(EVEN)[:200]) == []


def test_octaves_are_tuned_by_channel() -> None:
    found = commands("7F 7F 08 08 03 7F 7F" + " 40 41" * 6)
    assert found[0] == (OCTAVE_CHANNELS, 1, float(0xFFFF))
    assert found[1:] == [(OCTAVE, which, float(which % 2)) for which in range(12)]


def test_fine_octaves_reach_a_semitone_either_way() -> None:
    found = commands("7E 7F 08 09 00 00 01" + " 00 00 40 00" * 6)
    assert found[0] == (OCTAVE_CHANNELS, 0, 1.0)
    assert [value for _, _, value in found[1:3]] == [-100.0, 0.0]


@pytest.mark.parametrize(
    "text",
    [
        "7E 7F 09 01",
        "41 10 42 12 40 00 7F 00 41",
        "7F 7F 04 01 12 34",
        "7F 7F 04 03 12 34",
        "7F 7F 04 04 00 43",
        "7F 7F 08 02 03 01 3C 3C 40 00",
        "7F 7F 08 09 03 7F 7F" + " 12 34 40 00" * 6,
    ],
)
def test_events_written_back_say_the_same(text: str) -> None:
    encoder, data = Encoder(), bytes.fromhex(text)
    events = parse_all(make_parser(), b"\xf0" + data + b"\xf7")
    again = b"".join(encoder.encode(event) for event in events)
    np.testing.assert_array_equal(parse_all(make_parser(), again), events)


def test_channel_messages_are_written_back_as_they_came() -> None:
    data = bytes.fromhex("90 3C 40 C0 05 D0 06 E0 00 40 F2 01 02 F8 FC")
    encoder = Encoder()
    assert b"".join(encoder.encode(event) for event in parse_all(make_parser(), data)) == data
