"""How long callbacks took: all of them counted, and the latest along time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.layout import Memory
from rtsynth_engine.telemetry import FINEST

from ...following import Follower

SLOT = 33_333_333  # ns
MOST = 300  # slots told at once


def histogram(memory: Memory) -> dict[str, Any]:
    """Callbacks counted by their time, PER_OCTAVE bins to an octave; `edges`: where the first bin, which
    holds all below too, begins, in periods.
    """
    return {"bins": memory.telemetry[0]["histogram"].tolist(), "edges": FINEST}


class Timeline:
    """The topic `timeline`, from callbacks made from now on. One thread."""

    def __init__(self, memory: Memory) -> None:
        self._rate = float(memory.state[0]["rate"])
        self._calls = Follower(memory.calls, memory.telemetry["calls"], 0)
        self._calls.at = int(memory.telemetry[0]["calls"])
        self._open = memory.calls[:0].copy()  # calls of the slot under way
        self._xruns = int(memory.telemetry[0]["xruns"])
        self._next = 0  # number of the slot to be told next
        self._value: dict[str, Any] = {"period": 0, "first": 0, "slots": []}

    def look(self) -> dict[str, Any]:
        """The period in µs, and the slots that have ended since the last look as [longest µs, 1 where one was
        late or the driver told an xrun], the newest MOST of them; `first` numbers the first. As before while
        none has ended.
        """
        calls = np.concatenate([self._open, self._calls.read()[1]])
        numbers = calls["began"] // SLOT
        ended = int(np.searchsorted(numbers, numbers[-1])) if len(calls) else 0
        self._open = calls[ended:]
        if ended:
            self._value = self._tell(calls[:ended], numbers[:ended])
        return self._value

    def _tell(self, calls: NDArray[Any], numbers: NDArray[np.int64]) -> dict[str, Any]:
        """Slots of `calls`, which lie in slots `numbers`; none is left out since the last call."""
        last = int(numbers[-1])
        first = max(self._next or int(numbers[0]), last - MOST + 1)
        slots, kept = np.zeros((last + 1 - first, 2), np.int64), numbers >= first
        np.maximum.at(slots[:, 0], numbers[kept] - first, calls["spent"][kept] // 1000)
        np.maximum.at(slots[:, 1], numbers[kept] - first, self._late(calls)[kept])
        self._next = last + 1
        period = round(1e6 * int(calls["frames"][-1]) / self._rate)
        return {"period": period, "first": first, "slots": slots.tolist()}

    def _late(self, calls: NDArray[Any]) -> NDArray[np.int64]:
        """1 for each call that took longer than its period, or before which the driver told an xrun."""
        xruns = np.diff(calls["xruns"], prepend=self._xruns) > 0
        self._xruns = int(calls["xruns"][-1])
        return np.asarray(xruns | (calls["spent"] * self._rate > 1e9 * calls["frames"]), np.int64)
