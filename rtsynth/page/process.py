"""The process that the control page lives in: whoever opens the page cannot hold up the sound.

    python -m rtsynth.page.process --socket FD --ring NAME --capacity N [--port N] [--allow-remote]

serves pages until its socket closes or SIGTERM comes. It tells its address over the socket, or why there is
none.
"""

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import closing, suppress

from rtsynth_engine.rings import Ring

from ..errors import HostError
from ..sharing import attached
from .front import Front
from .link import Link
from .osc.server import Osc
from .osc.server import listen as osc_listen
from .serving.guard import Door, make_door
from .serving.limits import listen, raise_file_limit
from .serving.service import Service, serve

USUAL_PORT = 7440
NICENESS = 5
ELSEWHERE = ("192.0.2.1", 9)  # no machine's address: nothing is sent, but the system says how it would be


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the process; returns its exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # what a client did wrong is nobody's news
    with suppress(OSError):
        os.nice(NICENESS)
    raise_file_limit()
    with attached(options.ring, options.capacity) as ring:
        return asyncio.run(run(options, ring))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rtsynth.page.process")
    parser.add_argument("--socket", type=int, required=True, help="descriptor of the socket to the host")
    parser.add_argument("--ring", required=True, help="name of the event ring in shared memory")
    parser.add_argument("--capacity", type=int, required=True, help="events in the ring")
    parser.add_argument("--port", type=int, default=0, help="0: the usual one, or any free one")
    parser.add_argument("--allow-remote", action="store_true", help="listen for other machines too")
    parser.add_argument("--osc", type=int, help="UDP port for OSC")
    return parser


async def run(options: argparse.Namespace, ring: Ring) -> int:
    """Serve until the end; returns the exit code."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    service = Service(ring)
    front = Front(service)
    with closing(Link(socket.socket(fileno=options.socket), front.hear, ended.set)) as link:
        front.link = link
        try:
            listener = open_listener(options.port, options.allow_remote)
            osc = await open_osc(options, service, front)
        except HostError as error:
            link.send({"error": str(error)})
            return 2
        door = make_door(listener.getsockname()[1], options.allow_remote)
        link.send(
            {"address": address(door), "elsewhere": address(door, own_address()) if door.remote else None}
        )
        await serve(service, door, listener, ended)
        front.close()
        if osc is not None:
            osc.close()
    return 0


async def open_osc(options: argparse.Namespace, service: Service, front: Front) -> Osc | None:
    """OSC, where it is wanted. Raises HostError."""
    if options.osc is None:
        return None
    fingers = service.hands.enter()
    return await osc_listen(
        options.osc, lambda said: service.commands.act(fingers, said), front.state, options.allow_remote
    )


def open_listener(port: int, remote: bool) -> socket.socket:
    """A socket at that port; with 0, at the usual one or, where that is taken, at any. Raises HostError."""
    try:
        return listen(port or USUAL_PORT, remote)
    except OSError as error:
        if port == 0 and error.errno == errno.EADDRINUSE:
            return listen(0, remote)
        cause = os.strerror(error.errno or 0)
        raise HostError(f"cannot serve at port {port}: {cause}; --page-port takes another") from error


def address(door: Door, host: str = "127.0.0.1") -> str:
    """What a browser opens."""
    return f"http://{host}:{door.port}/?token={door.token}"


def own_address() -> str:
    """The address by which other machines reach this one, as far as it is known."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(ELSEWHERE)
        return str(probe.getsockname()[0])
    return socket.gethostname()


if __name__ == "__main__":
    sys.exit(main())
