"""Whether there is anything new to see: while nothing happens looks are rare, and a page costs little."""

from collections.abc import Callable, Set
from time import monotonic

from rtsynth_engine.layout import ACTED, Memory

AFTER = 3.0  # seconds for which looks go on when nothing happens any more: the last sound dies away
REST = 0.5  # seconds between two looks then
MOVING = frozenset(("timeline",))  # of what is watched, that moves when nothing happens


class Waking:
    """Watches a few numbers of the engine's memory. One thread."""

    def __init__(self, memory: Memory, clock: Callable[[], float] = monotonic) -> None:
        """`clock` in seconds."""
        self._memory, self._clock = memory, clock
        self._until, self._looked = clock() + AFTER, -REST
        self._signs: tuple[object, ...] = ()

    def awake(self, watched: Set[str], done: object) -> bool:
        """Whether to look now, at the topics that are `watched`; `done` differs when pages have done more."""
        now, sounding = self._clock(), int(self._memory.telemetry[0]["voices"]) > 0
        signs = (int(self._memory.marks[ACTED]), set(watched), done)
        if signs != self._signs or sounding:
            self._signs, self._until = signs, now + AFTER
        if now >= self._until and now - self._looked < REST and not MOVING & watched:
            return False
        self._looked = now
        return True
