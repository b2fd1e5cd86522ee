"""A server of pages on a real socket, on a thread of its own."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from rtsynth.page.guard import Door, make_door
from rtsynth.page.limits import listen
from rtsynth.page.serving import Service, serve
from rtsynth_engine.rings import EVENT, Ring, make_ring

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
    """A running server. `topics` are what pages see; `asked` counts the looks; `heard` is what handlers got."""

    def __init__(self, ring: Ring) -> None:
        self.ring, self.asked, self.topics = ring, 0, dict(TOPICS)
        self.read = 0  # events of the ring
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
        count = int(self.ring.indices[8])
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


@pytest.fixture
def ring() -> Ring:
    return make_ring(1024, EVENT)


@pytest.fixture
def served(ring: Ring) -> Iterator[Served]:
    server = Served(ring)
    server.start()
    yield server
    server.close()
