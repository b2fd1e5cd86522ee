"""The very first start: what is compiled beside the block, in a process of its own, for two processors are
better than one.

    python -m rtsynth_engine.warming

leaves everything in numba's cache, where the process that plays finds it.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from numba.core import event

from .compiling import CACHE
from .drivers import jack, null, portaudio
from .drivers.contract import DriverError
from .engine import compile_rest
from .entry import events_function
from .memory import make_memory


def is_first_start() -> bool:
    """Whether the block was never compiled for this machine."""
    return not any(CACHE.rglob("entry._block-*.nbi"))


@contextmanager
def warming() -> Iterator[None]:
    """At a first start, compile the rest in another process while the block is compiled in this one."""
    if not is_first_start():
        yield
        return
    quiet = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-m", __name__], stdout=quiet, stderr=quiet):
        yield


class Count(event.Listener):
    """Counts compiled functions, and tells the count each time."""

    def __init__(self, tell: Callable[[int], object]) -> None:
        self.tell, self.done = tell, 0

    def on_start(self, event: object) -> None:
        """Nothing is compiled yet."""

    def on_end(self, event: object) -> None:
        """One more."""
        self.done += 1
        self.tell(self.done)


@contextmanager
def counted(tell: Callable[[int], object]) -> Iterator[None]:
    """Tell how many functions have been compiled, while the block is left; nothing where all come from the
    cache. Main thread.
    """
    with event.install_listener("numba:compile", Count(tell)):
        yield


def main() -> None:
    """Compile all that an engine and its drivers call, but the block."""
    events_function()
    compile_rest(make_memory())
    portaudio.compile_callback()
    with suppress(DriverError):
        jack.compile_callback()
    null.compile_clock()


if __name__ == "__main__":
    main()
