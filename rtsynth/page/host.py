"""The control page as the playing process sees it: a process of its own, a ring that it fills, a socket."""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from rtsynth_engine.layout import EVENTS
from rtsynth_engine.memory import memory_file
from rtsynth_engine.rings import Ring, SharedRing

from .link import LinkEndedError, pair, receive, send

LEAVING = 2.0  # seconds


@dataclass(frozen=True)
class PageRequest:
    """`port` 0: the usual one, or any free one. `osc`: a UDP port. `remote`: for other machines too."""

    port: int = 0
    remote: bool = False
    osc: int | None = None


class Page:
    """Handle of the process. Host's main thread; ends with `close` and with its parent."""

    def __init__(self, request: PageRequest) -> None:
        """Make what the engine needs of it; `start` starts the process."""
        self.request = request
        self._held = ExitStack()
        self._shared = self._held.enter_context(closing(SharedRing(EVENTS)))
        self._socket, self._other = (self._held.enter_context(end) for end in pair())
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - held until the end
        self._complaints = self._held.enter_context(complaints)
        self.started = self.alive = False

    @property
    def ring(self) -> Ring:
        """What the page plays, times in CLOCK_MONOTONIC nanoseconds. One consumer: the audio callback."""
        return self._shared.ring

    def start(self) -> None:
        """Start the process, which tells its address once it listens."""
        self._held.enter_context(_process(self._arguments(), self._other.fileno(), self._complaints))
        self._other.close()
        self.started = self.alive = True

    def last_words(self) -> str:
        """Why the process ended, or what it suffers from."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().split("\n")
        return lines[-1] or "its process does not answer"

    def _arguments(self) -> list[str]:
        request = self.request
        return [
            f"--socket={self._other.fileno()}",
            f"--ring={self._shared.name}",
            f"--capacity={EVENTS}",
            f"--port={request.port}",
            *(["--allow-remote"] * request.remote),
            *([] if request.osc is None else [f"--osc={request.osc}"]),
        ]

    def hear(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What the page says in so many seconds, each as soon as it comes; `ended` once where it is gone."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.alive:
                time.sleep(left)
            elif select.select([self._socket], [], [], left)[0]:
                yield from self._heard()

    def _heard(self) -> Iterator[dict[str, Any]]:
        try:
            while self.alive and (packet := receive(self._socket)) is not None:
                self.alive = "error" not in packet[0]
                yield packet[0]
        except LinkEndedError:
            self.alive = False
            yield {"ended": True}

    def say(self, message: dict[str, Any], *files: int) -> None:
        """Tell the page something; lost where it is gone or does not listen. Never waits."""
        try:
            if self.alive:
                send(self._socket, message, files)
        except LinkEndedError:
            self.alive = False

    def close(self) -> None:
        """End the process and give the ring back; nothing may read it any more."""
        self._socket.close()
        self._held.close()


@contextmanager
def shown() -> Iterator[int]:
    """A file for an engine's memory, so that the page can see it."""
    file = memory_file()
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def _process(arguments: list[str], socket: int, complaints: IO[bytes]) -> Iterator[None]:
    """The process, in a session of its own: Ctrl-C is for the parent. It ends when its socket does."""
    command = [sys.executable, "-m", "rtsynth.page.process", *arguments]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=complaints, start_new_session=True, pass_fds=[socket]
    ) as process:
        try:
            yield
        finally:
            try:
                process.wait(LEAVING)
            except subprocess.TimeoutExpired:
                process.kill()
