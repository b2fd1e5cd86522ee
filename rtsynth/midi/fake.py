"""A MIDI system without hardware: ports appear, send what they are told, and go, when they are told."""

from collections.abc import Sequence
from functools import partial

from .backends import Close, Receive, Send
from .names import MidiPortError


class FakeInput:
    """An input: what `send` is given reaches whoever opened it, on the caller's thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.receivers: list[Receive] = []

    def send(self, message: Sequence[int], time: int) -> None:
        """Send bytes; `time` in monotonic nanoseconds."""
        for receive in self.receivers:
            receive(time, message)


class FakeBackend:
    """A Backend whose ports are plugged and unplugged by hand. `sent`: what virtual ports answered."""

    api = "fake"
    lost = False

    def __init__(self, *names: str) -> None:
        self.plugged = [FakeInput(name) for name in names]
        self.virtual: dict[str, FakeInput] = {}
        self.sent: list[bytes] = []
        self._listed: list[FakeInput] = []

    def plug(self, name: str, index: int | None = None) -> FakeInput:
        """A new input, the last unless `index` says where."""
        port = FakeInput(name)
        self.plugged.insert(len(self.plugged) if index is None else index, port)
        return port

    def unplug(self, name: str) -> None:
        """Take the first input of that name away; what it sends is heard by nobody any more."""
        port = self._find(name)
        self.plugged.remove(port)
        port.receivers.clear()

    def send(self, name: str, message: Sequence[int], time: int) -> None:
        """Send from the first input of that name, or the virtual one."""
        (self.virtual.get(name) or self._find(name)).send(message, time)

    def inputs(self) -> list[str]:
        """See Backend."""
        self._listed = list(self.plugged)
        return [port.name for port in self._listed]

    def open(self, index: int, receive: Receive) -> Close:
        """See Backend."""
        port = self._listed[index]
        if port not in self.plugged:
            raise MidiPortError("the MIDI inputs have just changed")
        port.receivers.append(receive)
        return partial(_forget, port, receive)

    def open_virtual(self, name: str, receive: Receive) -> Send:
        """See Backend."""
        self.virtual[name] = FakeInput(name)
        self.virtual[name].receivers.append(receive)
        return lambda message: self.sent.append(bytes(message))

    def poll(self) -> bool:
        """See Backend; nothing waits."""
        return False

    def close(self) -> None:
        """See Backend."""
        for port in (*self.plugged, *self.virtual.values()):
            port.receivers.clear()

    def _find(self, name: str) -> FakeInput:
        return next(port for port in self.plugged if port.name == name)


def _forget(port: FakeInput, receive: Receive) -> None:
    if receive in port.receivers:
        port.receivers.remove(receive)
