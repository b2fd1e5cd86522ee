"""What takes too long for the thread that serves pages: the doctor, and a look at the devices."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ...devices import audio_devices, jack_server
from ...doctor import examine
from ...errors import EngineError
from ...midi.ports import list_inputs

Look = Callable[[], Any]
Run = Callable[[Look, Callable[[Any], object]], object]


def in_thread(look: Look, done: Callable[[Any], object]) -> None:
    """Run `look` in a thread of its own; `done` gets its answer in asyncio's."""
    running = asyncio.get_running_loop().run_in_executor(None, look)
    running.add_done_callback(lambda answer: done(answer.result()))


class Background:
    """`doctor` is a topic, None until it was asked for; `audio` and `midi` are names, empty until then."""

    def __init__(self, run: Run = in_thread) -> None:
        self.doctor: list[dict[str, Any]] | None = None
        self.audio: tuple[str, ...] = ()
        self.midi: tuple[str, ...] = ()
        self._run, self._busy = run, set[str]()

    def examine(self) -> None:
        """Ask the doctor."""
        self._begin("doctor", findings, self._found)

    def look(self) -> None:
        """See which devices there are."""
        self._begin("devices", devices, self._seen)

    def _begin(self, name: str, look: Look, done: Callable[[Any], object]) -> None:
        """Run what does not run already."""
        if name in self._busy:
            return

        def end(answer: Any) -> None:
            self._busy.discard(name)
            done(answer)

        self._busy.add(name)
        self._run(look, end)

    def _found(self, answer: list[dict[str, Any]]) -> None:
        self.doctor = answer

    def _seen(self, answer: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        self.audio, self.midi = answer


def findings() -> list[dict[str, Any]]:
    """What the doctor says. Takes some seconds; any thread."""
    return [asdict(finding) for finding in examine()]


def devices() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `--audio` may be here, and the names of MIDI inputs. Takes a second; any thread."""
    return (*_jack(), *_portaudio(), "null"), _inputs()


def _jack() -> tuple[str, ...]:
    try:
        return ("jack",) if jack_server() else ()
    except EngineError:
        return ()


def _portaudio() -> tuple[str, ...]:
    try:
        return tuple(f"portaudio:{device.name}" for device in audio_devices())
    except EngineError:
        return ()


def _inputs() -> tuple[str, ...]:
    try:
        return tuple(port.name for port in list_inputs())
    except EngineError:
        return ()
