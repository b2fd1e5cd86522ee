"""Start to first playable note, warm and the very first time, and resident memory while playing."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .stage import Row, jack_server, process, wait_for_ports

PLAY = [sys.executable, "-m", "rtsynth", "play", "--audio", "jack", "--midi", "jack"]


def run() -> list[Row]:
    """Three rows: seconds until a note can sound, warm and first ever; megabytes resident."""
    with jack_server(128), tempfile.TemporaryDirectory() as cache:
        first = _start_seconds({"XDG_CACHE_HOME": cache})
        times = sorted(_start_seconds({}) for _ in range(5))
        resident = _resident()
    return [
        {"what": "first start ever, compiling", "seconds": round(first, 2)},
        {
            "what": "start, caches warm, five times",
            "median": round(times[2], 2),
            "longest": round(times[-1], 2),
        },
        {"what": "resident memory while playing", **resident},
    ]


def _start_seconds(environment: dict[str, str]) -> float:
    """From the command to the line that says it is playing."""
    began = time.perf_counter()
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    child = subprocess.Popen(PLAY, stdout=pipe, stderr=both, text=True, env=os.environ | environment)
    assert child.stdout is not None
    next(line for line in child.stdout if "playing" in line)
    spent = time.perf_counter() - began
    child.terminate()
    child.communicate()
    return spent


def _resident() -> dict[str, float]:
    with process(PLAY) as child:
        wait_for_ports("rtsynth:midi_in")
        time.sleep(5.0)
        lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    megabytes = {name: int(status[key].split()[0]) / 1024 for name, key in KINDS.items()}
    return {name: round(size, 1) for name, size in megabytes.items()}


KINDS = {"all": "VmRSS", "own": "RssAnon", "files": "RssFile", "jack's, shared": "RssShmem"}
