"""Keys of a terminal, read as they are pressed."""

import os
import sys
import termios
import time
from collections.abc import Iterator
from typing import TextIO

import pytest

from rtsynth.keys import Keys


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, TextIO]]:
    """A terminal as standard input: the side that types, and the other."""
    typist, inside = os.openpty()
    with open(inside, encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        yield typist, file
    os.close(typist)


def pressed(keys: Keys, count: int) -> str:
    found, patience = "", time.monotonic() + 5.0
    while len(found) < count:
        found += keys.pressed()
        assert time.monotonic() < patience
    return found


def test_keys_are_read_without_enter_in_order(terminal: tuple[int, TextIO]) -> None:
    with Keys() as keys:
        assert keys.there
        assert keys.pressed() == ""
        os.write(terminal[0], b"kp")
        assert pressed(keys, 2) == "kp"
        os.write(terminal[0], b"\xc3q")
        assert pressed(keys, 2)[-1] == "q"


def test_the_terminal_gets_its_modes_back_however_the_block_is_left(terminal: tuple[int, TextIO]) -> None:
    before = termios.tcgetattr(terminal[1])

    def fail() -> None:
        with Keys():
            assert not termios.tcgetattr(terminal[1])[3] & termios.ICANON
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert termios.tcgetattr(terminal[1]) == before


def test_ctrl_c_still_interrupts(terminal: tuple[int, TextIO]) -> None:
    with Keys():
        assert termios.tcgetattr(terminal[1])[3] & termios.ISIG


def test_there_are_no_keys_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, encoding="utf-8") as nothing:
        for stdin in (nothing, None):
            monkeypatch.setattr(sys, "stdin", stdin)
            with Keys() as keys:
                assert not keys.there
                assert keys.pressed() == ""


def test_a_terminal_that_goes_away_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    typist, inside = os.openpty()
    with open(inside, encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        with Keys() as keys:
            os.close(typist)
            assert keys.pressed() == ""
            assert not keys.there
