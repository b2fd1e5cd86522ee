"""What the callback remembers for whoever records: the events that acted, and the frames that went out.

Both are rings that the audio callback writes and never waits for; a reader that comes too late loses the
oldest.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import realtime, store_release
from .layout import ACTED, HISTORY, TAPE, TAPED, Memory


@realtime
def keep_frames(memory: Memory, frames: int) -> None:
    """Keep what has just been rendered. Audio callback."""
    taped = memory.marks[TAPED]
    for n in range(frames):
        memory.tape[(taped + n) % TAPE, 0] = memory.scratch[0, n]
        memory.tape[(taped + n) % TAPE, 1] = memory.scratch[1, n]
    store_release(memory.marks, TAPED, taped + frames)


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
