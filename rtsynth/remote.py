"""Asking a running session from outside: one line of JSON each way over a Unix socket of the person's own.

Every session listens in the runtime folder, on a socket named after its process. It looks when it has time,
serves few clients at once and none for long, so nothing that connects can hold it up.
"""

import json
import os
import socket
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError, parse_json

from .errors import EngineError, HostError

LONGEST = 8192  # bytes of a line
MOST_CLIENTS = 8  # that have not said their line yet; a newer one displaces the oldest
MOST_AT_ONCE = 64  # connections taken in one look
PATIENCE = 2.0  # seconds a client is given for its line
ANSWERED = 10.0  # seconds the session is given for its answer
RETRY = 0.02  # seconds

Answer = Callable[[dict[str, Any]], dict[str, Any]]


def runtime_folder() -> Path:
    """The folder of the sockets, nobody else's. Raises HostError where it cannot be so."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(given) / "rtsynth" if given else Path(tempfile.gettempdir()) / f"rtsynth-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise HostError(
            f"cannot make {folder}: {error.strerror}; XDG_RUNTIME_DIR names another place"
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise HostError(f"{folder} is open to others; remove it, or set XDG_RUNTIME_DIR")
    return folder


class Remote:
    """The session's end. Polled by one thread, never waits."""

    def __init__(self, answer: Answer) -> None:
        """`answer` gets each request; the EngineError it raises is told to the client. Raises HostError."""
        self.answer = answer
        self.path = runtime_folder() / f"{os.getpid()}.sock"
        self._clients: dict[socket.socket, tuple[float, bytearray]] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        try:
            self._bind()
        except OSError as error:
            self._socket.close()
            raise HostError(f"cannot listen on {self.path}: {error}; XDG_RUNTIME_DIR moves it") from error

    def _bind(self) -> None:
        """The socket takes its name only once it listens: a name that nobody answers counts as left over."""
        early = self.path.with_suffix(".new")
        early.unlink(missing_ok=True)
        self._socket.bind(str(early))
        early.chmod(0o600)
        self._socket.listen(MOST_CLIENTS)
        early.rename(self.path)

    def look(self) -> None:
        """Take new connections, answer whoever has said a line, drop whoever takes too long."""
        for _ in range(MOST_AT_ONCE):
            try:
                client, _ = self._socket.accept()
            except OSError:
                break
            client.setblocking(False)
            self._clients[client] = (time.monotonic() + PATIENCE, bytearray())
            self._serve(client)
            if len(self._clients) > MOST_CLIENTS:
                self._drop(next(iter(self._clients)))
        for client in list(self._clients):
            self._serve(client)

    def close(self) -> None:
        """Let go of the name and everybody."""
        self.path.unlink(missing_ok=True)
        for each in (self._socket, *self._clients):
            each.close()

    def _drop(self, client: socket.socket) -> None:
        del self._clients[client]
        client.close()

    def _serve(self, client: socket.socket) -> None:
        """Read what is there of a client's line; a whole one is answered."""
        until, said = self._clients[client]
        try:
            read = client.recv(LONGEST)
        except BlockingIOError:
            read = None
        except OSError:
            read = b""
        said += read or b""
        whole = b"\n" in said
        if whole:
            with suppress(OSError):
                client.send(json.dumps(self._reply(bytes(said).split(b"\n")[0])).encode() + b"\n")
        if whole or read == b"" or len(said) >= LONGEST or time.monotonic() > until:
            self._drop(client)

    def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = parse_json(line)
            return self.answer(request if isinstance(request, dict) else {})
        except (EngineError, RefusedError) as error:
            return {"error": str(error)}


def ask(request: dict[str, Any], session: int | None = None) -> dict[str, Any]:
    """The answer of the session of that process, or of the newest. Raises HostError where none answers."""
    for path in _sockets():
        if session in (None, int(path.stem)):
            answer = _exchange(path, json.dumps(request).encode() + b"\n")
            if answer is not None:
                return _good(answer)
    there = ", ".join(path.stem for path in _sockets())
    if session is None or not there:
        raise HostError("nothing is playing; start `rtsynth play` first")
    raise HostError(f"no session {session} is playing (there is {there})")


def _good(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        raise HostError(str(answer["error"]))
    return answer


def _sockets() -> list[Path]:
    """Sockets by age, the newest first."""
    found = [path for path in runtime_folder().glob("*.sock") if path.stem.isdigit()]
    return sorted(found, key=_age, reverse=True)


def _age(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0


def _exchange(path: Path, line: bytes) -> dict[str, Any] | None:
    """Say a line and hear one; None where nobody listens any more, whose name is removed."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(ANSWERED)
        try:
            _connect(client, path)
            client.sendall(line)
            said = b"".join(_heard(client))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return None
        except OSError as error:
            raise HostError(f"session {path.stem} does not answer ({error}); is it still playing?") from error
    try:
        answer: dict[str, Any] = parse_json(said)
    except RefusedError as error:
        raise HostError(f"session {path.stem} broke off; is it still playing?") from error
    return answer


def _connect(client: socket.socket, path: Path) -> None:
    """Connect; while others fill the session's queue, try again."""
    until = time.monotonic() + ANSWERED
    while True:
        try:
            return client.connect(str(path))
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(RETRY)


def _heard(client: socket.socket) -> Iterator[bytes]:
    while part := client.recv(LONGEST):
        yield part
