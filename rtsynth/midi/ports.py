"""MIDI ports as the playing process sees them: a list of inputs, and a process that feeds a ring."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Self

from rtsynth_engine.rings import Ring, SharedRing

from .names import MidiPortError, choose

__all__ = ["MidiPortError", "MidiProcess", "PortInfo", "choose", "list_inputs"]

PATIENCE = 10.0  # seconds for the process to answer
CAPACITY = 4096  # events


@dataclass(frozen=True)
class PortInfo:
    """An input of the system: the interface's name, its index there, its own name."""

    api: str
    index: int
    name: str


def list_inputs() -> list[PortInfo]:
    """Inputs there are now. Raises MidiPortError where no MIDI system answers.

    Asked of another process, for the system's libraries write on the terminal.
    """
    with tempfile.TemporaryFile() as complaints, _process(["--list"], complaints) as process:
        return [PortInfo(**port) for port in _answer(process, complaints)["inputs"]]


class MidiProcess:
    """Handle of the process that the ports live in; `opened` names the ports by number.

    The process ends with `close` and with its parent.
    """

    def __init__(self, ports: Sequence[str] = (), virtual: str | None = "rtsynth") -> None:
        """Open the ports, each by index or words of its name. Raises MidiPortError."""
        self._held = ExitStack()
        with ExitStack() as held:
            self._shared = held.enter_context(closing(SharedRing(CAPACITY)))
            complaints = held.enter_context(tempfile.TemporaryFile())
            arguments = [f"--ring={self._shared.name}", f"--capacity={CAPACITY}"]
            arguments += [f"--port={port}" for port in ports] + ([f"--virtual={virtual}"] if virtual else [])
            self._process = held.enter_context(_process(arguments, complaints))
            self.opened: list[str] = _answer(self._process, complaints)["opened"]
            self._held = held.pop_all()

    @property
    def ring(self) -> Ring:
        """Events of all ports, times in CLOCK_MONOTONIC nanoseconds. One consumer: the audio callback."""
        return self._shared.ring

    def alive(self) -> bool:
        """Whether the ports are still served."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and give the ring back; nothing may read it any more. May be called again."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _process(arguments: list[str], complaints: IO[bytes]) -> Iterator["subprocess.Popen[str]"]:
    """The process, in a session of its own: Ctrl-C is for the parent, which then ends it.

    Closing its standard input ends it; where that does not help in two seconds, it is ended by force.
    """
    command = [sys.executable, "-m", "rtsynth.midi.process", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=complaints, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(2.0)
            process.kill()


def _answer(process: "subprocess.Popen[str]", complaints: IO[bytes]) -> dict[str, Any]:
    """Line of JSON that the process says first. Raises MidiPortError with what it says or leaves behind."""
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    try:
        line = next((line for line in process.stdout or () if line.startswith("{")), "")
    finally:
        patience.cancel()
    answer: dict[str, Any] = json.loads(line) if line else {"error": _last_words(complaints)}
    if "error" in answer:
        raise MidiPortError(answer["error"])
    return answer


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").split("\n")
    cause = next((line for line in reversed(lines) if line.strip()), f"no answer in {PATIENCE:.0f} seconds")
    return f"the MIDI process ended before its ports were open: {cause}"
