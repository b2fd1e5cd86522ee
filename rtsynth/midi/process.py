"""The process that MIDI ports live in: nothing the playing process does can delay a message.

    python -m rtsynth.midi.process --ring NAME --capacity N [--port WORDS … | --every] [--virtual NAME]

opens the ports, says so in one line of JSON and writes what they send into the ring until its standard input
closes or a signal ends it. Inputs that come and go are followed by their names, and told in a line each. With
`--list` it only says which inputs there are. What goes wrong is a line of JSON too, and exit code 2.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from itertools import count
from time import monotonic_ns as now
from typing import TYPE_CHECKING

from .backends import Backend, RtMidi, Send
from .following import Follower, News, Slot, typed_slots
from .names import MidiPortError

if TYPE_CHECKING:
    from .inlet import Inlet

MOST_PORTS = 8
RETRY = 0.02  # seconds between looks at the backlog
SOON = 0.002  # the same in a flood
LOOK = 5  # of them between two looks at which inputs there are
LONGEST = 400  # characters of a name told, so that a line goes through a pipe whole


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rtsynth.midi.process")
    parser.add_argument("--list", action="store_true", help="say which inputs there are, and end")
    parser.add_argument("--ring", default="", help="name of the event ring in shared memory")
    parser.add_argument("--capacity", type=int, default=4096, help="events in the ring")
    parser.add_argument("--port", action="append", default=[], help="index or words of an input's name")
    parser.add_argument("--first", type=int, default=0, help="number of the first port")
    parser.add_argument("--device", type=int, default=16, help="our number among exclusives' devices")
    parser.add_argument("--every", action="store_true", help="every input there is or will be")
    parser.add_argument("--virtual", help="name of a port that other programs connect to")
    return parser


def _list(backend: Backend) -> None:
    with closing(backend):
        names = enumerate(backend.inputs())
        _say({"inputs": [{"api": backend.api, "index": index, "name": name} for index, name in names]})


def _serve(options: argparse.Namespace, backend: Backend) -> None:
    """Open the ports and write what they send until the end."""
    slots = make_slots(options, backend)
    virtual = options.first + len(slots)
    answers: list[Send] = []
    asked = partial(_answer, answers, virtual, options.device)
    with _attached(options, asked) as inlet, closing(backend), _ending() as ended:
        # the virtual port comes first: only the first client of a JACK server gets its name unchanged
        if options.virtual is not None:
            answers.append(backend.open_virtual(options.virtual, partial(inlet.receive, virtual)))
        follower = Follower(
            backend,
            slots,
            lambda port: partial(inlet.receive, port),
            lambda port: inlet.gone(port, now()),
            options.first,
        )
        _say_opened(follower, {} if options.virtual is None else {virtual: options.virtual})
        wait = RETRY
        for turn in count(1):
            if ended.wait(wait):
                break
            wait = SOON if backend.poll() else RETRY
            if backend.lost:
                os._exit(1)  # closing its ports would wait for ever; the parent lets their notes go
            inlet.retry()
            if turn % LOOK == 0:
                _tell(follower.look())


def make_slots(options: argparse.Namespace, backend: Backend) -> list[Slot]:
    """A slot for each input that was typed, or all for any. Raises MidiPortError."""
    room = MOST_PORTS - options.first - (options.virtual is not None)
    if len(options.port) > room:
        raise MidiPortError(f"{room} MIDI inputs at most; name fewer")
    return [Slot() for _ in range(room)] if options.every else typed_slots(backend.inputs(), options.port)


def _answer(answers: Sequence[Send], virtual: int, device: int, port: int) -> None:
    """Say who we are, where the question came from a port that has a way back."""
    from rtsynth_engine.midi.exclusive import identity_reply

    for send in answers if port == virtual else ():
        send(identity_reply(device))


def _say_opened(follower: Follower, ports: dict[int, str]) -> None:
    news = list(follower.look())
    _tell(each for each in news if each.what == "waiting")
    ports |= {each.port: each.name for each in news if each.what == "arrived"}
    _say({"opened": ports})
    os.set_blocking(1, False)  # whoever does not read is not told, and holds up nothing


def _tell(news: Iterable[News]) -> None:
    for each in news:
        with suppress(OSError):
            _say(asdict(replace(each, name=each.name[:LONGEST])))


@contextmanager
def _attached(options: argparse.Namespace, asked: Callable[[int], None]) -> Iterator["Inlet"]:
    """Inlet of the parent's ring."""
    from ..sharing import attached
    from .inlet import Inlet

    with (
        attached(options.ring, options.capacity) as ring,
        closing(Inlet(ring, asked, options.device)) as inlet,
    ):
        yield inlet


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
    os.write(1, json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
