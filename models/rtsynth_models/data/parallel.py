"""Many pieces of work in several processes: what is done is kept, what fails ends the run in one line."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rtsynth_models.data.catalogue import Program
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.notefile import file_of, is_whole

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Task(Protocol):
    """Something that writes one file."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def path(self) -> Path:
        """The file that it writes."""

    def run(self) -> bool:
        """Write the file; False when there is nothing to hear. Runs in a worker process."""


@dataclass(frozen=True)
class ProgramFile:
    """What every task has that writes the notes of one instrument into `folder`."""

    program: Program
    folder: Path

    @property
    def name(self) -> str:
        """The instrument's name."""
        return self.program.name

    @property
    def path(self) -> Path:
        """`program-NNN.npz`."""
        return file_of(self.folder, self.program.number)


def run_all(
    tasks: Sequence[Task], jobs: int, say: Callable[[str], None], finished: Callable[[], None]
) -> None:
    """Run the tasks whose file is missing in `jobs` processes; `finished` is called after each.

    Raises the first DataError of a task. Other tasks are ended then, and when the person interrupts.
    """
    missing = [task for task in tasks if not is_whole(task.path)]
    if len(missing) < len(tasks):
        say(f"{len(tasks) - len(missing)} of {len(tasks)} are there already")
    started = time.monotonic()
    with _workers(jobs) as pool:
        with _deaf():
            waiting = {pool.submit(_run, task): task for task in missing}
        for done, future in enumerate(as_completed(waiting), 1):
            note = "" if future.result() else " (silent, left out)"
            left = (time.monotonic() - started) / done * (len(missing) - done) / 60
            finished()
            say(f"{done}/{len(missing)} {waiting[future].name}{note}, about {left:.0f} min left")
    if tasks and not any(is_whole(task.path) for task in tasks):
        raise DataError("all of it is silence: nothing was written, name another SoundFont")


def _run(task: Task) -> bool:
    return task.run()


def _leave_when_told() -> None:
    """Let a worker end what it started, its fluidsynth too, before it goes."""
    signal.signal(signal.SIGTERM, lambda *given: sys.exit())


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started here never hear Ctrl-C: who started them ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _workers(jobs: int) -> Iterator[Executor]:
    """Fresh processes of one thread each, ended at once when the block is left by an error."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, _leave_when_told)
    try:
        yield pool
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        if isinstance(error, BrokenProcessPool):
            raise DataError("a worker was ended, perhaps for want of memory: try fewer --jobs") from error
        raise
    pool.shutdown()
