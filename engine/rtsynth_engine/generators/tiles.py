"""Exact tiles: a whole-note network that is local in time, run column by column.

Every level doubles its image in time and frequency and convolves it twice, 3 × 3. A column of a level needs
few columns of the level below, so a note's beginning costs a fraction of the note. Each level keeps the
columns that its next ones need: none is computed twice, and all are those of the whole note.

The first convolution of a level, taken between neighbouring input columns, gives two columns at once; so a
level that was fed the columns before `fed` has given output columns up to 2 * fed - 2. A column of zeros lies
beyond either edge of the note.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
F4 = np.float32


class Session(Protocol):
    """What is used of an ONNX Runtime session."""

    def get_inputs(self) -> Any:
        """Inputs, with their names and shapes."""

    def get_outputs(self) -> Any:
        """Outputs, with their names and shapes."""

    def run(self, names: Any, inputs: dict[str, Any]) -> Any:
        """Arrays for the outputs of these names."""


class Columns:
    """The last columns of an image for each voice: column c lies at c modulo `room`."""

    def __init__(self, rows: int, channels: int, room: int, bins: int) -> None:
        self.room = room
        self.memory = np.zeros((rows, channels, room, bins), F4)
        self.channels = np.arange(channels)[:, None]

    def put(self, rows: Rows, first: Rows, found: NDArray[np.float32]) -> None:
        """Keep columns `found` (n, channels, k, bins) that begin at `first` (n,)."""
        self.memory[self._index(rows, first, found.shape[2])] = found

    def take(self, rows: Rows, first: Rows, count: int) -> NDArray[np.float32]:
        """Columns (n, channels, count, bins) from `first` (n,) on."""
        return self.memory[self._index(rows, first, count)]

    def _index(self, rows: Rows, first: Rows, count: int) -> tuple[Any, ...]:
        places = (first[:, None, None] + np.arange(count)) % self.room
        return rows[:, None, None], self.channels, places


class Level:
    """One level of the network for every voice. `columns`: of the whole note, that come in."""

    def __init__(self, session: Session, rows: int, columns: int, tile: int) -> None:
        self.session, self.columns = session, columns
        shapes = {told.name: told.shape for told in session.get_inputs()}
        (_, wide, _, bins), deep = shapes["x"], shapes["held"][1]
        self.inbox = Columns(rows, wide, max((tile + 1) // 2 + 4, 7), bins)
        self.held = np.zeros((rows, deep, 2, 2 * bins), F4)
        self.fed, self.fresh = np.zeros(rows, np.int64), np.ones(rows, np.bool_)

    def start(self, rows: Rows, column: Rows) -> Rows:
        """Make ready to give `column` (n,) next, and say which column has to come in first."""
        first = np.maximum(column // 2 - 1, 0)
        self.fed[rows], self.fresh[rows] = np.where(first > 0, first + 1, 0), True
        return first

    def wanted(self, end: Rows) -> Rows:
        """Input columns that are to be fed before output columns up to `end` (n,) are there."""
        return np.minimum((end + 1) // 2 + 1, self.columns + 1)

    def receive(self, rows: Rows, first: Rows, found: NDArray[np.float32]) -> None:
        """Take columns (n, channels, k, bins) of the level below; those before the next are left out."""
        needed = np.maximum(self.fed[rows] - 1, 0)
        for chosen, begin, part in later(first, needed, found):
            self.inbox.put(rows[chosen], begin, part)

    def feed(self, rows: Rows, count: int) -> tuple[Rows, NDArray[np.float32]]:
        """Feed voices `rows`, all fresh or none, the next `count` columns; gives the number (n,) of the
        first column that comes out, and the columns (n, channels, k, 2 * bins).
        """
        fed = self.fed[rows]
        x = self.inbox.take(rows, fed - 1, count + 1)
        outside = _outside(fed - 1, count + 1, self.columns)
        if outside.any():
            x[np.broadcast_to(outside[:, None], x.shape[:3])] = 0.0
        inside = ~_outside(2 * fed - 1, 2 * count, 2 * self.columns)[:, None, :, None]
        held = self.held[rows, :, :0] if self.fresh[rows[0]] else self.held[rows]
        inputs = {"x": x, "inside": inside.astype(F4), "held": held}
        found, self.held[rows] = self.session.run(["columns", "next_held"], inputs)
        self.fed[rows], self.fresh[rows] = fed + count, False
        return 2 * fed - held.shape[2], found


def _outside(first: Rows, count: int, columns: int) -> NDArray[np.bool_]:
    """Which of `count` columns from `first` (n,) on lie beyond the edges, (n, count)."""
    index = first[:, None] + np.arange(count)
    return (index < 0) | (index >= columns)


def later(
    first: Rows, needed: Rows, found: NDArray[np.float32]
) -> list[tuple[Rows, Rows, NDArray[np.float32]]]:
    """Of columns `found` (n, channels, k, bins) that begin at `first` (n,), those not before `needed` (n,).

    For all voices with as many: their indices, numbers of their first columns, and the columns.
    """
    skipped = np.clip(needed - first, 0, found.shape[2])
    parts = []
    for skip in np.unique(skipped[skipped < found.shape[2]]):
        chosen = np.flatnonzero(skipped == skip)
        some = found if len(chosen) == len(found) else found[chosen]
        parts.append((chosen, first[chosen] + skip, some[:, :, skip:]))
    return parts


class Tiles:
    """Images of notes, made as far as they are asked for. Generator thread.

    `tile`: columns that one call may ask for more. A row's image (2, columns, bins) is kept whole.
    """

    def __init__(self, levels: list[Session], image: Session, rows: int, tile: int) -> None:
        sizes = [2 << number for number in range(len(levels))]
        self.levels = [Level(s, rows, size, tile) for s, size in zip(levels, sizes, strict=True)]
        self.paint, self.columns, self.tile = image, 2 << len(levels), tile
        bins = 2 * self.levels[-1].inbox.memory.shape[3]
        self.image = Columns(rows, 2, self.columns, bins)
        self.ready = np.zeros(rows, np.int64)

    def start(self, rows: Rows, seeds: NDArray[np.float32], column: Rows) -> None:
        """Go on from `column` (n,) with the image that `seeds` (n, channels, 2, bins) grow into."""
        self.levels[0].inbox.put(rows, np.zeros_like(rows), seeds)
        self.restart(rows, column)

    def restart(self, rows: Rows, column: Rows) -> None:
        """Go on from `column` (n,) with the same seeds."""
        self.ready[rows] = column
        for level in reversed(self.levels):
            column = level.start(rows, column)

    def advance(self, rows: Rows, end: Rows) -> None:
        """Make the image of every row at least up to column `end` (n,)."""
        while len(rows):
            self._advance(rows, np.minimum(self.ready[rows] + self.tile, end))
            left = self.ready[rows] < end
            rows, end = rows[left], end[left]

    def _advance(self, rows: Rows, end: Rows) -> None:
        ends = [end]
        for level in reversed(self.levels):
            ends.append(np.minimum(level.wanted(ends[-1]), level.columns))
        for number, level in enumerate(self.levels):
            count = level.wanted(ends[-2 - number]) - level.fed[rows]
            for k, fresh in {
                (int(k), bool(f)) for k, f in zip(count, level.fresh[rows], strict=True) if k > 0
            }:
                some = rows[(count == k) & (level.fresh[rows] == fresh)]
                self._hand_on(number, some, *level.feed(some, k))

    def _hand_on(self, number: int, rows: Rows, first: Rows, found: NDArray[np.float32]) -> None:
        if number + 1 < len(self.levels):
            self.levels[number + 1].receive(rows, first, found)
            return
        for chosen, begin, part in later(first, self.ready[rows], found):
            (painted,) = self.paint.run(["image"], {"x": np.ascontiguousarray(part)})
            self.image.put(rows[chosen], begin, painted)
            self.ready[rows[chosen]] = begin + painted.shape[2]
