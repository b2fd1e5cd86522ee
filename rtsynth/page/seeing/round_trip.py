"""How long it takes from a key in a page until it acts in the engine."""

import statistics
import time
from collections import deque
from typing import Any

from rtsynth_engine.channels import NOTE_ON
from rtsynth_engine.layout import ACTED, Memory
from rtsynth_engine.tape import read_events

KEPT = 256  # notes that the figures are of
BINS = 32  # of a millisecond each; the last one holds all that is longer
PATIENCE = 1.0  # seconds after which a key that did not act is given up
SECOND, MILLISECOND = 1e9, 1e6  # ns


def frame_time(memory: Memory, frame: int) -> float:
    """CLOCK_MONOTONIC, in ns, at which a frame is played, by the engine's filtered clock. Any Python thread;
    in the few microseconds in which a period begins it may be one period out.
    """
    state, done = memory.state[0], int(memory.telemetry[0]["frames"])
    under_way = int(state["clock"]) > done
    begin = done if under_way else done - int(state["anchor_frames"])  # frame at which the anchor lies
    return float(state["anchor"]) + (frame - begin) * SECOND / float(state["rate"])


class RoundTrip:
    """The topic `round`. One thread."""

    def __init__(self, memory: Memory, port: int) -> None:
        """`port`: the page's."""
        self.memory, self.port = memory, port
        self._at = int(memory.marks[ACTED])
        self._struck: deque[tuple[int, int, int]] = deque(maxlen=KEPT)  # key; sent and heard of, ns
        self._kept: deque[float] = deque(maxlen=KEPT)  # ms
        self._count = 0
        self._value = self._figures()

    def struck(self, key: int, sent: int) -> None:
        """A note-on that has gone to the engine; the page sent it at `sent`, CLOCK_MONOTONIC in ns."""
        self._struck.append((key, sent, time.monotonic_ns()))

    def look(self) -> dict[str, Any]:
        """The figures in ms, with what has acted since the last look."""
        if not self._struck:
            self._at = int(self.memory.marks[ACTED])
            return self._value
        events, self._at = read_events(self.memory, self._at)
        ours = events[(events["port"] == self.port) & (events["status"] >> 4 == NOTE_ON)]
        for event in ours[ours["data2"] > 0]:
            self._match(int(event["data1"]), int(event["time"]))
        self._give_up()
        return self._value

    def _match(self, key: int, frame: int) -> None:
        """The oldest stroke of `key` acted at `frame`."""
        stroke = next((each for each in self._struck if each[0] == key), None)
        if stroke is not None:
            self._struck.remove(stroke)
            self._kept.append(max(frame_time(self.memory, frame) - stroke[1], 0.0) / MILLISECOND)
            self._count += 1
            self._value = self._figures()

    def _give_up(self) -> None:
        oldest = time.monotonic_ns() - int(PATIENCE * SECOND)
        while self._struck and self._struck[0][2] < oldest:
            self._struck.popleft()

    def _figures(self) -> dict[str, Any]:
        times, bins = sorted(self._kept), [0] * BINS
        for each in times:
            bins[min(int(each), BINS - 1)] += 1
        return {
            "count": self._count,
            "median": round(statistics.median(times), 1) if times else 0.0,
            "p95": round(times[int(0.95 * (len(times) - 1) + 0.5)], 1) if times else 0.0,
            "last": round(self._kept[-1], 1) if times else 0.0,
            "bins": bins,
        }
