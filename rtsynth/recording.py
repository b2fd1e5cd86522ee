"""Recording what the driver gets: a thread copies the engine's tape to a WAV file while it sounds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import TAPED

from .errors import HostError
from .following import Follower
from .panel import say
from .wavefile import WavFile

PAUSE = 0.1  # seconds between two copies; the tape holds five
SILENCE = np.zeros((4096, 2), np.float32)


@contextmanager
def recording(engine: Engine, path: Path) -> Iterator["Recorder"]:
    """Record while the block runs, and say what came of it. Begin before the driver starts, end after it."""
    recorder = Recorder(engine, path)
    try:
        yield recorder
    finally:
        recorder.close()
        gap = f", {recorder.lost / engine.rate:.1f} s of it lost" if recorder.lost else ""
        say(f"{recorder.place}: {recorder.seconds:.1f} s recorded{gap}")


class Recorder:
    """Writes the tape of an engine to a file until it is closed.

    Its thread keeps the common priority: one that the system may put off while it holds the interpreter would
    hold up the generator.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        """Raises HostError where the file cannot be made."""
        self.engine, self.place = engine, path
        self.lost = 0  # frames that silence stands for
        self._tape = Follower(engine.memory.tape, engine.memory.marks, TAPED)
        try:
            self._file = WavFile(path, engine.rate)
        except OSError as error:
            raise HostError(
                f"cannot write {path}: {error.strerror}; name another file with --record"
            ) from error
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Length of what has been written."""
        return self._file.frames / self.engine.rate

    def close(self) -> None:
        """Write what is left and give the file its name. After the driver has stopped."""
        self._ended.set()
        self._thread.join()
        try:
            self._file.finish()
        except OSError as error:
            self.place = Path(self._file.temporary)
            say(f"the recording cannot take the name {self._file.path}: {error.strerror}")

    def _run(self) -> None:
        """Copy what is new ten times a second. A file that cannot be written ends this, not the sound."""
        try:
            while not self._ended.wait(PAUSE):
                self._copy()
            self._copy()
        except OSError as error:
            say(f"recording ended at {self.seconds:.1f} s: {error.strerror}; make room or name another disk")

    def _copy(self) -> None:
        lost, samples = self._tape.read()
        if lost:
            self._fill(lost)
        if len(samples):
            self._file.append(samples)

    def _fill(self, frames: int) -> None:
        """Silence for what was overwritten before it could be copied, so that time stays right."""
        if not self.lost:
            say("the disk was seconds late: the recording has a gap, filled with silence")
        self.lost += frames
        for start in range(0, frames, len(SILENCE)):
            self._file.append(SILENCE[: frames - start])
