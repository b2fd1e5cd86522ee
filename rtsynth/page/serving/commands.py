"""Who does what a page says. asyncio's thread."""

import time
from collections.abc import Callable
from typing import Any

from rtsynth_engine.checking import RefusedError, parse_json

from ...errors import EngineError, HostError
from .clients import Page
from .hands import CENTRE, Fingers, Hands
from .sayings import SAYINGS, check

MOST_BAD = 20  # messages, after which a page is no page of ours
LOUD = 96  # velocity of a key that says none

Message = dict[str, Any]
Handler = Callable[[Message], object]
Playing = Callable[[Fingers, Message], object]


class TooManyBadError(Exception):
    """A client says one thing after another that makes no sense."""


class Commands:
    """What can be done, by name. What the server does itself is there from the start."""

    def __init__(self, hands: Hands) -> None:
        self.done = 0  # by handlers
        self._handlers: dict[str, Handler] = {}
        self._playing = PLAYING | {"panic": lambda fingers, message: hands.panic()}

    def register(self, name: str, handler: Handler) -> None:
        """Let `handler` do what is said by that name of `SAYINGS`: it gets the message, whose arguments are
        checked one by one. It may raise EngineError, which is told to who asked.
        """
        if name not in SAYINGS or name in self._playing:
            raise KeyError(name)
        self._handlers[name] = handler

    def forget(self) -> None:
        """Nothing that was registered can be done any more."""
        self._handlers.clear()

    def hear(self, page: Page, said: bytes) -> None:
        """Do what a page says; what is wrong is told to it alone. Raises TooManyBadError."""
        name = ""
        page.bad += 1
        try:
            message = _read(said)
            name = str(message.get("do"))[:32]
            check(message)
            page.bad -= 1
            self._do(page, name, message)
        except EngineError as error:
            page.tell({"error": str(error), "of": name})
        if page.bad >= MOST_BAD:
            raise TooManyBadError

    def act(self, fingers: Fingers, message: Message) -> None:
        """Do what somebody says who is no page. Raises EngineError."""
        name = check(message)
        if name in self._playing:
            self._playing[name](fingers, message)
        elif name in self._handlers:
            self.done += 1
            self._handlers[name](message)
        else:
            raise HostError("this cannot be done now; try again in a moment")

    def _do(self, page: Page, name: str, message: Message) -> None:
        if name == "ping":
            page.tell({"pong": message["t"], "now": time.monotonic_ns() / 1e6})
        elif name == "watch":
            page.watch(set(message["topics"]))
        elif page.fingers is not None:
            self.act(page.fingers, message)


def _read(said: bytes) -> Message:
    """Raises HostError."""
    try:
        message = parse_json(said)
    except RefusedError as error:
        raise HostError(f"this is no message: it {error}; reload the page") from error
    if not isinstance(message, dict):
        raise HostError("this is no message; reload the page")
    return message


def _steps(value: float) -> int:
    """A bend of -1 … 1 as MIDI has it."""
    return min(round(CENTRE + value * CENTRE), 2 * CENTRE - 1)


def _tell_clock(fingers: Fingers, message: Message) -> None:
    fingers.offset = float(message["offset"])


PLAYING: dict[str, Playing] = {
    "on": lambda fingers, m: fingers.on(m["key"], m.get("velocity", LOUD), m.get("channel", 0), m.get("at")),
    "off": lambda fingers, m: fingers.off(m["key"], m.get("channel", 0), m.get("velocity", 64)),
    "pressure": lambda fingers, m: fingers.pressure(m["value"], m.get("key"), m.get("channel", 0)),
    "bend": lambda fingers, m: fingers.bend(_steps(m["value"]), m.get("channel", 0)),
    "control": lambda fingers, m: fingers.control(m["number"], m["value"], m.get("channel", 0)),
    "midi": lambda fingers, m: fingers.midi(m["bytes"], m.get("at")),
    "release": lambda fingers, m: fingers.release(),
    "clock": _tell_clock,
}
