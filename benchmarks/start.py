"""Start to first playable note with warm caches, and resident memory while playing."""

import subprocess
import sys
import time
from pathlib import Path

from .stage import Row, jack_server, process, wait_for_ports


def run() -> list[Row]:
    """Two rows: seconds until a note can sound; megabytes resident."""
    with jack_server(128):
        times = [_start_seconds() for _ in range(3)]
        row = {"what": "start to playable, caches warm", "seconds": round(sorted(times)[1], 2)}
        return [row, {"what": "resident memory while playing", **_resident()}]


PLAY = [sys.executable, "-m", "rtsynth", "play", "--audio", "jack", "--midi", "jack"]


def _start_seconds() -> float:
    """From the command to its first line that says it is playing."""
    began = time.perf_counter()
    child = subprocess.Popen(PLAY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if "playing" in line.lower():
            break
    spent = time.perf_counter() - began
    child.terminate()
    child.wait()
    return spent


def _resident() -> dict[str, float]:
    with process(PLAY) as child:
        wait_for_ports("rtsynth:midi_in")
        subprocess.run(["jack_connect", "system:midi_capture_1", "rtsynth:midi_in"], capture_output=True)
        time.sleep(5.0)
        status = Path(f"/proc/{child.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return {"megabytes": round(int(resident.split()[1]) / 1024, 1)}
