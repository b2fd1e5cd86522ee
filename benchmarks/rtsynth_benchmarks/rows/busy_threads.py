"""Callbacks made beside three busy Python threads and garbage collections of a million objects, all in the
playing process.

Eight voices are held; due are the periods that pass meanwhile by the clock. On a JACK server, else on the
null driver.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..busy import OBJECTS, busy_threads, collect_garbage
from ..context import Context
from ..figures import LARGER, NEITHER, Figure, quantiles
from ..players import Player, live_driver, player

VOICES, THREADS = 8, 3


def run(context: Context) -> Iterator[Figure]:
    """Idle, beside the threads, beside the threads and the collections."""
    seconds = context.pick(10.0, 1.2, 0.3)
    with live_driver(context) as driver, player(context, driver) as playing:
        playing.grow(VOICES)
        for what, disturbed in (
            ("idle", nullcontext),
            (f"{THREADS} busy threads", lambda: busy_threads(THREADS)),
            (f"{THREADS} busy threads, collecting garbage", lambda: _both(context)),
        ):
            context.tell(f"{what}, {seconds:g} s")
            with disturbed():
                yield from _figures(what, playing, seconds)


@contextmanager
def _both(context: Context) -> Iterator[None]:
    """Busy threads, and one more that makes and collects objects again and again."""
    stop, objects = threading.Event(), context.pick(OBJECTS, OBJECTS, 10_000)
    collecting = threading.Thread(target=_repeat, args=(stop, lambda: collect_garbage(objects)))
    with busy_threads(THREADS):
        collecting.start()
        try:
            yield
        finally:
            stop.set()
            collecting.join()


def _repeat(stop: threading.Event, action: Callable[[], object]) -> None:
    while not stop.is_set():
        action()


def _figures(what: str, playing: Player, seconds: float) -> Iterator[Figure]:
    late, began = playing.engine.telemetry().late_blocks, time.monotonic_ns()
    calls = playing.listen(seconds)
    due = round((int(calls["began"][-1]) - began) / playing.period)
    yield Figure(what, "calls made", len(calls), "", NEITHER)
    yield Figure(what, "calls due", due, "", NEITHER)
    yield Figure(what, "made of due", 100.0 * len(calls) / due, "%", LARGER)
    yield Figure(what, "late calls", _late(calls, playing.period))
    yield Figure(what, "xruns", int(calls["xruns"][-1] - calls["xruns"][0]))
    yield Figure(what, "late blocks", playing.engine.telemetry().late_blocks - late)
    for name, value in quantiles(100.0 * calls["spent"] / playing.period).items():
        yield Figure(what, name, value, "% of period")


def _late(calls: NDArray[Any], period: float) -> int:
    """Callbacks that began more than half a period after they were due."""
    return int(np.sum(np.diff(calls["began"]) > 1.5 * period))
