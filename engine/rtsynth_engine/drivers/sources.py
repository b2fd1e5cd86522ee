"""What a JACK client's MIDI port hears: sources that arrive are connected, and those that end are noticed."""

from collections import deque
from contextlib import suppress
from typing import Any

ENDED, OTHER = "", " "  # notes that are no name of a port: a connection of ours ended, something else changed


class Sources:
    """Made before the client is active. JACK's notification thread only takes notes; `look` acts on them.

    A source is connected when it arrives if it is physical, or was connected before it went away.
    """

    def __init__(self, client: Any, midi: Any, connect: bool, error: type[Exception]) -> None:
        """`error`: what JACK's refusals are raised as."""
        self._client, self._midi, self._connect, self._error = client, midi, connect, error
        self._notes: deque[str] = deque()
        self._heard: set[str] = set()
        self._known: set[str] = set()
        client.set_port_registration_callback(self._note_port, only_available=False)
        client.set_port_connect_callback(self._note_connection, only_available=False)

    def connect_physical(self) -> None:
        """Connect what is there at the start."""
        for source in self._physical():
            self._client.connect(source, self._midi)

    def look(self) -> tuple[bool, dict[str, bool]]:
        """Connect what arrived. Returns whether a connection ended since the last call, and the names of
        sources that are connected since, True, or no more, False. Host's thread.
        """
        notes = {self._notes.popleft() for _ in range(len(self._notes))}
        if not notes:
            return False, {}
        self._connect_some(notes)
        heard = {port.name for port in self._client.get_all_connections(self._midi)}
        before, self._heard = self._heard, heard
        return ENDED in notes or bool(before - heard), {
            name: name in heard for name in sorted(before ^ heard)
        }

    def _connect_some(self, arrived: set[str]) -> None:
        wanted = {*self._physical(), *self._known} if self._connect else set()
        there = {port.name for port in self._client.get_ports(is_midi=True, is_output=True)}
        heard = {port.name for port in self._client.get_all_connections(self._midi)}
        for name in (arrived & wanted & there) - heard:
            with suppress(self._error):  # it may be gone again
                self._client.connect(name, self._midi)

    def _physical(self) -> set[str]:
        ports = self._client.get_ports(is_midi=True, is_output=True, is_physical=True)
        return {port.name for port in ports}

    def _note_port(self, port: Any, registered: bool) -> None:
        """JACK's notification thread."""
        self._notes.append(port.name if registered and port is not None else OTHER)

    def _note_connection(self, source: Any, target: Any, connected: bool) -> None:
        """JACK's notification thread."""
        if target == self._midi and connected and source is not None:
            self._known.add(source.name)
        self._notes.append(ENDED if target == self._midi and not connected else OTHER)
