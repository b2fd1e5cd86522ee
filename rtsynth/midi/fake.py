"""A MIDI system without hardware: ports appear and send what they are told, when they are told."""

from collections.abc import Sequence

from .backends import Receive
from .names import MidiPortError


class FakeBackend:
    """A Backend whose messages come from `send`, on the caller's thread."""

    api = "fake"

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.opened: dict[str, list[Receive]] = {}

    def inputs(self) -> list[str]:
        """See Backend."""
        return list(self.names)

    def open(self, index: int, receive: Receive) -> None:
        """See Backend."""
        if index >= len(self.names):
            raise MidiPortError(f"the MIDI input cannot be opened: there is no port {index}")
        self.opened.setdefault(self.names[index], []).append(receive)

    def open_virtual(self, name: str, receive: Receive) -> None:
        """See Backend."""
        self.opened.setdefault(name, []).append(receive)

    def close(self) -> None:
        """See Backend."""
        self.opened.clear()

    def send(self, name: str, message: Sequence[int], time: int) -> None:
        """Send a message from the port of that name; `time` in monotonic nanoseconds."""
        for receive in self.opened.get(name, []):
            receive(time, message)
