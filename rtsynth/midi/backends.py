"""The seam to the system's MIDI: what a backend does, and the one that python-rtmidi does it with."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import rtmidi

from .doors import QUEUE, Door
from .names import MidiPortError
from .watching import JackWatch

Receive = Callable[[int, Sequence[int]], None]
"""Called with CLOCK_MONOTONIC nanoseconds and bytes as they came, on a thread of the backend."""

Close = Callable[[], None]
Send = Callable[[Sequence[int]], None]

CLIENT = "rtsynth"


class Backend(Protocol):
    """MIDI ports of a system. A port stays open until it is closed, or all are."""

    api: str

    @property
    def lost(self) -> bool:
        """Whether the system itself is gone; then nothing else may be called."""

    def inputs(self) -> list[str]:
        """Names of the inputs there are now; two may be the same."""

    def open(self, index: int, receive: Receive) -> Close:
        """Open an input by its index in the list last given; returns what closes it. Raises MidiPortError."""

    def open_virtual(self, name: str, receive: Receive) -> Send:
        """Make an input that other programs can connect to, and an output of the same name.

        Returns what sends there. Raises MidiPortError.
        """

    def poll(self) -> bool:
        """Receive what waits in queues of its own; returns whether there will soon be more."""

    def close(self) -> None:
        """Close every port; nothing is received any more."""


class RtMidi:
    """The first of the system's MIDI interfaces that answers: ALSA, else JACK; CoreMIDI; Windows."""

    def __init__(self) -> None:
        self._api, self._listing = _first_that_answers()
        self.api = str(rtmidi.get_api_name(self._api))
        self._watch = _watch() if self._api == rtmidi.API_UNIX_JACK else None
        self._listed: list[tuple[int, str]] = []
        self._open: list[Any] = []
        self._doors: dict[Any, Door] = {}

    def inputs(self) -> list[str]:
        """See Backend; ports of our own are not among them, and those that went since the last call are left
        out once, for they may be back already.
        """
        went = self._watch.went() if self._watch else set()
        names = enumerate(_names(self._listing))
        self._listed = [each for each in names if not each[1].startswith(CLIENT) and each[1] not in went]
        return [name for _, name in self._listed]

    def open(self, index: int, receive: Receive) -> Close:
        """See Backend."""
        port, there = self._make(rtmidi.MidiIn, queue_size_limit=QUEUE), self._listed[index]
        if there not in enumerate(_names(port)):
            self._close(port)
            raise MidiPortError("the MIDI inputs have just changed")
        self._attach(port, receive, lambda: port.open_port(there[0], name="midi_in"))
        return partial(self._close, port)

    def open_virtual(self, name: str, receive: Receive) -> Send:
        """See Backend."""
        port = self._make(rtmidi.MidiIn, queue_size_limit=QUEUE)
        answers = self._make(rtmidi.MidiOut)
        self._attach(port, receive, lambda: port.open_virtual_port(name))
        answers.open_virtual_port(name)
        return partial(_send, answers)

    @property
    def lost(self) -> bool:
        """See Backend."""
        return self._watch is not None and self._watch.lost

    def poll(self) -> bool:
        """See Backend."""
        return sum(door.poll() for door in list(self._doors.values())) > 0

    def close(self) -> None:
        """See Backend."""
        self._doors.clear()
        for port in (*self._open, self._listing):
            _end(port)
        self._open.clear()
        if self._watch:
            self._watch.close()

    def _make(self, kind: Any, **options: Any) -> Any:
        try:
            port = kind(self._api, name=CLIENT, **options)
        except rtmidi.RtMidiError as error:
            raise MidiPortError(f"the MIDI system refuses another port: {error}") from None
        self._open.append(port)
        return port

    def _attach(self, port: Any, receive: Receive, connect: Callable[[], object]) -> None:
        try:
            port.ignore_types(sysex=False, timing=False, active_sense=False)
            self._doors[port] = Door(port, receive)
            connect()
        except (rtmidi.RtMidiError, NotImplementedError) as error:
            self._close(port)
            raise MidiPortError(f"the MIDI input cannot be opened: {error}") from None

    def _close(self, port: Any) -> None:
        self._open.remove(port)
        self._doors.pop(port, None)
        _end(port)


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


def _watch() -> JackWatch | None:
    """None where JACK-Client is not installed."""
    try:
        return JackWatch(f"{CLIENT}-watch")
    except Exception:  # JACK-Client's own errors cannot be named without it
        return None


def _names(port: Any) -> list[str]:
    names = (port.get_port_name(index, encoding=None) for index in range(port.get_port_count()))
    return [(name or b"").decode("utf-8", "replace") for name in names]


def _send(port: Any, message: Sequence[int]) -> None:
    port.send_message(message)


def _end(port: Any) -> None:
    if isinstance(port, rtmidi.MidiIn):
        port.cancel_callback()
    port.close_port()
    port.delete()
