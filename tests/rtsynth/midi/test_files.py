"""MIDI files: what is played, and what is refused in which words."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from rtsynth.midi.files import MidiFileError, Score, read_midi
from tests.rtsynth.midi.hexdump import HEADER, NOTE, bytes_of


@pytest.fixture
def read(tmp_path):
    """Reader of a hexdump or of bytes, through a real file."""

    def reader(content: str | bytes) -> Score:
        path = tmp_path / "a.mid"
        path.write_bytes(bytes_of(content) if isinstance(content, str) else content)
        return read_midi(path)

    return reader


def messages(score: Score) -> list[tuple[float, int, int, int]]:
    """Events as plain tuples, times in microseconds' precision."""
    return [(round(float(e[0]), 6), int(e[2]), int(e[3]), int(e[4])) for e in score.events]


ON, OFF = (0.0, 0x90, 60, 64), (0.5, 0x80, 60, 64)


def test_a_plain_file_is_played_without_a_warning(read):
    score = read(HEADER + NOTE)
    assert messages(score) == [ON, OFF]
    assert (score.length, score.warnings) == (0.5, ())


PLAYED = {
    "a note-on of velocity 0 stays one, running status": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 0B
        00  90 3C 40
        60  3C 00                  # no status: 90 again; velocity 0
        00  FF 2F 00
        """,
        [ON, (0.5, 0x90, 60, 0)],
    ),
    "running status goes on after a meta event": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 10
        00  90 3C 40
        60  FF 01 01 41            # text "A"
        00  3C 00                  # still 90
        00  FF 2F 00
        """,
        [ON, (0.5, 0x90, 60, 0)],
    ),
    "the tempo counts from its tick on": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 16
        60  FF 51 03 03 D0 90      # after 0.5 s: 250,000 µs a beat
        60  90 3C 40               # a beat later
        60  80 3C 40
        00  FF 2F 00
        """,
        [(0.75, 0x90, 60, 64), (1.0, 0x80, 60, 64)],
    ),
    "a tempo of one byte or of 0 is left out": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 18
        00  FF 51 01 03            # one byte
        00  FF 51 03 00 00 00      # 0 µs a beat
        00  90 3C 40
        60  80 3C 40
        00  FF 2F 00
        """,
        [ON, OFF],
    ),
    "SMPTE time, 25 frames of 40 ticks, ignores the tempo": (
        """
        4D 54 68 64  00 00 00 06  00 00  00 01
        E7 28                      # -25, 40
        4D 54 72 6B  00 00 00 14
        00  FF 51 03 03 D0 90
        00  90 3C 40
        83 74  80 3C 40            # 500 ms
        00  FF 2F 00
        """,
        [ON, OFF],
    ),
    "exclusives and escapes go through the parser; what has no place in a file is stepped over": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 38
        00  F4                     # undefined
        00  F0 05 7E 7F 09 01 F7   # GM reset
        00  F7 01 FE               # escape: active sensing
        00  F2 10 10               # song position
        00  F7 04 90 3C F8 40      # escape: a note, and a clock inside it
        00  F0 03 43 12 00         # an exclusive in two parts, of nobody we know
        30  F7 02 01 F7
        30  F0 03 7F 7F 04         # master volume in three
        00  F7 02 01 00
        00  F7 02 7F F7
        00  80 3C 40
        """,
        [(0.0, 0xF0, 8, 0), (0.0, 0xFE, 0, 0), (0.0, 0xF8, 0, 0), ON, (0.5, 0xF0, 5, 0), OFF],
    ),
    "a key signature out of range is not our business": (
        HEADER
        + """
        4D 54 72 6B  00 00 00 12
        00  FF 59 02 63 07         # 99 sharps
        00  90 3C 40
        60  80 3C 40
        00  FF 2F 00
        """,
        [ON, OFF],
    ),
    "a header longer than six bytes": (
        "4D 54 68 64  00 00 00 08  00 00  00 01  00 60  AA BB" + NOTE,
        [ON, OFF],
    ),
    "alien chunks before and after": (
        HEADER + "58 46 49 48  00 00 00 02  AA BB" + NOTE + "58 46 4B 4D  00 00 00 01  AA",
        [ON, OFF],
    ),
    "65,535 tracks claimed": (
        "4D 54 68 64  00 00 00 06  00 01  FF FF  00 60" + NOTE,
        [ON, OFF],
    ),
    "a track length of 4 GiB - 1, and a track after it": (
        HEADER + NOTE.replace("00 00 00 0C", "FF FF FF FF") + NOTE.replace("3C", "3D"),
        [ON, (0.0, 0x90, 61, 64), OFF, (0.5, 0x80, 61, 64)],
    ),
    "a track that stops inside its second note": (
        HEADER + "4D 54 72 6B  00 00 00 0C  00 90 3C 40  60 80",
        [ON],
    ),
    "a meta length past the end": (
        HEADER + "4D 54 72 6B  00 00 00 0A  00 90 3C 40  00 FF 01 FF FF 7F",
        [ON],
    ),
    "sequences of format 2 follow one another, each in its own tempo": (
        """
        4D 54 68 64  00 00 00 06  00 02  00 02  00 60
        4D 54 72 6B  00 00 00 0F
        00  FF 51 03 03 D0 90      # 250,000 µs a beat
        60  90 3C 40
        00  FF 2F 00
        """
        + NOTE,
        [(0.25, 0x90, 60, 64), (0.25, 0x90, 60, 64), (0.75, 0x80, 60, 64)],
    ),
    "RIFF around it": (
        """
        52 49 46 46  34 00 00 00  52 4D 49 44   # RIFF, little-endian size, RMID
        44 49 53 50  01 00 00 00  41 00         # DISP, one byte, padded
        64 61 74 61  22 00 00 00                # data, 34 bytes
        """
        + HEADER
        + NOTE
        + "4C 49 53 54  00 00 00 00",
        [ON, OFF],
    ),
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_a_tolerant_player_plays_is_played(read, name):
    dump, expected = PLAYED[name]
    assert messages(read(dump)) == expected


WARNED = {
    "65,535 tracks claimed": "the header claims 65535 tracks, the file holds 1",
    "a track that stops inside its second note": "byte 26: the track ends inside this event",
    "a meta length past the end": "byte 26: the track ends inside this event",
    "a tempo of one byte or of 0 is left out": "byte 24: a tempo that is none",
}


@pytest.mark.parametrize("name", WARNED)
def test_what_is_played_in_spite_of_damage_says_so(read, name):
    assert WARNED[name] in " ".join(read(PLAYED[name][0]).warnings)


REFUSED = {
    "empty": ("", 0, "no MIDI header"),
    "one byte": ("4D", 0, "no MIDI header"),
    "text": ("68 65 6C 6C 6F", 0, "no MIDI header"),
    "a header cut": ("4D 54 68 64  00 00 00 06  00 00", 4, "cut short"),
    "a header of four bytes": ("4D 54 68 64  00 00 00 04  00 00 00 01" + NOTE, 4, "cut short"),
    "a header longer than the file": ("4D 54 68 64  7F 00 00 06" + NOTE, 4, "cut short"),
    "division 0": ("4D 54 68 64  00 00 00 06  00 00 00 01  00 00" + NOTE, 12, "division of 0"),
    "SMPTE frames of 0 ticks": ("4D 54 68 64  00 00 00 06  00 00 00 01  E7 00" + NOTE, 12, "division of 0"),
    "no track": (HEADER, 14, "no track"),
    "a RIFF without data": ("52 49 46 46  04 00 00 00  52 4D 49 44", 12, "no MIDI header"),
    "a delta of five bytes": (
        HEADER + "4D 54 72 6B  00 00 00 08  81 81 81 81 01  90 3C 40",
        22,
        "more than four bytes",
    ),
    "data before any status": (HEADER + "4D 54 72 6B  00 00 00 03  00 3C 40", 23, "without a status"),
    "a status inside a message": (
        HEADER + "4D 54 72 6B  00 00 00 04  00 90 3C 90",
        25,
        "where data should be",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_played_is_refused_in_one_line_with_the_place(read, name):
    dump, offset, cause = REFUSED[name]
    with pytest.raises(MidiFileError, match=cause) as caught:
        read(dump)
    assert re.fullmatch(rf"'.*a\.mid', byte {offset}: .*", str(caught.value))
    assert caught.value.offset == offset


def test_a_delta_of_200_000_continuation_bytes_is_refused_at_its_first(read):
    track = b"\x81" * 200_000
    with pytest.raises(MidiFileError, match=r"byte 22: .*more than four bytes"):
        read(bytes_of(HEADER) + b"MTrk" + len(track).to_bytes(4, "big") + track)


def test_a_million_events_on_one_tick_keep_their_order(read):
    notes = bytes(number for place in range(1_000_000) for number in (0, place & 0x7F, place >> 7 & 0x7F))
    track = b"\x00\x90\x00\x00" + notes
    score = read(bytes_of(HEADER) + b"MTrk" + len(track).to_bytes(4, "big") + track)
    place = np.arange(1_000_000)
    assert not score.events["seconds"].any()
    assert np.array_equal(score.events["data1"][1:], place & 0x7F)
    assert np.array_equal(score.events["data2"][1:], place >> 7 & 0x7F)


def endless(path: Path) -> Path:
    return Path("/dev/zero")


def fifo(path: Path) -> Path:
    os.mkfifo(path / "fifo")
    return path / "fifo"


def huge(path: Path) -> Path:
    with (path / "huge").open("wb") as stream:
        stream.truncate(2**40)
    return path / "huge"


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda path: path, "not a regular file"),
        (fifo, "not a regular file"),
        (endless, "not a regular file"),
        (huge, "64 MiB at most"),
        (lambda path: path / "missing", "No such file"),
        (lambda path: f"{path}/a\0b", "null byte"),
    ],
)
def test_a_path_that_is_no_small_regular_file_is_refused_at_once(tmp_path, make, cause):
    with pytest.raises(MidiFileError, match=cause) as caught:
        read_midi(make(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_file_name_of_two_lines_makes_a_message_of_one(tmp_path):
    with pytest.raises(MidiFileError) as caught:
        read_midi(tmp_path / "two\nlines \udcff.mid")
    assert str(caught.value).isprintable()


def test_a_port_prefix_holds_for_its_track(read):
    score = read(
        HEADER
        + """
        4D 54 72 6B  00 00 00 16
        00  90 3C 40
        00  FF 21 01 03            # port 3
        00  90 3C 40
        00  FF 21 01 0A            # port 10 is the third of the eight there are
        00  80 3C 40
        """
        + NOTE
    )
    assert score.events["port"].tolist() == [0, 3, 2, 0, 0]


def test_a_tuning_in_a_file_reaches_the_score_with_its_pitches(read):
    score = read(
        HEADER
        + """
        4D 54 72 6B  00 00 00 14
        00  F0 0F 7F 7F 08 02 03 02  3C 3C 40 00  45 45 00 01 F7   # table 3: 60 a quarter tone up, 69 a hair
        """
    )
    fields = [score.events[field].tolist() for field in ("status", "data1", "data2", "value")]
    assert fields == [[0xF0] * 3, [1, 2, 2], [1, 60, 69], [3, 60.5, pytest.approx(69 + 1 / 16384, abs=1e-5)]]


def test_an_exclusive_of_one_track_is_not_ended_by_another(read):
    halves = ("00  F0 04 7E 7F 09 01", "00  F7 01 F7")
    tracks = "".join(
        f"4D 54 72 6B  00 00 00 {size:02X}  {half}" for half, size in zip(halves, (7, 4), strict=True)
    )
    assert (read(HEADER + tracks).events["data1"] != 8).all()


def test_more_tunings_than_anybody_plays_are_left_out_and_the_notes_play(read):
    dump = b"\0\xf0\x24\x7e\x7f\x08\x05\0\0" + b"n" * 16 + b"\x40" * 13 + b"\xf7"
    track = dump * 1000 + b"\x00\x90\x3c\x40"
    score = read(bytes_of(HEADER) + b"MTrk" + len(track).to_bytes(4, "big") + track)
    assert "more exclusives, or events of rtsynth's own, than anybody plays" in score.warnings[0]
    assert messages(score)[-1] == ON
    assert 500 * 129 < len(score.events) < 1000 * 129
