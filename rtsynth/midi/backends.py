"""The seam to the system's MIDI: what a backend does, and the one that python-rtmidi does it with."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import rtmidi

from .names import MidiPortError

Receive = Callable[[int, Sequence[int]], None]
"""Called with CLOCK_MONOTONIC nanoseconds and the bytes of one message, on a thread of the backend."""

CLIENT = "rtsynth"


class Backend(Protocol):
    """MIDI inputs of a system. A port stays open until `close`."""

    api: str

    def inputs(self) -> list[str]:
        """Names of the inputs there are now; two may be the same."""

    def open(self, index: int, receive: Receive) -> None:
        """Open the input of that index. Raises MidiPortError."""

    def open_virtual(self, name: str, receive: Receive) -> None:
        """Make an input that other programs can connect to. Raises MidiPortError."""

    def close(self) -> None:
        """Close every port; nothing is received any more."""


class RtMidi:
    """The first of the system's MIDI interfaces that answers: ALSA, else JACK; CoreMIDI; Windows."""

    def __init__(self) -> None:
        self._api, self._listing = _first_that_answers()
        self.api = str(rtmidi.get_api_name(self._api))
        self._opened: list[Any] = []

    def inputs(self) -> list[str]:
        """See Backend."""
        listing = self._listing
        names = (listing.get_port_name(index, encoding=None) for index in range(listing.get_port_count()))
        return [(name or b"").decode("utf-8", "replace") for name in names]

    def open(self, index: int, receive: Receive) -> None:
        """See Backend."""
        self._attach(receive, lambda port: port.open_port(index, name="midi_in"))

    def open_virtual(self, name: str, receive: Receive) -> None:
        """See Backend."""
        self._attach(receive, lambda port: port.open_virtual_port(name))

    def close(self) -> None:
        """See Backend."""
        for port in (*self._opened, self._listing):
            port.cancel_callback()
            port.close_port()
            port.delete()
        self._opened.clear()

    def _attach(self, receive: Receive, connect: Callable[[Any], Any]) -> None:
        try:
            port = rtmidi.MidiIn(self._api, name=CLIENT)
            port.ignore_types(sysex=True, timing=True, active_sense=True)
            port.set_callback(partial(_received, receive))
            connect(port)
        except (rtmidi.RtMidiError, NotImplementedError) as error:
            raise MidiPortError(f"the MIDI input cannot be opened: {error}") from None
        self._opened.append(port)


def _first_that_answers() -> tuple[int, Any]:
    apis = rtmidi.get_compiled_api()
    for api in apis:
        try:
            return api, rtmidi.MidiIn(api, name=f"{CLIENT}-list")
        except rtmidi.RtMidiError:
            continue
    tried = ", ".join(rtmidi.get_api_name(api) for api in apis)
    raise MidiPortError(
        f"no MIDI system answers (tried {tried}); load the module snd_seq or start a JACK server"
    )


def _received(receive: Receive, message: tuple[Sequence[int], float], _: object) -> None:
    """Rtmidi's callback. The time is taken first: whatever follows must not delay it."""
    now = time.monotonic_ns()
    receive(now, message[0])
