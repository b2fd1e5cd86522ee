"""Held voices live at period 128: late blocks and xruns in a minute."""

import time

from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine

from .stage import Row, jack_server

SECONDS = 60.0
VOICES = 32


def run() -> list[Row]:
    """One row: VOICES keys of a string ensemble, held."""
    from rtsynth.lineup import choose_lineup

    with jack_server(128) as priority:
        driver, lineup = JackDriver(), choose_lineup("string-ensemble")
        engine = Engine(lineup.bundle, driver.rate)
        lineup.load(engine)
        engine.prepare([lineup.start])
        engine.feeder.start()
        driver.start(engine)
        for i in range(VOICES):
            engine.push(engine.clock + 2400 * i, 0x90, 40 + i, 90)
        time.sleep(SECONDS)
        told = engine.telemetry()
        driver.stop()
        engine.close()
    return [
        {
            "what": f"{VOICES} voices for {SECONDS:g} s",
            "voices": told.peak_voices,
            "late_blocks": told.late_blocks,
            "xruns": told.xruns,
            "gaps": told.gaps,
            "load_p50": round(told.load_p50, 4),
            "load_p99": round(told.load_p99, 4),
            "load_p999": round(told.load_p999, 4),
            "load_max": round(told.peak_load, 3),
            "server": priority,
        }
    ]
