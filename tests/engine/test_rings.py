"""Rings: lock-free, bounded, in order, across threads and processes."""

import subprocess
import sys
import threading

import numpy as np
import pytest
from numba import njit, types

from rtsynth_engine.compiling import load_acquire
from rtsynth_engine.rings import (
    DROPPED,
    HEAD,
    TAIL,
    Ring,
    SharedRing,
    claim,
    front,
    make_ring,
    publish,
    release,
)
from tests.engine.parts import make_engine

ITEMS = 1_000_000
CAPACITY = 3
PATIENCE = 2_000  # turns of a waiting loop before it offers its core to the other thread

_yield = types.ExternalFunction("sched_yield", types.int32())


@njit(nogil=True, cache=True)
def produce(ring: Ring, count: int) -> None:
    for i in range(count):
        slot, turns = claim(ring), 0
        while slot < 0:
            turns += 1
            if turns % PATIENCE == 0:
                _yield()
            slot = claim(ring)
        ring.items[slot] = i
        publish(ring)


@njit(nogil=True, cache=True)
def consume(ring: Ring, count: int, disorder: np.ndarray) -> None:
    for i in range(count):
        slot, turns = front(ring), 0
        while slot < 0:
            turns += 1
            if turns % PATIENCE == 0:
                _yield()
            slot = front(ring)
        disorder[0] += ring.items[slot] != i
        release(ring)


@njit(cache=True)
def push(ring: Ring, value: int) -> bool:
    slot = claim(ring)
    if slot >= 0:
        ring.items[slot] = value
        publish(ring)
    return slot >= 0


@njit(cache=True)
def pop(ring: Ring) -> int:
    slot = front(ring)
    value = ring.items[slot] if slot >= 0 else -1
    if slot >= 0:
        release(ring)
    return value


@pytest.mark.parametrize("start", [2, 5])
def test_a_million_items_cross_two_threads_in_order_through_a_ring_of_three(start: int) -> None:
    ring, disorder = make_ring(CAPACITY, np.int64), np.zeros(1, np.int64)
    ring.indices[[HEAD, TAIL]] = start  # indices run over 0 … 5
    threads = [
        threading.Thread(target=produce, args=(ring, ITEMS)),
        threading.Thread(target=consume, args=(ring, ITEMS, disorder)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert disorder[0] == 0
    assert ring.indices[HEAD] == ring.indices[TAIL] == (start + ITEMS) % (2 * CAPACITY)


@pytest.mark.parametrize("start", range(2 * CAPACITY))
def test_a_full_ring_refuses_and_counts_wherever_its_indices_stand(start: int) -> None:
    ring = make_ring(CAPACITY, np.int64)
    ring.indices[[HEAD, TAIL]] = start
    assert [push(ring, i) for i in range(5)] == [True, True, True, False, False]
    assert ring.indices[DROPPED] == 2
    assert [pop(ring) for _ in range(4)] == [0, 1, 2, -1]


def test_an_engine_refuses_events_that_its_ring_cannot_hold() -> None:
    engine = make_engine(cached=False)
    capacity = len(engine.memory.host.items)
    assert all(engine.push(0, 0x90, 60, 1) for _ in range(capacity))
    assert not engine.push(0, 0x90, 60, 1)


CHILD = """
import sys
from multiprocessing import resource_tracker
from rtsynth_engine.engine import _push
from rtsynth_engine.rings import SharedRing
ring = SharedRing(8, sys.argv[1])
resource_tracker.unregister(ring.memory._name, "shared_memory")
print(*[_push(ring.ring, 1000 + i, i, 0x90, 60, 100, 0.0) for i in range(9)])
ring.close()
"""


def test_another_process_fills_a_ring_in_shared_memory() -> None:
    shared = SharedRing(8)
    try:
        child = subprocess.run(
            [sys.executable, "-c", CHILD, shared.name], capture_output=True, text=True, check=True
        )
        assert child.stdout.split() == ["True"] * 8 + ["False"]
        assert load_tail(shared.ring) == 8
        assert shared.ring.items["time"].tolist() == list(range(1000, 1008))
        assert shared.ring.indices[DROPPED] == 1
    finally:
        shared.close()


@njit(cache=True)
def load_tail(ring: Ring) -> int:
    return load_acquire(ring.indices, TAIL)
