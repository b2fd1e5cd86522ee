"""The process of the page: its address, its end, its limits, as whoever started it sees them."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import connect

from rtsynth.page.link import pair, receive, send
from rtsynth.page.process import USUAL_PORT, open_listener, own_address
from rtsynth_engine.rings import SharedRing
from tests.rtsynth.page.served import hear, wait_for

PATIENCE = 60.0  # seconds; a first start compiles
CAPACITY = 64
LIMITED = "import resource as r, runpy; r.setrlimit(r.RLIMIT_NOFILE, (64, 64)); "
RUN = "import runpy; runpy.run_module('rtsynth.page.process', run_name='__main__')"


class Started:
    """The process, and our end of its socket."""

    def __init__(self, process: "subprocess.Popen[bytes]", end: socket.socket, shared: SharedRing) -> None:
        self.process, self.end, self.shared = process, end, shared

    def hear(self) -> dict[str, object]:
        self.end.settimeout(PATIENCE)
        told = receive(self.end)
        self.end.setblocking(False)
        assert told is not None
        return told[0]


@contextlib.contextmanager
def started(*arguments: str, code: str = RUN) -> Iterator[Started]:
    shared = SharedRing(CAPACITY)
    ours, theirs = pair()
    given = [f"--socket={theirs.fileno()}", f"--ring={shared.name}", f"--capacity={CAPACITY}", *arguments]
    command = [sys.executable, "-c", code, *given]
    pipe = subprocess.PIPE
    with (
        contextlib.closing(shared),
        ours,
        subprocess.Popen(
            command, stdout=pipe, stderr=subprocess.STDOUT, pass_fds=[theirs.fileno()]
        ) as process,
    ):
        theirs.close()
        try:
            yield Started(process, ours, shared)
        finally:
            ours.close()
            process.wait(PATIENCE)


def said(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    return process.stdout.read().decode()


def test_it_tells_its_address_and_ends_in_silence_with_its_socket() -> None:
    with started() as page:
        address = str(page.hear()["address"])
        parts = urlsplit(address)
        assert (parts.scheme, parts.hostname) == ("http", "127.0.0.1")
        assert httpx.get(address).status_code == 200
        assert httpx.get(address.split("?")[0]).status_code == 403
        page.end.close()
        assert page.process.wait(PATIENCE) == 0
        assert said(page.process) == ""


def test_sigterm_ends_it_and_ctrl_c_does_not() -> None:
    with started() as page:
        address = str(page.hear()["address"])
        page.process.send_signal(signal.SIGINT)
        assert httpx.get(address).status_code == 200
        page.process.terminate()
        assert page.process.wait(PATIENCE) == 0


def test_keys_that_a_page_holds_go_up_when_it_ends() -> None:
    with started() as page:
        parts = urlsplit(str(page.hear()["address"]))
        with connect(f"ws://{parts.netloc}/ws?{parts.query}") as client:
            client.send('{"do":"on","key":60}')
            wait_for(lambda: page.shared.ring.indices[8] == 1)
            page.process.terminate()
            assert page.process.wait(PATIENCE) == 0
        assert page.shared.ring.items["status"][:2].tolist() == [0x90, 0x80]


def test_what_the_host_says_is_shown_on_every_page() -> None:
    with started() as page:
        parts = urlsplit(str(page.hear()["address"]))
        with connect(f"ws://{parts.netloc}/ws?{parts.query}") as client:
            client.send('{"do":"ping","t":1}')
            hear(client)
            send(page.end, {"said": "a remark"})
            assert hear(client) == {"said": "a remark"}


def test_a_port_in_use_is_told_with_a_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with started(f"--port={port}") as page:
            error = str(page.hear()["error"])
            assert error == f"cannot serve at port {port}: Address already in use; --page-port takes another"
            assert page.process.wait(PATIENCE) == 2


def test_where_the_usual_port_is_in_use_any_other_does() -> None:
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            held.enter_context(socket.create_server(("127.0.0.1", USUAL_PORT)))
        listener = held.enter_context(open_listener(0, remote=False))
        assert listener.getsockname()[1] not in (0, USUAL_PORT)


def test_other_machines_are_let_in_only_when_asked_for() -> None:
    """An address of this machine outside of 127.0.0.1 stands in for another machine."""
    outside = own_address()
    for arguments, reached in (((), False), (("--allow-remote",), True)):
        with started(*arguments) as page:
            told = page.hear()
            port = urlsplit(str(told["address"])).port
            assert (told["elsewhere"] is not None) == reached
            with socket.socket() as client:
                client.settimeout(PATIENCE)
                assert (client.connect_ex((outside, port)) == 0) == reached
            if reached:
                assert httpx.get(str(told["elsewhere"])).status_code == 200


def test_with_few_files_it_neither_ends_nor_complains() -> None:
    with started(code=LIMITED + RUN) as page:
        address = str(page.hear()["address"])
        port = urlsplit(address).port
        with contextlib.ExitStack() as held:
            for _ in range(300):
                held.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
        assert httpx.get(address, timeout=PATIENCE).status_code == 200
        page.process.terminate()
        assert said(page.process) == ""
