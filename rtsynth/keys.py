"""Single keys of the terminal, without Enter, while something runs in it."""

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Self


class Keys:
    """While entered, keys are read as they are pressed; where standard input is no terminal there are none.

    The terminal gets its modes back however the block is left.
    """

    def __init__(self) -> None:
        self._terminal = -1  # file descriptor; -1: none
        self._modes: list[object] = []

    def __enter__(self) -> Self:
        if sys.stdin is not None and sys.stdin.isatty() and _in_front(sys.stdin.fileno()):
            self._terminal = sys.stdin.fileno()
            self._modes = termios.tcgetattr(self._terminal)
            tty.setcbreak(self._terminal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.there and _in_front(self._terminal):
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._modes)  # type: ignore[arg-type]
        self._terminal = -1

    @property
    def there(self) -> bool:
        """Whether there is a terminal to press keys in."""
        return self._terminal >= 0

    def pressed(self) -> str:
        """The keys pressed since the last call; does not wait."""
        if not self.there or not _in_front(self._terminal):
            return ""
        if not select.select([self._terminal], [], [], 0)[0]:
            return ""
        try:
            read = os.read(self._terminal, 64)
        except OSError:  # the terminal has gone away
            read = b""
        if not read:
            self._terminal = -1
        return read.decode("ascii", "replace")


def _in_front(terminal: int) -> bool:
    """Whether we may touch the terminal: in the background the system would stop us."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # a terminal that does not control us
        return True
