"""The same engine called by a Python callback and by our compiled one, 8 held voices, period 64.

Everything but the way from JACK to the block is shared: the engine, its generator thread, the notes. The
busy threads are in the playing process, where they hold the interpreter that a Python callback waits for:
for 0.2 ms at a time as our engine asks, for 5 ms as Python itself has it.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rtsynth.lineup import choose_lineup
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.feeder import SWITCH_SECONDS
from rtsynth_engine.telemetry import read_calls

from ..busy import busy_threads
from ..stage import jack_server
from .report import Row, Say, need

PERIOD, RATE = 64, 48_000
VOICES, LOWEST, NOTE_ON = 8, 48, 0x90
PRESET = "string-ensemble"  # whose notes hold
SETTLE = 1.0  # seconds until they do
PYTHONS_OWN = 0.005  # seconds


@dataclass(frozen=True)
class Setting:
    """`seconds` a row; how many `threads` are busy where any are."""

    seconds: float = 20.0
    threads: int = 3


FULL, QUICK = Setting(), Setting(seconds=5.0)


class InterpretedDriver:
    """A JACK client like JackDriver, but for its callback, which is Python. It reads no MIDI."""

    def __init__(self) -> None:
        import jack

        self._client = jack.Client("interpreted", no_start_server=True)
        self.rate, self.period = float(self._client.samplerate), int(self._client.blocksize)
        self._outs = [self._client.outports.register(f"out_{i}") for i in (1, 2)]

    def start(self, engine: Engine) -> None:
        """Go live."""
        told = engine.memory.telemetry[0]

        def process(frames: int) -> None:
            engine.process(*(port.get_array() for port in self._outs))

        def note_xrun(delayed: float) -> None:
            told["xruns"] += 1

        self._client.set_process_callback(process)
        self._client.set_xrun_callback(note_xrun)
        self._client.activate()

    def now(self) -> int:
        """JACK's own estimate of the current frame."""
        return int(self._client.frame_time)

    def stop(self) -> None:
        """Leave JACK's graph and close the client."""
        self._client.deactivate()
        self._client.close()


@dataclass(frozen=True)
class Case:
    """A row: which driver, how many busy threads, and seconds after which threads take turns."""

    name: str
    driver: Callable[[], Any]
    threads: int = 0
    turns: float = SWITCH_SECONDS


def cases(threads: int) -> list[Case]:
    """Both callbacks idle and beside busy threads; the Python one also as Python itself takes turns."""
    busy = f"beside {threads} busy Python threads"
    return [
        Case("compiled callback, idle", _compiled),
        Case("Python callback, idle", InterpretedDriver),
        Case(f"compiled callback {busy}", _compiled, threads),
        Case(f"Python callback {busy}", InterpretedDriver, threads),
        Case(f"Python callback {busy}, Python's own turns", InterpretedDriver, threads, PYTHONS_OWN),
    ]


def _compiled() -> JackDriver:
    return JackDriver(connect=False)


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with calls made and due, xruns, and how evenly the calls came."""
    need(("jackd",), ("jack",))
    rows, before = [], sys.getswitchinterval()
    with jack_server(PERIOD, RATE) as priority:
        for case in cases(setting.threads):
            say(f"{case.name}: {setting.seconds:g} s")
            rows.append({"what": case.name, **_measure(case, setting.seconds), "server": priority})
    sys.setswitchinterval(before)
    return rows


def _measure(case: Case, seconds: float) -> Row:
    """Hold a chord through the case's driver and look at the calls of `seconds`."""
    driver, lineup = case.driver(), choose_lineup(PRESET)
    engine = Engine(lineup.bundle, driver.rate)
    lineup.load(engine)
    engine.prepare([lineup.start])
    engine.feeder.start()
    sys.setswitchinterval(case.turns)
    driver.start(engine)
    try:
        for key in range(LOWEST, LOWEST + VOICES):
            engine.push(engine.clock, NOTE_ON, key, 90)
        time.sleep(SETTLE)
        with busy_threads(case.threads):
            return _watch(engine, driver, seconds)
    finally:
        driver.stop()
        engine.close()


def _watch(engine: Engine, driver: Any, seconds: float) -> Row:
    """Calls made, calls due by JACK's clock, and the times between calls in ms."""
    told = engine.memory.telemetry[0]
    calls, xruns, began = int(told["calls"]), int(told["xruns"]), driver.now()
    time.sleep(seconds)
    made, due = int(told["calls"]) - calls, (driver.now() - began) / driver.period
    between = np.diff(read_calls(engine.memory)["began"][-made:]) / 1e6 if made > 1 else np.full(1, np.nan)
    return {
        "calls": made,
        "due": round(due),
        "made_percent": round(100 * made / due, 2),
        "xruns": int(told["xruns"]) - xruns,
        "interval_sd_ms": round(float(between.std()), 4),
        "interval_max_ms": round(float(between.max()), 3),
        "voices": int(told["voices"]),
    }
