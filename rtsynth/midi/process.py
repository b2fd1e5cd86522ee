"""The process that MIDI ports live in: nothing the playing process does can delay a message.

    python -m rtsynth.midi.process --ring NAME --capacity N --port NAME … [--virtual NAME]

opens the ports, says so in one line of JSON and writes every short message into the ring until its standard
input closes or a signal ends it. With `--list` it only says which inputs there are. What goes wrong is a line
of JSON too, and exit code 2.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from .backends import Backend, Receive, RtMidi
from .names import MidiPortError, choose

if TYPE_CHECKING:
    from .inlet import Inlet

MOST_PORTS = 8
RETRY = 0.02  # seconds between looks at the backlog


def main(arguments: Sequence[str] | None = None, make_backend: Callable[[], Backend] = RtMidi) -> int:
    """Run the process; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        backend = make_backend()
        if options.list:
            _list(backend)
        else:
            _serve(options, backend)
    except (MidiPortError, OSError) as error:
        _say({"error": str(error)})
        return 2
    return 0


def open_ports(
    backend: Backend, wanted: Sequence[str], virtual: str | None, receive: Callable[[int], Receive]
) -> list[str]:
    """Open the wanted inputs as ports 0, 1, … and the virtual one after them; returns their names.

    The virtual port is made first, for only the first client of a JACK server gets its name unchanged.
    """
    names = backend.inputs()
    indices = [choose(names, name) for name in wanted]
    if len(set(indices)) < len(indices):
        raise MidiPortError("a MIDI input is named twice; name each one once")
    if len(indices) + (virtual is not None) > MOST_PORTS:
        raise MidiPortError(f"{MOST_PORTS} MIDI ports at most; name fewer")
    if virtual is not None:
        backend.open_virtual(virtual, receive(len(indices)))
    for port, index in enumerate(indices):
        backend.open(index, receive(port))
    return [names[index] for index in indices] + ([] if virtual is None else [virtual])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rtsynth.midi.process")
    parser.add_argument("--list", action="store_true", help="say which inputs there are, and end")
    parser.add_argument("--ring", default="", help="name of the event ring in shared memory")
    parser.add_argument("--capacity", type=int, default=4096, help="events in the ring")
    parser.add_argument("--port", action="append", default=[], help="index or words of an input's name")
    parser.add_argument("--virtual", help="name of a port that other programs connect to")
    return parser


def _list(backend: Backend) -> None:
    with closing(backend):
        names = enumerate(backend.inputs())
        _say({"inputs": [{"api": backend.api, "index": index, "name": name} for index, name in names]})


def _serve(options: argparse.Namespace, backend: Backend) -> None:
    """Open the ports and write what they send until the end."""
    with _attached(options.ring, options.capacity) as inlet, closing(backend), _ending() as ended:
        opened = open_ports(backend, options.port, options.virtual, lambda port: partial(inlet.receive, port))
        _say({"opened": opened})
        while not ended.wait(RETRY):
            inlet.retry()


@contextmanager
def _attached(name: str, capacity: int) -> Iterator["Inlet"]:
    """Inlet of the parent's ring."""
    from rtsynth_engine.rings import SharedRing

    from .inlet import Inlet

    shared = SharedRing(capacity, name)
    _leave_to_the_owner(name)
    inlet = Inlet(shared.ring)
    try:
        yield inlet
    finally:
        inlet.close()
        shared.close()


def _leave_to_the_owner(name: str) -> None:
    """Python before 3.13 removes shared memory when any process that attached it ends; take our name off."""
    if os.name == "posix":
        resource_tracker.unregister(f"/{name}", "shared_memory")


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """Event set by SIGTERM, SIGINT or the end of standard input, which comes when the parent dies."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=_read_to_the_end, args=(ended,), daemon=True).start()
    yield ended


def _read_to_the_end(ended: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    ended.set()


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.exit(main())
