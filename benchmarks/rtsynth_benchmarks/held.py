"""Held voices live at period 128: late blocks and xruns in a minute."""

import time

from rtsynth.lineup import choose_lineup
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.telemetry import Telemetry

from .stage import Row, jack_server

SECONDS = 60.0
VOICES, LOWEST = 32, 40  # keys
STAGGER = 2400  # frames between their note-ons
NOTE_ON = 0x90


def run() -> list[Row]:
    """One row: VOICES keys of a string ensemble, held."""
    with jack_server(128) as priority:
        told = _hold()
    loads = {
        name: round(getattr(told, name), 4) for name in ("load_p50", "load_p99", "load_p999", "peak_load")
    }
    counts = {name: getattr(told, name) for name in ("peak_voices", "late_blocks", "xruns", "gaps")}
    return [{"what": f"{VOICES} voices for {SECONDS:g} s", **counts, **loads, "server": priority}]


def _hold() -> Telemetry:
    driver, lineup = JackDriver(), choose_lineup("string-ensemble")
    engine = Engine(lineup.bundle, driver.rate)
    lineup.load(engine)
    engine.prepare([lineup.start])
    engine.feeder.start()
    driver.start(engine)
    for i in range(VOICES):
        engine.push(engine.clock + STAGGER * i, NOTE_ON, LOWEST + i, 90)
    time.sleep(SECONDS)
    told = engine.telemetry()
    driver.stop()
    engine.close()
    return told
