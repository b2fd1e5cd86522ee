"""Scala's files: every way of writing a pitch, and the line that is said where one cannot be read."""

import os
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.scala import FILE_LIMIT, TuningError
from rtsynth.tunings import Keymap, Scale, read_keymap, read_scale, tune

MEANTONE = """! meanquar.scl
!
1/4-comma meantone scale
 3
!
 193.15686
 5/4
! a comment between
 2/1
"""
MAP = """! a map
12
! first and last
0
127
60
60
261.63 Hz
12
! the map
0
1
x
3
"""


@pytest.fixture
def scale(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Reader of a scale's text or bytes."""

    def read(content: str | bytes) -> Scale:
        path = tmp_path / "try.scl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_scale(path)

    return read


@pytest.fixture
def keymap(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Reader of a keyboard map's text."""

    def read(content: str) -> Keymap:
        path = tmp_path / "try.kbm"
        path.write_text(content)
        return read_keymap(path)

    return read


@pytest.mark.parametrize(
    ("line", "semitones"),
    [
        ("81/64", 4.0782),
        ("408.0", 4.08),
        ("408.", 4.08),
        (".5", 0.005),
        ("5", 27.8631),
        ("-5.0", -0.05),
        ("10/20", -12),
        ("100.0 cents", 1),
        (" 100.0 C#", 1),
        ("\t5/4   E\\", 3.8631),
        ("3 / 2", 7.01955),
        ("701.955c", 7.01955),
        ("2/1! the octave", 12),
        ("2147483647/2147483646", 0),
        (f"{2**130}/{2**129}", 12),
    ],
)
def test_a_pitch_is_a_ratio_or_with_a_period_cents(scale, line: str, semitones: float) -> None:  # type: ignore[no-untyped-def]
    assert scale(f"one\n1\n{line}\n").pitches == pytest.approx((semitones,), abs=1e-4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_reads_the_same_whatever_its_line_ends(scale, end: str) -> None:  # type: ignore[no-untyped-def]
    read = scale(MEANTONE.replace("\n", end).encode())
    assert read.name == "1/4-comma meantone scale"
    assert read.pitches == pytest.approx((1.9315686, 3.8631371, 12))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_a_name_may_be_latin_1_or_utf_8(scale, encoding: str) -> None:  # type: ignore[no-untyped-def]
    assert scale("Vallotti, Tartini è Barça\n1\n2/1\n".encode(encoding)).name == "Vallotti, Tartini è Barça"


def test_an_empty_description_no_notes_and_very_many_are_read(scale) -> None:  # type: ignore[no-untyped-def]
    assert scale("\n0\n") == Scale("", ())
    many = scale("many\n1000\n" + "".join(f"{step}.\n" for step in range(1, 1001)))
    assert len(many.pitches) == 1000
    assert tune(many)[:61:60].tolist() == pytest.approx([59.4, 60], abs=1e-5)


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("", 0, "before the description"),
        ("! only a comment\n", 0, "before the description"),
        ("name\n", 1, "before the number of notes"),
        ("name\nmany\n", 2, "'many' is not the number of notes"),
        ("name\n-1\n", 2, "'-1' is not the number of notes"),
        ("name\n1000000000\n", 2, "not the number of notes"),
        ("name\n! x\n2\n3/2\n", 4, "before note 2 of 2"),
        ("name\n2\n\n3/2\nfifth\n", 5, "'fifth' is no pitch; write cents with a period"),
        ("name\n1\n-3/2\n", 3, "'-3/2' is no pitch"),
        ("name\n1\n0/2\n", 3, "'0/2' is no pitch"),
        ("name\n1\n3/0\n", 3, "'3/0' is no pitch"),
        ("name\n1\n3/2/1\n", 3, "'3/2/1' is no pitch"),
        ("name\n1\n701,955\n", 3, "'701,955' is no pitch"),
        ("name\n1\n1e3\n", 3, "'1e3' is no pitch"),
        ("name\n1\n1.0e999\n", 3, "is no pitch"),
        ("name\n1\nnan\n", 3, "'nan' is no pitch"),
        ("name\n1\n" + "9" * 5000 + "\n", 3, "999…' is no pitch"),
        ("name\n1\n\x1b[31m\n", 3, r"'\x1b[31m' is no pitch"),
    ],
)
def test_a_bad_scale_says_the_line(scale, text: str, line: int, cause: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TuningError, match=re.escape(cause)) as caught:
        scale(text)
    assert str(caught.value).startswith(f"tuning 'try.scl', line {line}: ")
    assert str(caught.value).isprintable()


def test_a_keyboard_map_is_read_and_what_it_leaves_out_is_silent(keymap) -> None:  # type: ignore[no-untyped-def]
    assert keymap(MAP) == Keymap((0, 1, None, 3, *[None] * 8), 0, 127, 60, 60, 261.63, 12)
    assert keymap("0\n0\n127\n60\n69\n440\n0\n") == Keymap((), 0, 127, 60, 69, 440.0, 0)


@pytest.mark.parametrize(
    ("old", "new", "line", "cause"),
    [
        ("12\n! first", "twelve\n! first", 2, "'twelve' is not the size of the map"),
        ("12\n! first", "12345\n! first", 2, "write a number of 0 to 10000"),
        ("0\n127", "128\n127", 4, "'128' is not the first key; write a number of 0 to 127"),
        ("127\n60", "127\nx", 6, "'x' is not the middle key"),
        ("261.63 Hz", "0", 8, "'0' is no frequency; write one of 1 to 20000 Hz"),
        ("261.63", "nan", 8, "no frequency"),
        ("261.63", "440,5", 8, "no frequency"),
        ("x\n3", "y\n3", 13, "'y' is no degree"),
        ("x\n3", "-3\n3", 13, "'-3' is no degree"),
        ("60\n261", "62\n261", 7, "key 62, the reference, is not mapped"),
        (MAP, "12\n0\n", 2, "the file ends after this line, before the last key"),
    ],
)
def test_a_bad_keyboard_map_says_the_line(keymap, old: str, new: str, line: int, cause: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TuningError, match=re.escape(cause)) as caught:
        keymap(MAP.replace(old, new, 1))
    assert str(caught.value).startswith(f"tuning 'try.kbm', line {line}: ")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text("0123456789./-x! \n", max_size=100).map(str.encode))
def test_whatever_the_bytes_a_tuning_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "random"
    path.write_bytes(content)
    for read in (read_scale, read_keymap):
        with suppress(TuningError):
            read(path)


def test_three_random_megabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "random.scl"
    for _ in range(3):
        path.write_bytes(os.urandom(FILE_LIMIT))
        with pytest.raises(TuningError, match="line"):
            read_scale(path)


def test_a_path_that_is_no_small_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.scl")
    with (tmp_path / "huge.scl").open("wb") as file:
        file.truncate(1 << 40)
    for name, cause in (
        (tmp_path, "no regular file"),
        (tmp_path / "fifo.scl", "no regular file"),
        (Path("/dev/zero"), "no regular file"),
        (tmp_path / "huge.scl", "larger than"),
        (tmp_path / "missing.scl", "No such file"),
    ):
        with pytest.raises(TuningError, match=cause):
            read_scale(name)
