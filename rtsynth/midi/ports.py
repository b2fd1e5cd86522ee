"""MIDI ports as the playing process sees them: a list of inputs, and a process that feeds a ring."""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Self

from rtsynth_engine.midi.parser import DEVICE
from rtsynth_engine.rings import Ring, SharedRing

from .names import MidiPortError, choose

__all__ = ["MidiPortError", "MidiProcess", "PortInfo", "choose", "list_inputs"]

PATIENCE = 60.0  # seconds for the process to answer; at the first start of all it compiles
CAPACITY = 4096  # events
LONGEST = 4096  # characters of a name
FINAL = {"opened", "inputs", "error"}  # keys of the answer, after which come news


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
        *_, answer = _answer(process, Lines(process.stdout), complaints)
        return [PortInfo(**port) for port in answer["inputs"]]


class MidiProcess:
    """Handle of the process that the ports live in; `names` says which inputs are there, by port number.

    The process ends with `close` and with its parent.
    """

    def __init__(
        self,
        ports: Sequence[str] = (),
        virtual: str | None = "rtsynth",
        every: bool = False,
        first: int = 0,
        device: int = DEVICE,
        wait: bool = True,
    ) -> None:
        """Open the ports, each by index or words of its name, or `every` input there is and will be; what is
        not there is waited for. They are numbered from `first` on; `device` is our number among exclusives'
        devices. Without `wait` the process only begins, and `open` must be called. Raises MidiPortError.
        """
        self.names: dict[int, str] = {}
        self._told: list[dict[str, Any]] = []
        with ExitStack() as held:
            self._shared = held.enter_context(closing(SharedRing(CAPACITY)))
            self._complaints = held.enter_context(tempfile.TemporaryFile())
            arguments = [f"--ring={self._shared.name}", f"--capacity={CAPACITY}", f"--first={first}"]
            arguments += [f"--device={device}", *["--every"] * every]
            arguments += [f"--port={_fit(port)}" for port in ports]
            arguments += [f"--virtual={virtual}"] if virtual else []
            self._process = held.enter_context(_process(arguments, self._complaints))
            self._lines = Lines(self._process.stdout)
            if wait:
                self.open()
            self._held = held.pop_all()

    def open(self) -> None:
        """Wait until the ports are open. Raises MidiPortError."""
        *self._told, answer = _answer(self._process, self._lines, self._complaints)
        self.names = {int(port): str(name) for port, name in answer["opened"].items()}

    def news(self) -> list[str]:
        """What happened to inputs since the last call, in words; `names` follows. Never waits. One thread."""
        told, self._told = [*self._told, *self._lines.now()], []
        for news in told:
            if news["what"] == "arrived":
                self.names[news["port"]] = news["name"]
            elif news["what"] == "gone":
                self.names.pop(news["port"], None)
        return [news["text"] for news in told]

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
def _process(arguments: list[str], complaints: IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, in a session of its own: Ctrl-C is for the parent, which then ends it.

    Closing its standard input ends it; where that does not help in two seconds, it is ended by force.
    """
    command = [sys.executable, "-m", "rtsynth.midi.process", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=complaints, bufsize=0, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(2.0)
            process.kill()


class Lines:
    """Objects that a process says in lines of JSON; other lines are nothing."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        self._pipe, self._rest = pipe.fileno(), b""

    def wait(self) -> list[dict[str, Any]]:
        """The next ones, at least a part of a line; raises EOFError at the end."""
        data = os.read(self._pipe, 65_536)
        if not data:
            raise EOFError
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    def now(self) -> list[dict[str, Any]]:
        """Those that are there already."""
        found = []
        with suppress(EOFError):
            while select.select([self._pipe], [], [], 0)[0]:
                found += self.wait()
        return found


def _answer(process: "subprocess.Popen[bytes]", lines: Lines, complaints: IO[bytes]) -> list[dict[str, Any]]:
    """What the process says until it is ready. Raises MidiPortError with what it says or leaves behind."""
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    said: list[dict[str, Any]] = []
    try:
        while not (said and FINAL & said[-1].keys()):
            said += lines.wait()
    except EOFError:
        raise MidiPortError(_last_words(complaints)) from None
    finally:
        patience.cancel()
    if "error" in said[-1]:
        raise MidiPortError(said[-1]["error"])
    return said


def _fit(words: str) -> str:
    """Words of a name as a system passes them to a process."""
    return words[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").split("\n")
    cause = next((line for line in reversed(lines) if line.strip()), f"no answer in {PATIENCE:.0f} seconds")
    return f"the MIDI process ended before its ports were open: {cause}"
