"""A page and the server talk over a WebSocket, until one of them has enough. asyncio's thread."""

import asyncio
from contextlib import suppress

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from .clients import Page, Pages
from .commands import Commands, TooManyBadError
from .guard import POLICY_VIOLATION
from .hands import Hands

LAST_WORDS = 1.0  # seconds in which a page takes them


async def serve_page(socket: WebSocket, pages: Pages, commands: Commands, hands: Hands) -> None:
    """Talk with a page until it leaves, falls silent or takes nothing; then its keys go up."""
    if pages.full:
        return await socket.send_denial_response(PlainTextResponse("Too many pages; close one.\n", 503))
    fingers = hands.enter()
    page = pages.enter(fingers)
    try:
        await socket.accept()
        await _talk(socket, page, commands)
    finally:
        pages.leave(page)
        fingers.leave()


async def _talk(socket: WebSocket, page: Page, commands: Commands) -> None:
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_hear(socket, page, commands))
            both.create_task(page.write(socket.send_text))
    except* (WebSocketDisconnect, TimeoutError):
        pass
    except* TooManyBadError:
        await _send_away(socket)


async def _hear(socket: WebSocket, page: Page, commands: Commands) -> None:
    """Raises WebSocketDisconnect, TooManyBadError."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        commands.hear(page, (message.get("text") or "").encode())


async def _send_away(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(LAST_WORDS):
            await socket.close(POLICY_VIOLATION, "too many messages that make no sense")
