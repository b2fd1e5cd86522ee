"""Who is refused, before anything is done: foreign names, foreign pages, whoever has no token."""

import socket

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from rtsynth.page.serving.guard import Door, is_ours, make_door, own_names, refusal
from tests.rtsynth.page.served import Served, ask, get

PORT = 7440
OURS = ("127.0.0.1", "localhost", "LocalHost", "[::1]")
FOREIGN = (
    "evil.com",
    "127.0.0.1.evil.com",
    "0.0.0.0",
    "localhost.",
    "127.1",
    "127.0.0.1@evil.com",
    "[::]",
    "",
)


@pytest.fixture
def door() -> Door:
    return make_door(PORT)


def refused(door: Door, path: str = "/", method: str = "GET", query: str = "", **headers: str) -> int:
    """Status of the refusal, 0 for none; Host is ours unless given."""
    pairs = {"host": f"127.0.0.1:{PORT}"} | headers
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        "server": ("127.0.0.1", PORT),
    }
    return (refusal(door, scope) or (0, ""))[0]


@pytest.mark.parametrize("name", OURS)
def test_our_names_are_let_in_with_our_port(door: Door, name: str) -> None:
    assert is_ours(door, f"{name}:{PORT}", ("127.0.0.1", PORT))


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_names_are_not(door: Door, name: str) -> None:
    assert not is_ours(door, f"{name}:{PORT}", ("127.0.0.1", PORT))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "127.0.0.1:07440", "127.0.0.1:7440:7440", "[::1]"]
)
def test_another_port_is_not_ours(door: Door, host: str) -> None:
    assert not is_ours(door, host, ("127.0.0.1", PORT))


def test_a_name_without_a_port_is_ours_at_port_80() -> None:
    assert is_ours(make_door(80), "localhost", None)
    assert is_ours(make_door(80), "[::1]", None)


def test_this_machine_is_known_by_its_names_and_addresses_only_to_other_machines() -> None:
    hosts = [f"{name}:{PORT}" for name in (*own_names(), "192.168.1.5")]
    ends = ("192.168.1.5", PORT)
    assert all(is_ours(make_door(PORT, remote=True), host, ends) for host in hosts)
    assert not any(is_ours(make_door(PORT), host, ends) for host in hosts if "localhost" not in host)
    assert not is_ours(make_door(PORT, remote=True), f"192.168.1.6:{PORT}", ends)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.com", "null", "", f"https://127.0.0.1:{PORT}", "http://127.0.0.1", "http://127.0.0.1:1"],
)
def test_a_foreign_origin_is_refused_even_with_the_token(door: Door, origin: str) -> None:
    assert refused(door, query=f"token={door.token}", origin=origin) == 403


def test_our_origin_is_let_in_with_the_token(door: Door) -> None:
    assert refused(door, query=f"token={door.token}", origin=f"http://127.0.0.1:{PORT}") == 0


@pytest.mark.parametrize("path", ["/", "/api/state", "/ws", "/web", "//web/a.js", "/nothing"])
def test_without_origin_the_token_is_needed(door: Door, path: str) -> None:
    assert refused(door, path) == 403
    assert refused(door, path, query=f"token={door.token}") == 0
    assert refused(door, path, authorization=f"Bearer {door.token}") == 0


@pytest.mark.parametrize(
    "query", ["token=", "token=x", "token=%ff%00", "token", "token=\udcff", "&&=&token=é"]
)
def test_a_wrong_token_is_refused_whatever_it_is(door: Door, query: str) -> None:
    scope = {
        "type": "http",
        "path": "/",
        "query_string": query.encode(errors="surrogateescape"),
        "headers": [],
    }
    scope["headers"] = [(b"host", f"127.0.0.1:{PORT}".encode()), (b"authorization", b"Bearer \xff\xfe")]
    assert refusal(door, scope) is not None


def test_every_process_has_a_token_of_its_own() -> None:
    tokens = {make_door(PORT).token for _ in range(10)}
    assert len(tokens) == 10
    assert min(map(len, tokens)) >= 32


def test_the_code_of_the_page_needs_no_token(door: Door) -> None:
    assert refused(door, "/web/main.js") == 0
    assert refused(door, "/web/main.js", host=f"evil.com:{PORT}") == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent(served: Served, method: str) -> None:
    answer = ask(served, f"{method} /?token={served.door.token} HTTP/1.1", f"Host: {served.address}")
    assert answer[0] == 405
    assert served.shows()


@pytest.mark.parametrize("host", [*FOREIGN, "127.0.0.1.evil.com"])
def test_the_server_refuses_a_foreign_host_with_the_token(served: Served, host: str) -> None:
    line = f"GET /api/state?token={served.door.token} HTTP/1.1"
    assert ask(served, line, f"Host: {host}:{served.door.port}")[0] == 403
    assert served.shows()


def test_two_hosts_are_no_host(served: Served) -> None:
    assert get(served, f"/?token={served.door.token}", f"Host: {served.address}")[0] in (400, 403)


def test_the_page_without_its_token_says_where_it_stands(served: Served) -> None:
    status, headers, content = get(served, "/")
    assert status == 403
    assert headers["content-type"].startswith("text/plain")
    assert b"terminal" in content


@pytest.mark.parametrize(
    ("query", "headers"),
    [("", {}), ("?token=wrong", {}), (None, {"Origin": "http://evil.com"}), (None, {"Origin": "null"})],
)
def test_a_websocket_is_refused_before_it_is_accepted(
    served: Served, query: str | None, headers: dict[str, str]
) -> None:
    query = f"?token={served.door.token}" if query is None else query
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{served.address}/ws{query}", additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert served.shows()


def test_a_websocket_of_a_foreign_name_is_refused(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.door.port)) as client:
        address = f"ws://evil.com:{served.door.port}/ws?token={served.door.token}"
        with pytest.raises(InvalidStatus), connect(address, sock=client):
            pass
    assert served.shows()


def test_our_own_page_is_let_in(served: Served) -> None:
    with served.connect(origin=f"http://{served.address}") as page:
        assert page.recv()
