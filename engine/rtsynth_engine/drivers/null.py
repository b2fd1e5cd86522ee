"""A clock instead of a device: calls the block once per period of wall time, for machines without sound."""

import threading
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from ..compiling import detached, external, load_acquire, offline, pointer_from, store_release
from ..engine import Engine
from ..handle import call_block
from ..priority import CLOCK_PRIORITY, raise_priority
from ..records import STATE, TELEMETRY
from ..telemetry import now

_nanosleep = external("nanosleep", types.int32(types.voidptr, types.voidptr))
SECOND = 1_000_000_000


@detached
def _sleep(timespec: NDArray[np.int64], nanoseconds: int) -> None:
    timespec[0], timespec[1] = nanoseconds // SECOND, nanoseconds % SECOND
    _nanosleep(pointer_from(np.uint64(timespec.ctypes.data)), pointer_from(np.uint64(0)))


@detached
def _run(
    handle: NDArray[np.uint64],
    state: Any,
    told: Any,
    running: NDArray[np.int64],
    out: NDArray[np.float32],
    period: int,
) -> None:
    """Call the block every `period` frames until `running` is 0. Holds no interpreter."""
    timespec = np.zeros(2, np.int64)
    length, at = period * SECOND / state[0].rate, 0
    due = float(now(state[0]))
    while load_acquire(running, 0) == 1:
        left = pointer_from(np.uint64(out[0, at:].ctypes.data))
        right = pointer_from(np.uint64(out[1, at:].ctypes.data))
        call_block(pointer_from(np.uint64(handle.ctypes.data)), left, right, 1, period)
        at = (at + period) % out.shape[1]
        due += length
        wait = due - now(state[0])
        if wait < -length:
            told[0].xruns += 1
            told[0].xrun_longest = max(told[0].xrun_longest, int(-wait / 1000))
            due = float(now(state[0]))
        elif wait > 0:
            _sleep(timespec, int(wait))


def compile_clock() -> None:
    """Compile, or load, what the clock calls. Plays nothing."""
    handle, state, told = np.zeros(1, np.uint64), np.ones(1, STATE), np.zeros(1, TELEMETRY)
    stopped, out = np.zeros(1, np.int64), np.zeros((2, 1), np.float32)
    _run(handle, state, told, stopped, out, 1)
    _set(stopped, 0)


def _keep_time(*arguments: Any) -> None:
    """The clock's thread: at the priority an audio server's would have, where that is granted."""
    raise_priority(CLOCK_PRIORITY)
    _run(*arguments)


@offline
def _set(flag: NDArray[np.int64], value: int) -> None:
    store_release(flag, 0, value)


class NullDriver:
    """Plays in real time to nowhere.

    The last `keep` frames, a period unless more are asked for, stay readable in `out` (2, frames): frame n
    since the start at n modulo its length, a multiple of the period.
    """

    name = "null"
    lost = False

    def __init__(self, rate: float = 48_000.0, period: int = 128, keep: int = 0) -> None:
        self.rate, self.period = rate, period
        self.out = np.zeros((2, period * max(-(-keep // period), 1)), np.float32)
        self._running = np.zeros(1, np.int64)
        self._thread: threading.Thread | None = None

    def start(self, engine: Engine) -> None:
        """Begin on a thread of its own, which never needs the interpreter while it runs."""
        memory = engine.memory
        memory.state[0]["delay"] = self.period
        _set(self._running, 1)
        arguments = (engine.handle, memory.state, memory.telemetry, self._running, self.out, self.period)
        self._thread = threading.Thread(target=_keep_time, args=arguments, name="clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the clock after the current period."""
        _set(self._running, 0)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
