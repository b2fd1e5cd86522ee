"""Python threads that compete for the interpreter, and a garbage collection that holds it."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 1_000_000


@contextmanager
def busy_threads(count: int) -> Iterator[None]:
    """So many Python threads that never wait, until the block is left."""
    stop = threading.Event()
    threads = [threading.Thread(target=_spin, args=(stop,), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _spin(stop: threading.Event) -> None:
    count = 0
    while not stop.is_set():
        for _ in range(10_000):
            count += 1


def collect_garbage(objects: int = OBJECTS) -> int:
    """Make so many objects in cycles, let go of them and collect them; returns how many were found."""
    cycles = []
    for _ in range(objects // 2):
        pair: list[object] = [None]
        pair[0] = [pair]
        cycles.append(pair)
    del cycles, pair
    return gc.collect()
