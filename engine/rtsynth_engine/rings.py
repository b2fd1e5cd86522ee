"""Single-producer single-consumer rings, lock-free and wait-free.

One thread pushes and one thread pops; they may live in different processes, for a ring can lie in shared
memory. The two indices run over 0 … 2N-1, so a full ring (difference N) differs from an empty one
(difference 0) for any capacity N, and no slot is wasted (the scheme of rtrb). An item is written before
the tail that announces it (release) and read after that tail was seen (acquire).
"""

from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiling import load_acquire, realtime, store_release

HEAD, TAIL, DROPPED = 0, 8, 16  # each on its own cache line of 64 bytes
INDICES = 24

EVENT = np.dtype(
    [
        ("time", np.int64),
        ("port", np.uint8),
        ("status", np.uint8),
        ("data1", np.uint8),
        ("data2", np.uint8),
        ("value", np.float32),
    ],
    align=True,
)
"""A MIDI message with its time: absolute frames, or CLOCK_MONOTONIC nanoseconds in the ring of the MIDI
process. `value` belongs to those that `midi.commands` names.
"""


class Ring(NamedTuple):
    """`indices`: int64 (INDICES,), written only by push and pop. `items`: (N,) of any one dtype."""

    indices: NDArray[np.int64]
    items: NDArray[Any]


@realtime
def readable(ring: Ring) -> int:
    """Count of items waiting. Consumer's thread."""
    capacity = len(ring.items)
    used: int = load_acquire(ring.indices, TAIL) - load_acquire(ring.indices, HEAD)
    return used if used >= 0 else used + 2 * capacity


@realtime
def claim(ring: Ring) -> int:
    """Slot that the next push will fill, or -1 when the ring is full. Producer's thread."""
    capacity = len(ring.items)
    if readable(ring) >= capacity:
        ring.indices[DROPPED] += 1
        return -1
    return int(ring.indices[TAIL] % capacity)


@realtime
def publish(ring: Ring) -> None:
    """Hand the claimed slot to the consumer. Producer's thread."""
    store_release(ring.indices, TAIL, (ring.indices[TAIL] + 1) % (2 * len(ring.items)))


@realtime
def front(ring: Ring) -> int:
    """Slot of the oldest item, or -1 when the ring is empty. Consumer's thread."""
    if readable(ring) == 0:
        return -1
    return int(ring.indices[HEAD] % len(ring.items))


@realtime
def release(ring: Ring) -> None:
    """Give the front slot back to the producer. Consumer's thread."""
    store_release(ring.indices, HEAD, (ring.indices[HEAD] + 1) % (2 * len(ring.items)))


def make_ring(capacity: int, dtype: Any = EVENT) -> Ring:
    """Ring in private memory."""
    return Ring(np.zeros(INDICES, np.int64), np.zeros(capacity, dtype))


class SharedRing:
    """Ring of events in named shared memory: one process creates it, another attaches by name."""

    def __init__(self, capacity: int = 4096, name: str | None = None) -> None:
        size = INDICES * 8 + capacity * EVENT.itemsize
        self.memory = SharedMemory(name=name, create=name is None, size=size)
        self.owner = name is None
        self.ring = Ring(
            np.ndarray((INDICES,), np.int64, self.memory.buf),
            np.ndarray((capacity,), EVENT, self.memory.buf, offset=INDICES * 8),
        )

    @property
    def name(self) -> str:
        """Name another process attaches by."""
        return self.memory.name

    def close(self) -> None:
        """Let go of the memory and, as its owner, of its name. Views still alive keep the pages."""
        if self.owner:
            self.memory.unlink()
            self.owner = False
        del self.ring
        with suppress(BufferError):
            self.memory.close()
