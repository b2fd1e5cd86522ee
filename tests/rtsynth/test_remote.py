"""The socket of a session: one line each way, and nothing that connects holds the session up."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from rtsynth.errors import HostError
from rtsynth.remote import LONGEST, MOST_CLIENTS, Remote, _connect, ask, runtime_folder

Listen = Callable[..., Remote]


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path_factory.mktemp("r")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
    return path / "rtsynth"


def echo(request: dict[str, Any]) -> dict[str, Any]:
    if "refuse" in request:
        raise HostError("it is refused")
    return {"said": request}


@pytest.fixture
def session() -> Iterator[Remote]:
    """A session that looks a thousand times a second on a thread of its own."""
    ended, remote = threading.Event(), Remote(echo)

    def run() -> None:
        while not ended.wait(0.001):
            remote.look()

    thread = threading.Thread(target=run)
    thread.start()
    yield remote
    ended.set()
    thread.join()
    remote.close()


def connect(remote: Remote) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(5.0)
    _connect(client, remote.path)
    return client


def test_a_request_is_answered(session: Remote) -> None:
    assert ask({"command": "keep", "folder": "/ö"}) == {"said": {"command": "keep", "folder": "/ö"}}
    assert ask({}, session=os.getpid()) == {"said": {}}


def test_a_refusal_is_an_error_for_the_one_who_asked(session: Remote) -> None:
    with pytest.raises(HostError, match=r"^it is refused$"):
        ask({"refuse": 1})


def test_nobody_else_can_reach_the_socket(session: Remote) -> None:
    assert session.path.stat().st_mode & 0o777 == 0o600
    assert session.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_write_is_refused(runtime: Path) -> None:
    runtime.mkdir(mode=0o700)
    runtime.chmod(0o770)
    with pytest.raises(HostError, match="is open to others; remove it"):
        runtime_folder()


def test_without_a_session_the_remedy_is_told() -> None:
    with pytest.raises(HostError, match="nothing is playing; start `rtsynth play` first"):
        ask({})


def test_another_session_is_named(session: Remote) -> None:
    with pytest.raises(HostError, match=rf"no session 1 is playing \(there is {os.getpid()}\)"):
        ask({}, session=1)


def test_the_socket_of_a_session_that_crashed_is_passed_over_and_removed(session: Remote) -> None:
    code = "import os; from rtsynth.remote import Remote; Remote(dict); os._exit(1)"
    subprocess.run([sys.executable, "-c", code], check=False)
    (left,) = set(session.path.parent.glob("*.sock")) - {session.path}
    assert ask({}) == {"said": {}}
    assert not left.exists()


def test_the_newest_session_answers(session: Remote) -> None:
    code = (
        "import time; from rtsynth.remote import Remote\n"
        "remote = Remote(lambda request: {'said': 'newest'}); print(flush=True)\n"
        "while True: remote.look(); time.sleep(0.01)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as newer:
        assert newer.stdout is not None
        newer.stdout.readline()
        assert ask({}) == {"said": "newest"}
        assert ask({}, session=os.getpid()) == {"said": {}}
        newer.terminate()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\n",
        b"\xff\xfe\n",
        b"[" * 5000 + b"\n",
        b'{"a": 1, "a": 2}\n',
        b'{"a": NaN}\n',
        b"7\n",
        bytes(range(1, 255)) + b"\n",
    ],
)
def test_rubbish_gets_an_answer_and_costs_nothing(session: Remote, rubbish: bytes) -> None:
    with connect(session) as client:
        client.sendall(rubbish)
        assert client.recv(1000).startswith(b"{")
    assert ask({}) == {"said": {}}


def test_a_line_without_end_is_cut_off(session: Remote) -> None:
    with connect(session) as client, pytest.raises(OSError, match=r"Broken pipe|reset"):  # noqa: PT012
        for _ in range(1000):
            client.sendall(b"x" * LONGEST)
            time.sleep(0.002)


def test_clients_that_hang_are_displaced(session: Remote) -> None:
    with ExitStack() as hanging:
        for _ in range(5 * MOST_CLIENTS):
            hanging.enter_context(connect(session))
            assert ask({}) == {"said": {}}
        assert len(session._clients) <= MOST_CLIENTS


def test_a_client_that_hangs_is_dropped_in_time(session: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtsynth.remote.PATIENCE", 0.1)
    with connect(session) as client:
        assert client.recv(1) == b""


def test_ten_thousand_connections_leave_the_session_answering(session: Remote) -> None:
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(10_000):
        with closing(socket.socket(socket.AF_UNIX)) as client:
            client.settimeout(5.0)
            try:
                client.connect(str(session.path))
            except BlockingIOError:
                time.sleep(0.002)
    assert ask({}) == {"said": {}}
    assert len(os.listdir("/proc/self/fd")) <= files + MOST_CLIENTS


def test_a_client_that_leaves_before_its_answer_is_no_trouble(session: Remote) -> None:
    for _ in range(100):
        with connect(session) as client:
            client.sendall(b"{}\n")
    assert ask({}) == {"said": {}}


def test_a_closed_session_leaves_nothing() -> None:
    remote = Remote(echo)
    remote.close()
    assert list(remote.path.parent.iterdir()) == []


def test_a_folder_whose_name_is_too_long_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 120)))
    with pytest.raises(HostError, match=r"cannot listen on .*; XDG_RUNTIME_DIR moves it"):
        Remote(echo)
