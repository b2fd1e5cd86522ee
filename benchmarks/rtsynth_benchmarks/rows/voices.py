"""The most held voices with no late block and no callback longer than its period, on one core and on all.

On the null driver at period 64, at full quality; voices grow 16, 32, 64, … and are bisected in the full run.
On one core the whole process, network and callback, is pinned to it. `in time`: no block late, no callback
over its period; `network`: processor time of its thread.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from rtsynth_engine.layout import MOST_VOICES
from rtsynth_engine.priority import CLOCK_PRIORITY, raise_priority

from ..context import Context
from ..figures import LARGER, NEITHER, Figure, quantiles
from ..players import Player, null_driver, player

FIRST = 16
NEAR = 8  # voices between the most that pass and the fewest that fail, at which the search ends
SETTLE = 0.2


@dataclass(frozen=True)
class Trial:
    """So many voices held for a while. Shares in % of the period or of a core."""

    voices: int
    median: float
    p999: float
    longest: float
    generator: float
    late_blocks: int
    beyond: int  # callbacks longer than their period

    @property
    def overrun(self) -> bool:
        """Whether more voices are out of the question: single long callbacks alone do not say so."""
        return self.late_blocks > 0 or self.p999 > 100.0


def run(context: Context) -> Iterator[Figure]:
    """Figures on one core and on all, and the curve."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    with player(context, null_driver(context)) as playing:
        raise_priority(CLOCK_PRIORITY + 5)  # so that an overload of the clock cannot lock this thread out
        for what, chosen in (("one core", cores[-1:]), (f"all {len(cores) or os.cpu_count()} cores", cores)):
            run_on(chosen)
            trials = sorted(search(context, playing, what), key=lambda trial: trial.voices)
            playing.silence()
            context.keep(what, [asdict(trial) for trial in trials])
            yield from figures(what, trials)


def run_on(cores: list[int]) -> None:
    """Keep every thread of this process on these cores; nothing where the system cannot."""
    for thread in os.listdir("/proc/self/task") if cores else ():
        os.sched_setaffinity(int(thread), cores)


def search(context: Context, playing: Player, what: str) -> list[Trial]:
    """Trials with ever more voices until one is an overrun or none is left, then between the last two."""
    seconds, trials = context.pick(5.0, 0.5, 0.2), list[Trial]()

    def attempt(voices: int) -> bool:
        context.tell(f"{what}: {voices} voices, {seconds:g} s")
        trials.append(trial(playing, voices, seconds))
        return trials[-1].overrun

    good, voices = 0, context.pick(FIRST, 4 * FIRST, FIRST)
    while voices <= context.pick(MOST_VOICES, MOST_VOICES, FIRST) and not attempt(voices):
        good, voices = voices, max(min(2 * voices, MOST_VOICES), voices + 1)
    bad = voices
    while context.pick(True, False, False) and good and bad <= MOST_VOICES and bad - good > NEAR:
        middle = (good + bad) // 2
        good, bad = (good, middle) if attempt(middle) else (middle, bad)
    return trials


def trial(playing: Player, voices: int, seconds: float) -> Trial:
    """Hold so many voices for so long."""
    if voices < playing.held:
        playing.silence()
    playing.grow(voices)
    time.sleep(SETTLE)
    late, spent, began = _late(playing), generator_seconds(), time.monotonic()
    calls = playing.listen(seconds)
    share = 100.0 * (generator_seconds() - spent) / (time.monotonic() - began)
    of_period = 100.0 * calls["spent"] / playing.period
    told = quantiles(of_period)
    beyond = int(np.sum(of_period > 100.0))
    return Trial(voices, told["median"], told["p99.9"], told["max"], share, _late(playing) - late, beyond)


def _late(playing: Player) -> int:
    return playing.engine.telemetry().late_blocks


def generator_seconds() -> float:
    """Processor time of the network's thread; 0 where the system does not tell."""
    for thread in threading.enumerate():
        if thread.name == "generator" and thread.ident and hasattr(time, "pthread_getcpuclockid"):
            return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return 0.0


def figures(what: str, trials: list[Trial]) -> Iterator[Figure]:
    """The most voices that passed, each with all smaller numbers; then every trial."""
    rules = {
        "in time": lambda trial: trial.late_blocks or trial.beyond,
        "no late block": lambda trial: trial.late_blocks,
        "no callback over": lambda trial: trial.beyond,
    }
    for name, broken in rules.items():
        passed = [t.voices for i, t in enumerate(trials) if not any(map(broken, trials[: i + 1]))]
        yield Figure(what, name, max(passed, default=0), "voices", LARGER)
    yield Figure(what, "engine's most", MOST_VOICES, "voices", NEITHER)
    for each in trials:
        case = f"{what}, {each.voices} voices"
        yield Figure(case, "median", each.median, "% of period")
        yield Figure(case, "p99.9", each.p999, "% of period")
        yield Figure(case, "max", each.longest, "% of period")
        yield Figure(case, "network", each.generator, "% of a core")
        yield Figure(case, "late blocks", each.late_blocks)
        yield Figure(case, "over", each.beyond, "callbacks")
