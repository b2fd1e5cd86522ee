"""Who may speak to the control page's server: looked at before anything else is done for a request.

A foreign web page can make a person's browser send requests here, by our address or by a name of its own
that it lets point to us. So Host must be ours, Origin must be what Host says, and the token, which only the
terminal shows, must be right.
"""

import hmac
import secrets
import socket
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
OPEN = "/web/"  # code, the same for everybody
METHODS = ("GET", "HEAD")
POLICY_VIOLATION = 1008
FOREIGN = "This is not an address of this page; open the one that stands in the terminal.\n"
CLOSED = "This page opens with its whole address, token and all; it stands in the terminal.\n"

Refusal = tuple[int, str]


@dataclass(frozen=True)
class Door:
    """`names`: hosts, in lower case, that the page is known by. `remote`: known by its addresses too."""

    port: int
    token: str
    names: frozenset[str]
    remote: bool = False


def make_door(port: int, remote: bool = False) -> Door:
    """A door with a token of its own."""
    names = (*LOOPBACK, *own_names()) if remote else LOOPBACK
    return Door(port, secrets.token_urlsafe(24), frozenset(names), remote)


def own_names() -> tuple[str, str]:
    """What other machines call this one."""
    name = socket.gethostname().lower()
    return name, name.split(".")[0] + ".local"


class Guard:
    """Refuses, or hands a request on to `app`. asyncio's thread."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket is refused before it is accepted, with status 403."""
        refused = refusal(self.door, scope)
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            status, words = refused
            await PlainTextResponse(words, status)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})


def refusal(door: Door, scope: Scope) -> Refusal | None:
    """Status and words for a request that may not enter."""
    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not is_ours(door, hosts[0], scope.get("server")):
        return 403, FOREIGN
    if scope.get("method", "GET") not in METHODS:
        return 405, "Nothing can be sent here.\n"
    if origins and [each.lower() for each in origins] != [f"http://{hosts[0].lower()}"]:
        return 403, FOREIGN
    if not scope["path"].startswith(OPEN) and not has_token(door, scope):
        return 403, CLOSED
    return None


def is_ours(door: Door, host: str, server: tuple[str, int | None] | None) -> bool:
    """Whether a Host header names us. `server`: our end of the connection, which is an address of ours."""
    names = {*door.names, server[0]} if door.remote and server else door.names
    name, _, port = host.lower().rpartition(":")
    if not name or name.endswith(":"):  # without a port
        name, port = host.lower(), "80"
    return name in names and port == str(door.port)


def has_token(door: Door, scope: Scope) -> bool:
    """Whether the token stands in the address or in `Authorization: Bearer`."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
    scheme, _, borne = Headers(scope=scope).get("authorization", "").partition(" ")
    given = [*asked, borne] if scheme.lower() == "bearer" else asked
    return any(hmac.compare_digest(each.encode(), door.token.encode()) for each in given)
