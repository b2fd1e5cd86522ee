"""What a benchmark yields: figures, each of one form, for table, file, page and comparison alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

SMALLER, LARGER, NEITHER = "smaller", "larger", "neither"
QUANTILES = {"median": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


@dataclass(frozen=True)
class Figure:
    """One number. `what` was measured (a line of the table), `name` says which number of it (a column).

    `better`: whether a SMALLER or a LARGER value is, or NEITHER.
    """

    what: str
    name: str
    value: float
    unit: str = ""
    better: str = SMALLER


def held(voices: int) -> str:
    """So many voices, in words."""
    return f"{voices} voice" if voices == 1 else f"{voices} voices"


class NotMeasured(RuntimeError):  # noqa: N818
    """A row, or a part of it, cannot be measured here; the message says why."""


@dataclass
class Result:
    """All of one row. `setup`: driver, period, rate, priority, preset; `series`: what the page plots."""

    row: str
    setup: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    series: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    seconds: float = 0.0  # that measuring it took
    failed: bool = False


def quantiles(samples: ArrayLike) -> dict[str, float]:
    """Median, p99, p99.9 and the largest of samples, each one that occurred: nothing is interpolated."""
    ordered = np.sort(np.asarray(samples, np.float64))
    places = {name: max(int(np.ceil(share * len(ordered))) - 1, 0) for name, share in QUANTILES.items()}
    return {name: float(ordered[place]) for name, place in places.items()}


def spread(what: str, samples: ArrayLike, unit: str, prefix: str = "") -> Iterator[Figure]:
    """A figure for every quantile of samples of which smaller ones are better."""
    for name, value in quantiles(samples).items():
        yield Figure(what, f"{prefix}{name}", value, unit)
