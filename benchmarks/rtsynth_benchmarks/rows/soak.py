"""Ten minutes of 32 voices at period 64 with latents moving and presets switched: what went wrong, and whose
fault it was.

The same server is then watched for as long with a compiled client that only counts, always as far: what of
its callbacks and xruns is not ours. An xrun counts as ours when a callback that took more than half of its
period ended within 10 ms before it was told of, for JACK tells from another thread, or the next callback was
such a one. `--seconds` shortens it.
On a JACK server, else on the null driver, whose own lateness counts as xruns.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..context import Context
from ..figures import NEITHER, Figure, quantiles
from ..players import PROGRAM_CHANGE, Player, live_driver, player
from ..stage import process

VOICES, LONG = 32, 50.0  # % of the period
SWITCHING = 15  # channel whose program changes; its notes are none of the held ones
TURN = 0.5  # seconds between two moves
STEP = 0.02  # of a latent's random walk, per turn
SWITCHED = 0.25  # of the turns change a program
TOLD = 0.010  # seconds until an xrun is told of, at most


def run(context: Context) -> Iterator[Figure]:
    """Figures of the player, then of the server without it."""
    seconds = context.options.seconds or context.pick(600.0, 20.0, 0.5)
    with live_driver(context) as driver:
        with player(context, driver) as playing:
            playing.grow(VOICES)
            before = playing.engine.telemetry()
            calls = playing.listen(seconds, _Mover(context, playing, seconds), TURN)
            after = playing.engine.telemetry()
            period = playing.period
        what = f"{VOICES} voices, {seconds:g} s"
        for name in ("late_blocks", "bad_blocks", "dropped_events", "late_events", "stolen"):
            yield Figure(what, name.replace("_", " "), getattr(after, name) - getattr(before, name))
        yield from _callbacks(what, calls, period)
        if driver.name.startswith("jack"):
            yield from _counting(context, seconds)


class _Mover:
    """At every turn the sounding preset's latent moves, at some another channel's program changes."""

    def __init__(self, context: Context, playing: Player, seconds: float) -> None:
        self._context, self._playing, self._seconds = context, playing, seconds
        self._draw = np.random.default_rng(0)
        start = playing.lineup.start
        self._latent = np.array(playing.lineup.sounds[start].latent)
        self._programs = [int(p) for p in np.flatnonzero(playing.engine.timbres.known) if p < 128]

    def __call__(self, done: float) -> None:
        """Move and switch."""
        engine = self._playing.engine
        self._context.tell(f"{done:.0f} of {self._seconds:g} s, {engine.telemetry().xruns} xruns")
        self._latent += STEP * self._draw.standard_normal(len(self._latent))
        engine.move(self._playing.lineup.start, self._latent.tolist())
        if self._draw.random() < SWITCHED:
            program = int(self._draw.choice(self._programs))
            engine.push(engine.clock, PROGRAM_CHANGE | SWITCHING, program, 0)


def _callbacks(what: str, calls: NDArray[Any], period: float) -> Iterator[Figure]:
    shares = 100.0 * calls["spent"] / period
    yield Figure(what, "callbacks", len(calls), "", NEITHER)
    for name, value in quantiles(shares).items():
        yield Figure(what, name, value, "% of period")
    yield Figure(what, f"over {LONG:g} %", int(np.sum(shares > LONG)), "callbacks")
    yield Figure(what, "beyond the period", int(np.sum(shares > 100.0)), "callbacks")
    yield Figure(what, "xruns", int(calls["xruns"][-1] - calls["xruns"][0]))
    yield Figure(what, "xruns of ours", xruns_near(calls, shares > LONG), f"near a callback over {LONG:g} %")


def xruns_near(calls: NDArray[Any], long: NDArray[np.bool_]) -> int:
    """Xruns told of within TOLD after a `long` callback, or in the one before it."""
    told = np.flatnonzero(np.diff(calls["xruns"])) + 1
    ends = calls["began"] + calls["spent"]
    near = [long[i : i + 2].any() or long[:i][ends[:i] > calls["began"][i] - TOLD * 1e9].any() for i in told]
    return int(np.diff(calls["xruns"])[told - 1][near].sum())


def _counting(context: Context, seconds: float) -> Iterator[Figure]:
    """The same server with a client that always counts as far."""
    context.tell(f"the server with a client that only counts, {seconds:g} s")
    command = [sys.executable, "-m", "rtsynth_benchmarks.loop", "--counting", f"{seconds}"]
    with process(command, stdout=-1) as child:
        end = time.monotonic() + seconds + 20.0
        while child.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        said = child.stdout.read() if child.stdout and child.poll() == 0 else ""
    if not said:
        context.remark("the server without us: not measured, the client that counts ended early")
        return
    told, what = json.loads(said), f"a client that only counts, {seconds:g} s"
    yield Figure(what, "max", told["longest"], "% of period", NEITHER)
    yield Figure(what, f"over {LONG:g} %", told["long"], "callbacks", NEITHER)
    yield Figure(what, "xruns", told["xruns"], "", NEITHER)
