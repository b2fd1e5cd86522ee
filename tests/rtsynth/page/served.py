"""A server of pages on a real socket, on a thread of its own."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from websockets.sync.client import ClientConnection, connect

from rtsynth.page.serving.guard import Door, make_door
from rtsynth.page.serving.limits import listen
from rtsynth.page.serving.service import Service, serve
from rtsynth_engine.rings import TAIL, Ring

PATIENCE = 20.0  # seconds
TOPICS: dict[str, Any] = {"volume": -6.0, "favourites": ["a", "b"], "spectrum": [-90] * 96}
WATCHED = {"spectrum"}
FIELDS = ("port", "status", "data1", "data2")


def wait_for(condition: Callable[[], object]) -> None:
    """Until something is so; it fails where it does not come to be."""
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.005)


class Served:
    """A running server. `topics` are what pages see, `asked` counts the looks at them."""

    def __init__(self, ring: Ring) -> None:
        self.ring, self.asked, self.topics = ring, 0, dict(TOPICS)
        self.service: Service
        self.door: Door
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.door.port}"

    def connect(self, **options: Any) -> ClientConnection:
        """A page that is well-behaved."""
        return connect(f"ws://{self.address}/ws?token={self.door.token}", max_size=None, **options)

    def shows(self) -> bool:
        """Whether a well-behaved page gets its state."""
        with self.connect() as page:
            return state(page) == self.topics

    def do(self, function: Callable[[], Any]) -> Any:
        """Call something on the server's thread."""
        return asyncio.run_coroutine_threadsafe(_call(function), self.loop).result(PATIENCE)

    def played(self) -> list[tuple[int, ...]]:
        """(port, status, two data bytes) of what has come into the ring so far. Nothing is taken out."""
        count = int(self.ring.indices[TAIL])
        return [tuple(int(event[field]) for field in FIELDS) for event in self.ring.items[:count]]

    def _look(self, watched: set[str]) -> dict[str, Any]:
        self.asked += 1
        return {name: value for name, value in self.topics.items() if name not in WATCHED - watched}

    async def _run(self) -> None:
        self.loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self.service = Service(self.ring)
        self.service.providers.append(self._look)
        with closing(listen(0)) as listener:
            self.door = make_door(listener.getsockname()[1])
            self._ready.set()
            await serve(self.service, self.door, listener, self._ended)


async def _call(function: Callable[[], Any]) -> Any:
    return function()


def say(page: ClientConnection, **message: Any) -> None:
    page.send(json.dumps(message))


def hear(page: ClientConnection) -> dict[str, Any]:
    message = json.loads(page.recv(PATIENCE))
    assert isinstance(message, dict)
    return message


def state(page: ClientConnection) -> dict[str, Any]:
    """The topics of the next message that has any."""
    while "state" not in (message := hear(page)):
        pass
    topics: dict[str, Any] = message["state"]
    return topics


def sync(page: ClientConnection) -> None:
    """All that the page has said until now is done."""
    say(page, do="ping", t=0)
    while "pong" not in hear(page):
        pass


def ask(served: Served, *lines: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of the answer to a request, which is sent as it stands here."""
    with socket.create_connection(("127.0.0.1", served.door.port), PATIENCE) as client:
        client.sendall("\r\n".join((*lines, "", "")).encode())
        head, _, content = b"".join(iter(lambda: client.recv(65_536), b"")).partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in rest), content


def get(served: Served, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
    """The answer to a plain request with our Host."""
    return ask(served, f"GET {path} HTTP/1.1", f"Host: {served.address}", *lines)


def raw_page(served: Served) -> socket.socket:
    """A WebSocket that is opened by hand, and left to do as the test likes."""
    client = socket.create_connection(("127.0.0.1", served.door.port), PATIENCE)
    lines = (
        f"GET /ws?token={served.door.token} HTTP/1.1",
        f"Host: {served.address}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    client.sendall("\r\n".join((*lines, "", "")).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += client.recv(1)
    assert head.startswith(b"HTTP/1.1 101")
    return client


def frame(opcode: int, payload: bytes, length: int | None = None) -> bytes:
    """A masked frame, whose mask is zero; `length` may lie."""
    size = len(payload) if length is None else length
    if size < 126:
        return bytes([0x80 | opcode, 0x80 | size]) + bytes(4) + payload
    return bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4) + payload


def is_ended(client: socket.socket) -> bool:
    """Whether the server ends the connection, whatever it says before."""
    try:
        while client.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True
