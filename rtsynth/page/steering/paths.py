"""A way of the pad's puck, recorded and looped in time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import HostError

LONGEST, MOST = 60.0, 3600  # seconds and points of a recording
CLOSING = 0.25  # seconds from the last point back to the first
DRAWN = 120  # points that pages draw
Spot = tuple[float, float]  # x, y


@dataclass(frozen=True)
class Path:
    """`points` (n, 3): seconds from the start, x, y; the `seconds` it takes, to be run over and over."""

    points: NDArray[np.float64]
    seconds: float

    @cached_property
    def _closed(self) -> NDArray[np.float64]:
        """Seconds, x and y (3, n + 1), back to the first point."""
        return np.vstack([self.points, [self.seconds + CLOSING, *self.points[0, 1:]]]).T.copy()

    def at(self, time: float) -> Spot:
        """Where the puck is, so many seconds after the start."""
        (times, x, y), now = self._closed, time % (self.seconds + CLOSING)
        return float(np.interp(now, times, x)), float(np.interp(now, times, y))

    @cached_property
    def drawn(self) -> list[list[float]]:
        """Some of the points, [seconds, x, y] each, from the first to the last."""
        count = len(self.points)
        chosen = np.unique(np.linspace(0, count - 1, min(count, DRAWN)).round().astype(int))
        return [[round(number, 3) for number in point] for point in self.points[chosen].tolist()]


class Recorder:
    """Takes a path down, and runs the puck along it. All times in seconds of one clock."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float, float]] = []
        self._seconds = 0.0
        self._path: Path | None = None  # made of these when it is asked for
        self._recording: float | None = None  # since when
        self._looping: float | None = None

    @property
    def path(self) -> Path:
        """What was recorded."""
        self._path = self._path or Path(np.array(self._points).reshape(-1, 3), self._seconds)
        return self._path

    @property
    def busy(self) -> bool:
        """Whether time matters: it records, or runs along."""
        return self._recording is not None or self._looping is not None

    def record(self, on: bool, now: float, at: Spot) -> None:
        """Begin anew from where the puck is, or end."""
        self.hear(now, at)
        self._recording = now if on else None
        if on:
            self.clear()
            self._recording = now
            self.hear(now, at)

    def hear(self, now: float, at: Spot) -> None:
        """The puck was moved to a place, or rests there."""
        if self._recording is not None:
            self._seconds = min(now - self._recording, LONGEST)
            self._points.append((self._seconds, *at))
            self._path = None
            if len(self._points) >= MOST or self._seconds >= LONGEST:
                self._recording = None

    def loop(self, on: bool, now: float) -> None:
        """Run along the path, or stop. Raises HostError where there is none."""
        if on and len(self._points) < 2:
            raise HostError("there is no path to loop; record one first")
        self._recording = None
        self._looping = now if on else None

    def clear(self) -> None:
        """Forget the path."""
        self._points, self._seconds, self._path = [], 0.0, None
        self._recording = self._looping = None

    def stop(self) -> None:
        """Neither record nor loop."""
        self._recording = self._looping = None

    def at(self, now: float) -> Spot | None:
        """Where a path that loops has the puck."""
        return None if self._looping is None else self.path.at(now - self._looping)

    def shown(self) -> dict[str, Any]:
        """What pages see of it."""
        return {
            "recording": self._recording is not None,
            "looping": self._looping is not None,
            "seconds": round(self._seconds, 3),
        }

    @property
    def trace(self) -> list[list[float]]:
        """The path as pages draw it, the same object until it changes."""
        return self.path.drawn
