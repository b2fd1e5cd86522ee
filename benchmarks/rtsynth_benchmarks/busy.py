"""Calls made beside three busy Python threads in the playing process: our compiled callback and a Python
one.
"""

import sys
import threading
import time

from rtsynth.lineup import choose_lineup
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine

from .stage import Row, jack_server

SECONDS = 10.0
THREADS = 3
PYTHONS_OWN = 0.005  # seconds between switches of threads, before the engine asks for more


def run() -> list[Row]:
    """Rows with calls made and expected; a server of period 64."""
    with jack_server(64) as priority:
        stop = threading.Event()
        rows = [_compiled(stop), _interpreted(stop)]
    return [{**row, "server": priority} for row in rows]


def _spin(stop: threading.Event) -> None:
    count = 0
    while not stop.is_set():
        for _ in range(10_000):
            count += 1


def _beside_busy_threads(stop: threading.Event) -> None:
    stop.clear()
    threads = [threading.Thread(target=_spin, args=(stop,), daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)


def _compiled(stop: threading.Event) -> Row:
    driver, lineup = JackDriver(), choose_lineup(None)
    engine = Engine(lineup.bundle, driver.rate)
    lineup.load(engine)
    engine.prepare([lineup.start])
    engine.feeder.start()
    driver.start(engine)
    for key in range(48, 56):
        engine.push(engine.clock, 0x90, key, 90)
    time.sleep(1.0)
    before, began = engine.memory.telemetry[0].copy(), driver.now()
    _beside_busy_threads(stop)
    after, ended = engine.memory.telemetry[0].copy(), driver.now()
    stop.set()
    driver.stop()
    engine.close()
    calls = {name: int(after[name] - before[name]) for name in ("calls", "xruns", "late_blocks")}
    return _row("rtsynth, compiled", calls.pop("calls"), (ended - began) / driver.period) | calls


def _interpreted(stop: threading.Event) -> Row:
    import jack

    sys.setswitchinterval(PYTHONS_OWN)
    client = jack.Client("interpreted", no_start_server=True)
    client.outports.register("out")
    calls = [0]

    @client.set_process_callback  # type: ignore[untyped-decorator]
    def _process(frames: int) -> None:
        calls[0] += 1

    with client:
        time.sleep(1.0)
        first, began = calls[0], client.frame_time
        _beside_busy_threads(stop)
        made, due = calls[0] - first, (client.frame_time - began) / client.blocksize
        stop.set()
    return _row("a Python callback that does nothing", made, due)


def _row(what: str, made: int, due: float) -> Row:
    return {"what": what, "calls": made, "due": round(due), "share": round(made / due, 5)}
