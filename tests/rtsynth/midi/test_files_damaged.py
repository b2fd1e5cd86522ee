"""However a file is damaged, it plays or is refused with MidiFileError, in bounded time and memory."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.midi.extras import OURS, encode_move
from rtsynth.midi.files import MidiFileError, Score, parse_midi
from rtsynth_engine.layout import PORTS
from tests.rtsynth.midi.hexdump import HEADER, NOTE, bytes_of

GOOD = {
    "one note": bytes_of(HEADER + NOTE),
    "two tracks, tempo, SysEx": bytes_of(
        """
        4D 54 68 64  00 00 00 06  00 01  00 02  01 E0
        4D 54 72 6B  00 00 00 0B
        00  FF 51 03 07 A1 20      # 500,000 µs a beat
        00  FF 2F 00
        4D 54 72 6B  00 00 00 1C
        00  F0 05 7E 7F 09 01 F7   # GM reset
        00  C0 05                  # program
        83 60  90 3C 40
        00  40 40                  # running status
        83 60  3C 00
        00  FF 2F 00
        """
    ),
    "RIFF, SMPTE time": bytes_of(
        """
        52 49 46 46  2E 00 00 00  52 4D 49 44
        64 61 74 61  22 00 00 00
        """
        + HEADER.replace("00 60", "E2 50")
        + NOTE
    ),
    "a port, a tuning in two parts, a move of a latent": bytes_of(
        HEADER
        + """
        4D 54 72 6B  00 00 00 4D
        00  FF 21 01 02
        00  F0 0A 7F 7F 08 08 03 7F 7F 40 40 41
        00  F7 0A 40 40 40 40 40 40 40 40 40 F7
        00  90 3C 40
        60  FF 7F 22  7D 72 74 73 79 6E 74 68       # rtsynth
            7B 22 70 72 6F 67 72 61 6D 22 3A 34 2C  # {"program":4,
            22 6C 61 74 65 6E 74 22 3A 5B 31 5D 7D  # "latent":[1]}
        00  80 3C 40
        """
    ),
}


def outcome(content: bytes) -> Score | MidiFileError:
    try:
        return parse_midi("a.mid", content)
    except MidiFileError as error:
        return error


def survives(content: bytes) -> bool:
    """Whether reading `content` gives a score; both a score and an error must be well formed."""
    result = outcome(content)
    if isinstance(result, MidiFileError):
        assert str(result).isprintable()
        assert 0 <= result.offset <= len(content)
        return False
    events, length = result.events, result.length
    assert (events["status"] >= 0x80).all()
    assert ((events["data1"] < 0x80) & (events["data2"] < 0x80) & (events["port"] < PORTS)).all()
    assert np.isfinite(events["value"]).all()
    assert (np.diff(events["seconds"], prepend=0, append=length) >= 0).all()
    return True


@pytest.mark.parametrize(
    ("name", "events", "moves"), list(zip(GOOD, (2, 5, 2, 15), (0, 0, 0, 1), strict=True))
)
def test_the_files_that_will_be_damaged_are_good(name, events, moves):
    score = parse_midi("a.mid", GOOD[name])
    assert (len(score.events), len(score.moves), score.warnings) == (events, moves, ())


@pytest.mark.parametrize("name", GOOD)
def test_every_change_of_a_single_byte_plays_or_is_refused(name):
    good, played = GOOD[name], 0
    for place in range(len(good)):
        for byte in range(256):
            played += survives(good[:place] + bytes([byte]) + good[place + 1 :])
    assert played > len(good)


@pytest.mark.parametrize("name", GOOD)
def test_a_file_cut_anywhere_plays_or_is_refused(name):
    for size in range(len(GOOD[name])):
        survives(GOOD[name][:size])


@settings(max_examples=300, deadline=None)
@given(track=st.binary(max_size=200), division=st.binary(min_size=2, max_size=2), form=st.integers(0, 3))
def test_random_bytes_in_a_track_play_or_are_refused(track, division, form):
    header = b"MThd\0\0\0\6" + bytes([0, form, 0, 1]) + division
    chunk = b"MTrk" + len(track).to_bytes(4, "big") + track
    survives(header + chunk)


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_play_or_are_refused(content):
    survives(content)


MEGABYTE = 1_000_000
WORST = {
    "as many events as fit": b"MTrk\xff\xff\xff\xff\x00\xc0\x05" + b"\x00\x05" * (MEGABYTE // 2 - 20),
    "as many tracks as fit": b"MTrk\0\0\0\0" * (MEGABYTE // 8 - 2),
    "events to sort": (b"MTrk\0\0\0\xf8\x00\xc0\x05" + b"\x7f\x05" * 122 + b"\0") * (MEGABYTE // 256 - 1),
    "a number without end": b"MTrk\xff\xff\xff\xff" + b"\x81" * (MEGABYTE - 30),
    "tunings of all octaves": b"MTrk\xff\xff\xff\xff"
    + (b"\0\xf0\x24\x7e\x7f\x08\x05\0\0" + b"n" * 16 + b"\x40" * 13 + b"\xf7") * (MEGABYTE // 40),
    "tunings of one key": b"MTrk\xff\xff\xff\xff"
    + b"\0\xf0\x0b\x7f\x7f\x08\x02\0\x01\x3c\x3c\x40\0\xf7" * (MEGABYTE // 15),
    "a tuning of all keys": b"MTrk\xff\xff\xff\xff"
    + (b"\0\xf0\x84\x03\x7f\x7f\x08\x02\0\x7f" + b"\x3c\x3c\x40\0" * 127 + b"\xf7") * (MEGABYTE // 520),
    "clocks to be sent": b"MTrk\xff\xff\xff\xff" + (b"\0\xf7\x7f" + b"\xf8" * 127) * (MEGABYTE // 131),
    "an exclusive without end": b"MTrk\xff\xff\xff\xff\0\xf0\xbd\x84\x18" + b"A" * (MEGABYTE - 40),
    "events of ours": b"MTrk\xff\xff\xff\xff"
    + (b"\0\xff\x7f\x24" + encode_move(7, (0.5,))) * (MEGABYTE // 41),
    "events of ours that are none": b"MTrk\xff\xff\xff\xff" + (b"\0\xff\x7f\x08" + OURS) * (MEGABYTE // 13),
    "a meta event without end": b"MTrk\xff\xff\xff\xff\x00\xff\x01\xff\xff\xff\x7f" + b"A" * (MEGABYTE - 40),
}

READ_WITHIN_LIMITS = """
import resource, sys
from rtsynth.midi.files import MidiFileError, read_midi
from rtsynth_engine.layout import PORTS
read_midi(sys.argv[1])
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + 64_000_000, -1))
used = resource.getrusage(resource.RUSAGE_SELF)
resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 2, -1))
try:
    read_midi(sys.argv[2])
except MidiFileError:
    pass
"""


@pytest.mark.parametrize("name", sorted(WORST.keys() - {"a number without end"}))
def test_the_worst_megabyte_is_read_to_its_end(name):
    score = parse_midi("a.mid", bytes_of(HEADER) + WORST[name])
    assert len(WORST[name]) <= MEGABYTE - 14
    assert len(score.events) + len(score.moves) < MEGABYTE


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS counts nothing elsewhere")
@pytest.mark.parametrize("name", WORST)
def test_the_worst_megabyte_stays_within_64_mb_and_a_second_of_cpu(tmp_path, name):
    small, path = tmp_path / "small.mid", tmp_path / "large.mid"
    small.write_bytes(GOOD["one note"])
    path.write_bytes(bytes_of(HEADER) + WORST[name])
    assert path.stat().st_size <= MEGABYTE
    subprocess.run([sys.executable, "-c", READ_WITHIN_LIMITS, str(small), str(path)], check=True)
