"""The stage of the live rows: a JACK server, the one that runs or one of our own, and processes on it."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtsynth.devices import JackServer
from rtsynth.devices import jack_server as running_server
from rtsynth.errors import EngineError

from .context import Context
from .figures import NotMeasured

HERE = Path(__file__).parent
SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
Row = dict[str, Any]
PATIENCE = 20.0  # seconds for a program to end


@contextmanager
def process(command: list[str], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """A child that is ended, by its own id, when the block is left."""
    null = subprocess.DEVNULL
    child = subprocess.Popen(command, **({"stdout": null, "stderr": null, "text": True} | options))
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
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
            if _answers(server):
                yield priority
                return
    raise RuntimeError("jackd did not start: is jackd2 installed?")


def _answers(server: "subprocess.Popen[str]") -> bool:
    patience = time.monotonic() + 5.0
    while time.monotonic() < patience and server.poll() is None:
        if running_server() is not None:
            return True
        time.sleep(0.05)
    return False


@dataclass(frozen=True)
class Stage:
    """A JACK server to play on. `own`: it is ours, so its period is the one that was asked for."""

    own: bool
    period: int
    rate: float


@contextmanager
def jack_stage(context: Context, period: int) -> Iterator[Stage]:
    """The server that runs, or one of our own with that period. Raises NotMeasured where there is none."""
    found = find_server()
    if found is not None:
        yield Stage(False, found.block, float(found.rate))
        return
    if not have("jackd"):
        raise NotMeasured("no JACK server runs and jackd is not installed (Debian: apt install jackd2)")
    rate = round(context.options.rate or 48_000)
    with ExitStack() as stack:
        try:
            stack.enter_context(jack_server(period, rate))
        except RuntimeError as error:
            raise NotMeasured(str(error)) from error
        yield Stage(True, period, float(rate))


def find_server() -> JackServer | None:
    """The JACK server that runs, None where there is none. Raises NotMeasured without JACK's libraries."""
    try:
        return running_server()
    except EngineError as error:
        raise NotMeasured(str(error)) from error


def wait_for_ports(*names: str, seconds: float = 90.0) -> None:
    """Wait until JACK knows the ports."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = subprocess.run(["jack_lsp"], capture_output=True, text=True).stdout.splitlines()
        if all(name in found for name in names):
            return
        time.sleep(0.1)
    raise NotMeasured(f"JACK never showed {', '.join(names)}")


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
