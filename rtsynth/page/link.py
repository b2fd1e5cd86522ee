"""The socket between the playing process and the page's: an object of JSON a packet, sometimes with a file.

Packets keep their bounds (SOCK_SEQPACKET), so there is nothing to put together. Linux.
"""

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

LONGEST = 1 << 17  # bytes of a packet
MOST_FILES = 1
MOST_WAITING = 256  # packets that the other end has not taken

Heard = Callable[[dict[str, Any], list[int]], object]


class LinkEndedError(Exception):
    """The other end is gone."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends, neither of which ever waits."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setblocking(False)
    return ends


def send(end: socket.socket, message: dict[str, Any], files: tuple[int, ...] = ()) -> bool:
    """Send a packet; False where the other end has not taken those before. Raises LinkEndedError."""
    try:
        socket.send_fds(end, [json.dumps(message).encode()], files)
    except BlockingIOError:
        return False
    except OSError as error:
        raise LinkEndedError from error
    return True


def receive(end: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next packet and its files, which the caller closes; None where there is none yet.

    Raises LinkEndedError.
    """
    try:
        data, files, *_ = socket.recv_fds(end, LONGEST, MOST_FILES)
    except BlockingIOError:
        return None
    except OSError as error:
        raise LinkEndedError from error
    if not data:
        raise LinkEndedError
    return json.loads(data), files


class Link:
    """The page process's end. asyncio's thread."""

    def __init__(self, end: socket.socket, heard: Heard, ended: Callable[[], object]) -> None:
        """`heard` gets every message and its files, which it closes; `ended` is called once at the end."""
        self._end, self._heard, self._ended = end, heard, ended
        self._waiting: deque[dict[str, Any]] = deque(maxlen=MOST_WAITING)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(end, self._read)

    def send(self, message: dict[str, Any]) -> None:
        """Tell the host; never waits."""
        self._waiting.append(message)
        self._write()

    def close(self) -> None:
        """Let go of the socket."""
        self._loop.remove_reader(self._end)
        self._loop.remove_writer(self._end)
        self._end.close()

    def _read(self) -> None:
        try:
            while (packet := receive(self._end)) is not None:
                self._heard(*packet)
        except LinkEndedError:
            self._loop.remove_reader(self._end)
            self._ended()

    def _write(self) -> None:
        self._loop.remove_writer(self._end)
        with suppress(LinkEndedError):  # told by the reader
            while self._waiting:
                if not send(self._end, self._waiting[0]):
                    self._loop.add_writer(self._end, self._write)
                    return
                self._waiting.popleft()
