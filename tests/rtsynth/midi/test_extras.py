"""What is ours in a MIDI file: read when it is whole, left out with a warning when it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtsynth.midi.extras import LONGEST, OURS, Extra, decode, encode_move, encode_preset
from rtsynth.midi.files import Score, parse_midi
from tests.rtsynth.midi.hexdump import HEADER, bytes_of


def file(*payloads: bytes) -> bytes:
    """A file with a sequencer-specific event of each payload, 96 ticks apart, at 192 ticks a second."""
    events = b"".join(
        b"\x60\xff\x7f" + bytes([0x80 | len(payload) >> 7, len(payload) & 0x7F]) + payload
        for payload in payloads
    )
    return bytes_of(HEADER) + b"MTrk" + (len(events) + 4).to_bytes(4, "big") + events + b"\x00\xff\x2f\x00"


def read(*payloads: bytes) -> Score:
    return parse_midi("a.mid", file(*payloads))


def test_the_first_preset_and_every_move_are_read_with_their_times() -> None:
    score = read(
        encode_preset("violin"), encode_move(40, [0.5, -1]), encode_preset("flute"), encode_move(0, [2])
    )
    assert score.preset == "violin"
    assert score.moves == ((1.0, 40, (0.5, -1.0)), (2.0, 0, (2.0,)))
    assert score.warnings == ()
    assert score.length == 2.0


@pytest.mark.parametrize("payload", [b"", b"\x7d", b"\x7dother {}", b"\x43\x7b\x00", OURS[:-1]])
def test_events_of_other_makers_are_left_alone(payload: bytes) -> None:
    score = read(payload)
    assert (score.preset, score.moves, score.warnings) == (None, (), ())


BROKEN = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b'{"preset": 7}',
    b'{"preset": ""}',
    b'{"preset": "two\\nlines"}',
    b'{"preset": "' + b"x" * 65 + b'"}',
    b'{"preset": "violin", "tempo": 1}',
    b'{"preset": "violin", "preset": "flute"}',
    b'{"program": 0}',
    b'{"program": 512, "latent": [0]}',
    b'{"program": -1, "latent": [0]}',
    b'{"program": true, "latent": [0]}',
    b'{"program": 0, "latent": []}',
    b'{"program": 0, "latent": [null]}',
    b'{"program": 0, "latent": [NaN]}',
    b'{"program": 0, "latent": [1e999]}',
    b'{"program": 0, "latent": [1001]}',
    b'{"program": 0, "latent": [' + b"9" * 5000 + b"]}",
    b'{"program": 0, "latent": [' + b"0," * 512 + b"0]}",
    b'{"program": 0, "latent": ' + b"[" * 10_000,
    b'{"preset": "violin"' + b" " * LONGEST + b"}",
]


@pytest.mark.parametrize("payload", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_event_is_left_out_with_a_warning(payload: bytes) -> None:
    assert decode(payload) is None
    if len(payload) < 1 << 13:
        score = read(OURS + payload, encode_preset("violin"))
        assert score.preset == "violin"
        assert score.moves == ()
        (warning,) = score.warnings
        assert "byte 35: an event of rtsynth's own that cannot be read" in warning


@given(st.binary(max_size=100))
def test_whatever_the_bytes_an_event_is_read_or_left_out(payload: bytes) -> None:
    assert isinstance(decode(payload), Extra | None)
