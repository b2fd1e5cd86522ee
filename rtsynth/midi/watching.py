"""What python-rtmidi does not say of JACK: that a port went, be it for a moment, and that the server did."""

from collections import deque
from typing import Any


class JackWatch:
    """A client of JACK that only listens to its notices; needs JACK-Client."""

    def __init__(self, name: str) -> None:
        """Raises ImportError or OSError without JACK-Client, its JackError without a server."""
        import jack

        self.lost = False
        self._notes: deque[str] = deque()
        self._client = jack.Client(name, no_start_server=True)
        self._client.set_port_registration_callback(self._note_port)
        self._client.set_shutdown_callback(self._note_end)
        self._client.activate()

    def went(self) -> set[str]:
        """Names of ports that went since the last call. One thread."""
        return {self._notes.popleft() for _ in range(len(self._notes))}

    def close(self) -> None:
        """Leave the server, if it is there."""
        if not self.lost:
            self._client.deactivate()
            self._client.close()

    def _note_port(self, port: Any, registered: bool) -> None:
        """JACK's notification thread."""
        if not registered:
            self._notes.append(port.name)

    def _note_end(self, status: Any, reason: str) -> None:
        self.lost = True
