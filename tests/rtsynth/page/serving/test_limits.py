"""No client can fill the server up, wait it out or drown it; after each try another page gets its state."""

import contextlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rtsynth.page.serving import clients, limits
from rtsynth.page.serving.clients import MOST_PAGES
from rtsynth.page.serving.commands import MOST_BAD
from rtsynth.page.serving.limits import BURST, MOST_CONNECTIONS, Allowance, listen
from rtsynth_engine.rings import Ring
from tests.rtsynth.page.served import Served, frame, get, hear, is_ended, raw_page, say, sync, wait_for

TEXT, BINARY, CLOSE, PING, CONTINUATION = 1, 2, 8, 9, 0
MANY = 10_000
SOON = 0.3  # seconds


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch, ring: Ring) -> Iterator[Served]:
    """A server with little patience."""
    for name in ("HEADER_TIME", "PARTING", "PING"):
        monkeypatch.setattr(limits, name, SOON)
    monkeypatch.setattr(limits, "REQUEST_TIME", 3 * SOON)
    monkeypatch.setattr(clients, "PATIENCE", SOON)
    server = Served(ring)
    server.start()
    yield server
    server.close()


CROWD = """
import resource, socket, sys
room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 16
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(min(int(sys.argv[2]), room))]
print(len(held), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def crowd(served: Served, most: int) -> Iterator[int]:
    """A process with as many connections as may be open at once, which say nothing; how many."""
    command = [sys.executable, "-c", CROWD, str(served.door.port), str(most)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def closed_with(served: Served, payload: bytes, opcode: int = TEXT, length: int | None = None) -> int:
    """The code with which a page is sent away that says this."""
    with raw_page(served) as client, contextlib.suppress(ConnectionError):
        client.sendall(frame(opcode, payload, length))
        return close_code(client)
    return 0


def close_code(client: socket.socket) -> int:
    """The code that a connection ends with; 0 where it was cut before one came."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65_536):
            said += part
    while len(said) > 1 and said[0] != 0x80 | CLOSE:
        more = {126: 2, 127: 8}.get(said[1], 0)
        length = int.from_bytes(said[2 : 2 + more], "big") if more else said[1]
        said = said[2 + more + length :]
    return int.from_bytes(said[2:4], "big")


def test_ten_thousand_connections_displace_each_other(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    made = 0
    with caplog.at_level(logging.WARNING), served.connect() as page:
        hear(page)
        while made < MANY:
            with crowd(served, MANY - made) as count:
                assert served.shows()
                sync(page)
            made += count
        assert len(served.service.pages.there) == 1
    assert not caplog.records


def test_a_newcomer_displaces_the_oldest(served: Served) -> None:
    with ExitStack() as held, served.connect() as page:
        oldest, *_ = [
            held.enter_context(socket.create_connection(("127.0.0.1", served.door.port), 20.0))
            for _ in range(MOST_CONNECTIONS + 1)
        ]
        assert is_ended(oldest)
        sync(page)


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_whoever_is_slow_to_ask_is_cut_off(hasty: Served, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty.door.port), 20.0) as client:
        client.sendall(said)
        assert is_ended(client)
    assert hasty.shows()


def test_a_header_that_trickles_is_cut_off(hasty: Served) -> None:
    with socket.create_connection(("127.0.0.1", hasty.door.port), 20.0) as client:
        with contextlib.suppress(ConnectionError):
            while True:
                client.sendall(b"x")
                time.sleep(SOON / 20)
        assert is_ended(client)
    assert hasty.shows()


def test_a_header_without_an_end_is_refused(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.door.port), 20.0) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 10_000_000)
        assert is_ended(client)
    assert served.shows()


def test_a_request_without_an_end_is_cut_off(hasty: Served) -> None:
    with socket.create_connection(("127.0.0.1", hasty.door.port), 20.0) as client:
        head = f"GET /nothing HTTP/1.1\r\nHost: {hasty.address}\r\nContent-Length: 100000000\r\n\r\n"
        client.sendall(head.encode())
        assert is_ended(client)
    assert hasty.shows()


@pytest.mark.parametrize("lines", [("POST /ws HTTP/1.1",), ("GET /ws HTTP/1.1", "Sec-WebSocket-Version: 1")])
def test_a_broken_upgrade_is_cut_off(hasty: Served, lines: tuple[str, ...]) -> None:
    with socket.create_connection(("127.0.0.1", hasty.door.port), 20.0) as client:
        more = (f"Host: {hasty.address}", "Connection: Upgrade", "Upgrade: websocket", "", "")
        client.sendall("\r\n".join((*lines, *more)).encode() + bytes(1000))
        assert is_ended(client)
    assert hasty.shows()


def test_a_request_has_one_connection(served: Served) -> None:
    assert get(served, "/web/main.js", "Connection: keep-alive")[1]["connection"] == "close"


@pytest.mark.parametrize("length", [65_537, 100_000_000, (1 << 63) - 1])
def test_a_frame_that_is_too_long_ends_the_connection(served: Served, length: int) -> None:
    assert closed_with(served, b"[" * 1000, length=length) == 1009
    assert served.shows()


def test_a_hundred_megabytes_are_not_read(served: Served) -> None:
    with raw_page(served) as client, contextlib.suppress(ConnectionError):
        client.sendall(frame(TEXT, bytes(100_000_000)))
        assert is_ended(client)
    assert served.shows()


def test_parts_of_a_message_are_counted_together(served: Served) -> None:
    with raw_page(served) as client:
        part = frame(CONTINUATION, bytes(60_000))
        with contextlib.suppress(ConnectionError):
            client.sendall(bytes([TEXT]) + part[1:])
            client.sendall(part)
        assert close_code(client) in (1009, 0)  # what is still being sent may cut it off
    assert served.shows()


def test_what_is_no_utf8_ends_the_connection(served: Served) -> None:
    assert closed_with(served, b'{"do": "\xff\xfe"}') == 1007
    assert served.shows()


@pytest.mark.parametrize(
    "said",
    [
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000,
        "",
        "null",
        "[]",
        "{",
        '{"do":"ping"}',
        '{"t":NaN}',
        "9" * 5_000,
    ],
)
def test_what_makes_no_sense_is_told_and_at_last_ends_the_connection(served: Served, said: str) -> None:
    with served.connect() as page:
        hear(page)
        for _ in range(MOST_BAD):
            page.send(said)
        for _ in range(MOST_BAD - 1):
            assert "; " in hear(page)["error"]
        assert "; " in hear(page)["error"]
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(20.0)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    assert served.shows()


def test_bytes_are_no_message(served: Served) -> None:
    with served.connect() as page:
        hear(page)
        page.send(b'{"do":"panic"}')
        assert "error" in hear(page)


@pytest.mark.parametrize(
    ("opcode", "payload"), [(TEXT, b"{}"), (PING, b"x" * 125), (CONTINUATION, b""), (10, b""), (BINARY, b"")]
)
def test_a_flood_ends_the_connection_and_delays_nobody(served: Served, opcode: int, payload: bytes) -> None:
    with served.connect() as page, raw_page(served) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(bytes([TEXT, 0x80]) + bytes(4))  # a message that the parts go on with
            client.sendall(frame(opcode, payload) * 100_000)
        sync(page)
        assert is_ended(client)
    assert served.shows()


def test_a_burst_of_playing_is_no_flood(served: Served) -> None:
    with served.connect() as page:
        for value in range(300):
            say(page, do="control", number=1, value=value % 128)
        sync(page)
    assert [event[3] for event in served.played()[:300]] == [value % 128 for value in range(300)]


def test_an_allowance_is_used_up_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    allowance = Allowance()
    assert allowance.take(int(BURST))
    assert not allowance.take(1)
    now += 1.0
    assert allowance.take(300)
    now += 1000.0
    assert allowance.take(int(BURST))
    assert not allowance.take(1)


def test_too_many_pages_are_refused(served: Served) -> None:
    with ExitStack() as held:
        pages = [held.enter_context(served.connect()) for _ in range(MOST_PAGES)]
        with pytest.raises(InvalidStatus) as refused:
            served.connect()
        assert refused.value.response.status_code == 503
        pages[0].close()
        wait_for(lambda: len(served.service.pages.there) < MOST_PAGES)
        assert served.shows()


def test_a_page_that_answers_no_ping_is_cut_off(hasty: Served) -> None:
    with raw_page(hasty) as client:
        client.sendall(frame(TEXT, b'{"do":"on","key":60}'))
        wait_for(lambda: (8, 0x80, 60, 64) in hasty.played())
        assert is_ended(client)
    assert hasty.shows()


def test_a_page_that_takes_nothing_is_cut_off(hasty: Served) -> None:
    with raw_page(hasty) as client, hasty.connect() as other:
        client.sendall(frame(TEXT, b'{"do":"on","key":60}'))
        wait_for(lambda: len(hasty.played()) == 1)
        for turn in range(100_000):
            if len(hasty.played()) == 2:
                break
            hasty.topics["favourites"] = [str(turn)] * 50_000
            hear(other)
        assert hasty.played()[-1] == (8, 0x80, 60, 64)
        wait_for(lambda: len(hasty.service.pages.there) == 1)


def test_loopback_alone_is_bound_unless_others_are_let_in() -> None:
    for remote, host in ((False, "127.0.0.1"), (True, "0.0.0.0")):
        with closing(listen(0, remote)) as listener:
            assert listener.getsockname()[0] == host
