"""The stage of the live rows: a JACK server of our own, the synths on it, and the probe that listens to
them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
Row = dict[str, Any]


@contextmanager
def process(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A child that is ended, by its own id, when the block is left."""
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, **options
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5.0)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def jack_server(period: int = 64, rate: int = 48_000) -> Iterator[str]:
    """A real-time server on the dummy driver; all JACK clients started in the block use it. Yields its
    priority.
    """
    name = f"rtsynth-bench-{os.getpid()}"
    os.environ |= {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    tail = ["-d", "dummy", "-r", str(rate), "-p", str(period)]
    for head, priority in ((["-R", "-P70"], "real-time 70"), (["-r"], "normal")):
        with process(["jackd", "-n", name, *head, *tail]) as server:
            time.sleep(1.5)
            if server.poll() is None:
                yield priority
                return
    raise RuntimeError("jackd did not start: is jackd2 installed?")


def wait_for_ports(*names: str, seconds: float = 60.0) -> None:
    """Wait until JACK knows the ports."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = subprocess.run(["jack_lsp"], capture_output=True, text=True).stdout.splitlines()
        if all(name in found for name in names):
            return
        time.sleep(0.2)
    raise RuntimeError(f"JACK never showed {', '.join(names)}")


@contextmanager
def rtsynth(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`rtsynth play` on the stage, once its ports are there."""
    command = [sys.executable, "-m", "rtsynth", "play", *arguments, "--audio", "jack", "--midi", "jack"]
    with process(command) as child:
        wait_for_ports("rtsynth:midi_in", "rtsynth:out_1")
        time.sleep(2.0)
        yield child


def build_probe(folder: Path) -> Path:
    """Compile jackprobe.c (needs gcc and libjack's headers)."""
    program = folder / "jackprobe"
    subprocess.run(["gcc", "-O2", "-o", str(program), str(HERE / "jackprobe.c"), "-ljack", "-lm"], check=True)
    return program


def probe(midi_in: str, audio_out: str, notes: int = 60, threshold: str = "1e-4", gap_ms: int = 1500) -> Row:
    """MIDI-to-sound latency of a synth on the stage, in ms, as jackprobe.c reports it.

    The gap lets the last note's release and reverb fall below the threshold, or the probe would hear them
    instead.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = build_probe(Path(folder))
        heard = subprocess.run(
            [str(program), str(notes), midi_in, audio_out, threshold, str(gap_ms), "150"],
            capture_output=True,
            text=True,
        )
    return dict(json.loads(heard.stdout))


def have(*programs: str) -> bool:
    """Whether all programs are installed."""
    return all(shutil.which(program) for program in programs)
