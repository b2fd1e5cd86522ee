"""What the server has: the page, its code, the state as JSON, and the WebSocket over which they talk."""

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from .clients import Pages
from .commands import Commands
from .files import answer, read_files
from .guard import Door, Guard
from .hands import Hands
from .talking import serve_page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "midi=(self), camera=(), geolocation=(), microphone=()",
    "connection": "close",
}
STARTS = ("http.response.start", "websocket.http.response.start")


def make_app(door: Door, pages: Pages, commands: Commands, hands: Hands) -> ASGIApp:
    """The server's application. Raises OSError where the page's files cannot be read."""
    files = read_files()

    async def index(request: Request) -> Response:
        return answer(request, files.get("index.html"), "no-store")

    async def code(request: Request) -> Response:
        return answer(request, files.get(request.path_params["path"]), "no-cache")

    async def state(request: Request) -> Response:
        return await answer_state(request, pages)

    async def talk(socket: WebSocket) -> None:
        await serve_page(socket, pages, commands, hands)

    routes = [
        Route("/", index),
        Route("/web/{path:path}", code),
        Route("/api/state", state),
        WebSocketRoute("/ws", talk),
    ]
    return Headed(Guard(Starlette(routes=routes), door))


class Headed:
    """Puts HEADERS on every answer. asyncio's thread."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What says nothing of caches is not to be kept."""

        async def send_headed(message: Message) -> None:
            if message["type"] in STARTS:
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", "no-store")
                headers.update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_headed)


async def answer_state(request: Request, pages: Pages) -> Response:
    """What a new page is told first. Whoever asks for the head asks whether the token is right."""
    if request.method == "HEAD":
        return Response(media_type="application/json")
    try:
        return Response(await pages.whole(), media_type="application/json")
    except TimeoutError:
        return PlainTextResponse("Nothing plays yet; try again.\n", 503)
