"""What the page's model acts through."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from rtsynth_engine.layout import PAGE_PORT, Memory
from rtsynth_engine.midi.commands import COMMAND

CONTROL, PROGRAM = 0xB0, 0xC0
BANK = 0  # controller that a program change looks at
Message = dict[str, Any]
Value = TypeVar("Value")


class Push(Protocol):
    """Puts an event into the ring that the audio callback reads; it acts within a period."""

    def __call__(
        self, status: int, data1: int, data2: int, value: float = 0.0, port: int = PAGE_PORT
    ) -> object: ...


@dataclass(frozen=True)
class Wires:
    """`memory` is the engine's, read only; `tell` asks the playing process; `say` shows a remark on pages.
    `clock` in seconds.
    """

    memory: Memory
    push: Push
    tell: Callable[[Message], object]
    say: Callable[[str], object] = lambda remark: None
    clock: Callable[[], float] = time.monotonic

    def command(self, what: int, index: int = 0, value: float = 0.0) -> None:
        """Push a command of `midi.commands`."""
        self.push(COMMAND, what, index, value)

    def control(self, port: int, channel: int, *changes: tuple[int, int]) -> None:
        """Push control changes, numbers and values, on a channel (0 … 15) of a port."""
        for number, value in changes:
            self.push(CONTROL | channel, number, value, port=port)

    def select(self, port: int, channel: int, program: int) -> None:
        """Put a channel (0 … 15) of a port on a program of any bank."""
        self.control(port, channel, (BANK, program >> 7))
        self.push(PROGRAM | channel, program & 127, 0, port=port)
        self.control(port, channel, (BANK, 0))


class Paced(Generic[Value]):
    """Sends the latest of what is offered, `pause` seconds apart at least, and always the last one."""

    def __init__(self, send: Callable[[Value], object], pause: float) -> None:
        self._send, self._pause = send, pause
        self._waiting: list[Value] = []
        self._last = -pause

    def offer(self, value: Value, now: float) -> None:
        """Have a value sent, in place of one that waits."""
        self._waiting = [value]
        self.look(now)

    def look(self, now: float) -> None:
        """Send what waits, once it is time."""
        if self._waiting and now - self._last >= self._pause:
            self._last = now
            self._send(self._waiting.pop())
