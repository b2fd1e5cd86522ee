"""Bounds on what a connection may cost: how many there are, how long they take, how much they say.

A request has one connection. A WebSocket that says too much, that does not answer pings or that takes nothing
is cut off; what its page holds is let go by whoever serves it.
"""

import asyncio
import resource
import socket
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_CONNECTIONS = 64
HEADER_TIME = 5.0  # seconds from the connection to the end of the request's header
REQUEST_TIME = 15.0  # seconds from the connection to the end of the answer
PARTING = 2.0  # seconds in which a WebSocket takes our last words
PING = 4.0  # seconds from a pong to the next ping, and from a ping to its pong
LONGEST_HEADER = 16_384  # bytes
LONGEST_MESSAGE = 65_536  # bytes
RATE, BURST = 400.0, 800.0  # frames of a WebSocket in a second; at once
READ = 8_192  # bytes taken from a WebSocket before others have their turn
SEND_BUFFER = 65_536  # bytes that the system keeps for a client: what waits longer is better sent anew
BACKLOG = 512  # connections that may come at once: one too many tries again a second later
FILES = 2048  # open files that all this needs, with room to spare
TOO_MUCH = 1008


class Allowance:
    """Lets `BURST` frames through at once, and `RATE` in a second."""

    def __init__(self) -> None:
        self._left, self._at = BURST, time.monotonic()

    def take(self, count: int) -> bool:
        """Whether so many more may come now."""
        now = time.monotonic()
        self._left = min(BURST, self._left + RATE * (now - self._at)) - count
        self._at = now
        return self._left >= 0.0


class Visitor(H11Protocol):
    """A connection that has not become a WebSocket; a newcomer displaces the oldest."""

    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A newcomer."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self._limits = [
            self.loop.call_later(HEADER_TIME, self._end_silence),
            self.loop.call_later(REQUEST_TIME, transport.abort),
        ]
        if len(self.connections) > MOST_CONNECTIONS:
            self._displace()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._lift_limits()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """From here on a `Talker` has the connection."""
        self._lift_limits()
        super().handle_websocket_upgrade(event)

    def _lift_limits(self) -> None:
        for each in self._limits:
            each.cancel()

    def _end_silence(self) -> None:
        if not self.headers:
            self.transport.abort()

    def _displace(self) -> None:
        visitors = (each for each in self.connections if isinstance(each, Visitor))
        oldest = min(visitors, key=lambda each: each.since)
        self.connections.discard(oldest)
        oldest.transport.abort()


class Talker(WebSocketsSansIOProtocol):
    """A WebSocket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Handed over by a `Visitor`, which has read its request."""
        super().connection_made(transport)
        self._allowance = Allowance()
        self._parting = self.loop.call_later(HEADER_TIME, self._end_silence)
        vars(transport)["max_size"] = READ  # as asyncio names the size of its reads

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._parting.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Count frames before anything is done for them: pings and parts of messages too."""
        if self._allowance.take(len(self.conn.events)):
            super().handle_events()
        else:
            self.conn.fail(TOO_MUCH, "too many messages")
            self.handle_parser_exception() if self.conn.close_sent else self.transport.abort()

    def keepalive_timeout(self) -> None:
        """No pong: what waits to be sent would keep the connection open, so it is cut."""
        self.transport.abort()

    async def run_asgi(self) -> None:
        """Serve; then whoever does not take our last words goes without."""
        await super().run_asgi()
        self._parting.cancel()
        self._parting = self.loop.call_later(PARTING, self.transport.abort)

    def _end_silence(self) -> None:
        if not self.handshake_complete:
            self.transport.abort()


class Server(uvicorn.Server):
    """uvicorn without signal handlers: the process has its own."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Leave them."""
        return nullcontext()


def make_server(app: ASGIApp) -> Server:
    """A server of `app` with all these bounds; says nothing."""
    return Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http=Visitor,
            ws=Talker,
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=LONGEST_HEADER,
            ws_max_size=LONGEST_MESSAGE,
            ws_per_message_deflate=False,
            ws_ping_interval=PING,
            ws_ping_timeout=PING,
            timeout_graceful_shutdown=1,
        )
    )


def listen(port: int, remote: bool = False) -> socket.socket:
    """A listening socket, of loopback only unless `remote`. Raises OSError."""
    listener = socket.create_server(("" if remote else "127.0.0.1", port), backlog=BACKLOG)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # connections inherit it
    listener.setblocking(False)
    return listener


def raise_file_limit() -> None:
    """Make sure that every connection which may be there has its file, where the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
