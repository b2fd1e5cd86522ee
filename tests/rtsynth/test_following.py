"""Following what is written in turn: nothing twice, nothing missing untold, nothing half overwritten."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.following import BEING_WRITTEN, Follower

SIZE = BEING_WRITTEN + 64


class Tape:
    """A writer of consecutive numbers."""

    def __init__(self) -> None:
        self.items, self.marks = np.zeros((SIZE, 2), np.float32), np.zeros(2, np.int64)

    def write(self, count: int) -> None:
        at = np.arange(self.marks[1], self.marks[1] + count)
        self.items[at % SIZE] = at[:, None]
        self.marks[1] += count


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), max_size=20))
def test_every_item_is_read_once_or_told_as_lost(counts: list[int]) -> None:
    tape = Tape()
    reader, expected = Follower(tape.items, tape.marks, 1), 0
    for count in counts:
        tape.write(count)
        lost, items = reader.read()
        assert lost == max(count - 64, 0)
        assert items[:, 0].tolist() == list(range(expected + lost, expected + count))
        expected += count


def test_a_reader_that_comes_later_begins_at_the_start_all_the_same() -> None:
    tape = Tape()
    tape.write(50)
    lost, items = Follower(tape.items, tape.marks, 1).read()
    assert (lost, items[:, 0].tolist()) == (0, list(range(50)))


def test_what_is_overwritten_while_it_is_copied_is_told_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = Tape()
    reader, copy = Follower(tape.items, tape.marks, 1), np.take

    def slowly(*arguments, **options):
        copied = copy(*arguments, **options)
        tape.write(40)
        return copied

    tape.write(50)
    monkeypatch.setattr(np, "take", slowly)
    lost, items = reader.read()
    assert (lost, items[:, 0].tolist()) == (26, list(range(26, 50)))
    monkeypatch.undo()
    assert reader.read()[1][:, 0].tolist() == list(range(50, 90))
