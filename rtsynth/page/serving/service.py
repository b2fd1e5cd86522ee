"""What serves all pages: their hands, what they may say, what they are shown. asyncio's thread."""

import asyncio
import socket
from collections.abc import Callable, Set
from typing import Any

from starlette.types import ASGIApp

from rtsynth_engine.rings import Ring

from .app import make_app
from .clients import Pages
from .commands import Commands
from .guard import Door
from .hands import Hands
from .limits import make_server

LOOK = 1.0 / 30.0  # seconds between two looks

Provider = Callable[[Set[str]], dict[str, Any]]


class Service:
    """The parts, which know nothing of a session: that adds `providers` of topics, and handlers of commands.

    A provider gets the topics that are watched, and returns the values of these and of those that every page
    is shown; it never changes a value that it has returned.
    """

    def __init__(self, ring: Ring) -> None:
        self.pages, self.hands = Pages(), Hands(ring)
        self.commands = Commands(self.hands)
        self.providers: list[Provider] = []

    def app(self, door: Door) -> ASGIApp:
        """What the server runs. Raises OSError where the page's files cannot be read."""
        return make_app(door, self.pages, self.commands, self.hands)

    def look(self) -> None:
        """Show pages what there is to be seen now."""
        topics: dict[str, Any] = {}
        for provider in self.providers:
            topics |= provider(self.pages.watched)
        self.pages.publish(topics)

    async def show(self) -> None:
        """Look while somebody is there, for ever."""
        while True:
            await self.pages.someone.wait()
            self.look()
            await asyncio.sleep(LOOK)


async def serve(service: Service, door: Door, listener: socket.socket, ended: asyncio.Event) -> None:
    """Serve pages until the end; then they are told, and their keys go up."""
    server = make_server(service.app(door))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        showing = tasks.create_task(service.show())
        await ended.wait()
        server.should_exit = True
        showing.cancel()
