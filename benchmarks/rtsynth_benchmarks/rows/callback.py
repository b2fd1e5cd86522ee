"""Time of every callback at period 64 with 0 to 128 held voices, in µs and as a share of the period, and how
evenly the callbacks came.

Each callback notes its own beginning and end with CLOCK_MONOTONIC; none is left out. `interval` is the time
between the beginnings of two callbacks, a late one began more than half a period after it was due. On a JACK
server, else on the null driver.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..context import Context
from ..figures import Figure, held, quantiles, spread
from ..players import live_driver, player

VOICES = (0, 1, 8, 32, 128)
SETTLE = 0.2  # seconds, so that attacks are over
BINS, POINTS = 160, 400  # of the histogram and of the timeline


def run(context: Context) -> Iterator[Figure]:
    """Figures for every number of voices."""
    seconds = context.pick(8.0, 0.8, 0.3)
    with live_driver(context) as driver, player(context, driver) as playing:
        context.keep("period_us", playing.period / 1e3)
        for voices in context.pick(VOICES, VOICES[1:], VOICES[1:3]):
            context.tell(f"{held(voices)}, {seconds:g} s")
            playing.grow(voices)
            playing.listen(SETTLE)
            calls = playing.listen(seconds)
            what = held(voices)
            yield from figures(what, calls, playing.period)
            context.keep(what, series(calls, playing.period))


def figures(what: str, calls: NDArray[Any], period: float) -> Iterator[Figure]:
    """Of records of CALL; `period` in ns."""
    yield from spread(what, calls["spent"] / 1e3, "µs")
    shares = quantiles(100.0 * calls["spent"] / period)
    for name in ("median", "p99.9", "max"):
        yield Figure(what, name, shares[name], "% of period")
    intervals = np.diff(calls["began"]) / 1e3
    yield Figure(what, "interval sd", float(np.std(intervals)), "µs")
    yield Figure(what, "interval max", float(np.max(intervals, initial=0.0)), "µs")
    yield Figure(what, "late calls", int(np.sum(intervals > 1.5e-3 * period)))
    yield Figure(what, "xruns", int(calls["xruns"][-1] - calls["xruns"][0]))


def series(calls: NDArray[Any], period: float) -> dict[str, Any]:
    """What the page draws, all in µs: how many calls took how long, and the longest call of each of many
    stretches of time.
    """
    spent = calls["spent"] / 1e3
    ends = float(spent.min()), max(2e-3 * period, float(spent.max()))
    counts, edges = np.histogram(spent, np.geomspace(*ends, BINS + 1))
    stretches = [s for s in np.array_split(np.arange(len(spent)), POINTS) if len(s)]
    return {
        "counts": counts.tolist(),
        "edges": edges.tolist(),
        "seconds": [float((calls["began"][s[0]] - calls["began"][0]) / 1e9) for s in stretches],
        "longest": [float(spent[s].max()) for s in stretches],
        "median": [float(np.median(spent[s])) for s in stretches],
    }
