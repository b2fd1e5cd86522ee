"""Rings of events that the playing process shares with the processes it starts."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import resource_tracker

from rtsynth_engine.rings import Ring, SharedRing


@contextmanager
def attached(name: str, capacity: int) -> Iterator[Ring]:
    """The ring of that name, which the parent made and removes."""
    shared = SharedRing(capacity, name)
    if os.name == "posix":
        # Python before 3.13 removes shared memory when any process that attached it ends; take our name off
        resource_tracker.unregister(f"/{name}", "shared_memory")
    with closing(shared):
        yield shared.ring
