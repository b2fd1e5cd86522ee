"""What the callback remembers for whoever records: the events that acted, and the frames that went out.

Both are rings that the audio callback writes and never waits for; a reader that comes too late loses the
oldest.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layout import ACTED, HISTORY, Memory


def read_history(memory: Memory, since: int) -> NDArray[Any]:
    """Events (n,) EVENT that acted from frame `since` on, oldest first, as copies. Any Python thread."""
    events, _ = read_events(memory, 0)
    return events[np.searchsorted(events["time"], since) :]


def read_events(memory: Memory, first: int) -> tuple[NDArray[Any], int]:
    """Events from number `first` on that are still kept, and the number of the next. Any Python thread."""
    written = int(memory.marks[ACTED])
    first = max(first, written - HISTORY)
    kept = memory.history[np.arange(first, written) % HISTORY]
    lost = max(int(memory.marks[ACTED]) - HISTORY - first, 0)  # overwritten while they were read
    return kept[lost:], written
