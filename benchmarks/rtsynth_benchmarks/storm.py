"""All that is bad for a server, at once: what a control page has to bear without the sound noticing."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

BATCH = 500  # sockets of ours that are open at once
HUGE, DEPTH = 100_000_000, 10_000
PATIENCE = 5.0  # seconds


def storm(address: str, connections: int) -> int:
    """Come with so many connections that say nothing, while others misbehave; returns how many were made."""
    with ExitStack() as held:
        held.enter_context(suppress(OSError, WebSocketException))
        slow = held.enter_context(_socket(address))  # is sent the state and never reads it
        slow.send('{"do":"watch","topics":["spectrum","partials","envelopes","histogram","timeline"]}')
        made = sum(_crowds(address, connections))
        for said in (b"\xff\xfe", "[" * DEPTH, "x" * HUGE):
            with suppress(OSError, WebSocketException), _socket(address) as bad:
                bad.send(said, text=True)
                bad.recv(PATIENCE)
        return made
    return 0


def _crowds(address: str, connections: int) -> Iterator[int]:
    """Connections by the batch, each of which says half a request and waits."""
    where = urlsplit(address)
    for start in range(0, connections, BATCH):
        with ExitStack() as held:
            count = min(BATCH, connections - start)
            for _ in range(count):
                with suppress(OSError):
                    one = held.enter_context(socket.create_connection((where.hostname, where.port), PATIENCE))
                    one.send(b"GET / HTTP/1.1\r\nHost: ")
            time.sleep(0.01)
            yield count


def _socket(address: str) -> ClientConnection:
    """Raises OSError and WebSocketException."""
    return connect(address.replace("http://", "ws://").replace("/?", "/ws?"), max_queue=1)
