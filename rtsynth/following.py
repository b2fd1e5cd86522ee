"""Reading what the callback leaves behind as it goes on: output on the tape, events in the history."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.compiling import load_acquire, offline

BEING_WRITTEN = 16_384  # items, at most, that a callback writes before it counts them: the longest period


@offline
def _count(marks: NDArray[np.int64], which: int) -> int:
    return load_acquire(marks, which)  # type: ignore[no-any-return]


class Follower:
    """Follows `items` (capacity, …), written in turn; `marks[which]` says how many ever were. One thread."""

    def __init__(self, items: NDArray[Any], marks: NDArray[np.int64], which: int) -> None:
        """Start with the first item that ever was."""
        self.items, self.marks, self.which, self.at = items, marks, which, 0
        self._kept = len(items) - BEING_WRITTEN

    def read(self) -> tuple[int, NDArray[Any]]:
        """What is new: how many items were lost since the last call, then a copy of those that were not."""
        end = _count(self.marks, self.which)
        start = max(self.at, end - self._kept)
        items = np.take(self.items, np.arange(start, end), axis=0, mode="wrap")
        spoilt = min(max(_count(self.marks, self.which) - self._kept - start, 0), len(items))
        lost = start + spoilt - self.at
        self.at = end
        return lost, items[spoilt:]
