"""MIDI to sound over JACK: rtsynth and two C synths, one after the other on the same server.

jackprobe.c sends note-ons at random frames of the period and hears the first sample above THRESHOLD of what
comes back. It shares no code with us. Its own loop costs one period, which is the floor. A sound that begins
softly is heard later, so rtsynth plays two: a mallet, whose first sample is loud, and FluidSynth's piano.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..stage import SOUNDFONT, jack_server, probe, process, rtsynth, wait_for_ports
from .report import MissingError, Row, Say, need, row_or_remedy

PERIOD = 64  # frames
THRESHOLD = "1e-4"  # full scale, for every synth alike
FIGURES = ("period", "notes", "heard", "median_ms", "p95_ms", "sd_ms", "max_ms", "xruns")
GAP = 1600  # ms after a note-off, until the releases and reverbs of all synths are below THRESHOLD
PATIENCE = 30.0  # seconds for a synth to show its ports
SPIN = "while True: pass"
PLAIN = ("-o", "synth.reverb.active=0", "-o", "synth.chorus.active=0")


@dataclass(frozen=True)
class Setting:
    """`notes` a row; rtsynth alone at `periods`, and at PERIOD beside `busy` Python threads."""

    notes: int = 60
    periods: tuple[int, ...] = (32, 128, 256)
    busy: int = 3


FULL, QUICK = Setting(), Setting(notes=12)


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with heard, median, 95th percentile, deviation and longest, in ms."""
    need(("jackd", "jack_lsp", "gcc"), ("jack",))
    rows = []
    with jack_server(PERIOD) as priority:
        say(f"JACK server of our own on its dummy driver, {priority}, period {PERIOD}")
        for what, measure in SYNTHS.items():
            rows.append(_row(what, measure, setting, say))
        with busy_processes(setting.busy):
            what = f"rtsynth beside {setting.busy} busy Python threads in other processes"
            rows.append(_row(what, heard_rtsynth, setting, say))
    for period in setting.periods:
        with jack_server(period):
            rows.append(_row(f"rtsynth, period {period}", heard_rtsynth, setting, say))
    return [{**row, "server": priority} for row in rows]


def _row(what: str, measure: Callable[[int], Row], setting: Setting, say: Say) -> Row:
    say(f"{what}: {setting.notes} notes")
    found = row_or_remedy(what, lambda: measure(setting.notes))
    return {key: found[key] for key in ("what", *FIGURES, "remark") if key in found}


def heard_rtsynth(notes: int, preset: str = "vibraphone") -> Row:
    """`rtsynth play` on the server."""
    with rtsynth(preset):
        return _probe("rtsynth:midi_in", "rtsynth:out_1", notes)


def heard_fluidsynth(notes: int) -> Row:
    """FluidSynth's first program without reverb and chorus, whose tails the probe would hear."""
    need(("fluidsynth",))
    if not SOUNDFONT.exists():
        raise MissingError("install fluid-soundfont-gm")
    with process(["fluidsynth", "-is", "-a", "jack", "-m", "jack", "-r", "48000", *PLAIN, str(SOUNDFONT)]):
        return _probe(*_ports("fluidsynth"), notes)


def heard_amsynth(notes: int) -> Row:
    """Play the first preset of amsynth."""
    need(("amsynth",))
    command = ["amsynth", "-x", "-a", "jack", "-m", "jack"]
    with process(command, env={**os.environ, "DISPLAY": ""}):
        wait_for_ports("amsynth:midi_in")
        return _probe(*_ports("amsynth"), notes)


SYNTHS: dict[str, Callable[[int], Row]] = {
    "rtsynth": heard_rtsynth,
    "rtsynth, grand piano": lambda notes: heard_rtsynth(notes, "acoustic-grand-piano"),
    "FluidSynth, grand piano": heard_fluidsynth,
    "amsynth": heard_amsynth,
}


def _probe(midi: str, audio: str, notes: int) -> Row:
    try:
        return probe(midi, audio, notes, THRESHOLD, GAP)
    except subprocess.CalledProcessError as error:
        raise MissingError("install libjack-jackd2-dev: jackprobe.c does not compile") from error


def _ports(client: str) -> tuple[str, str]:
    """First MIDI input and first audio output of a JACK client, once it has both."""
    import jack

    asking, end = jack.Client("asking", no_start_server=True), time.monotonic() + PATIENCE
    try:
        while time.monotonic() < end:
            midi = asking.get_ports(client, is_midi=True, is_input=True)
            audio = asking.get_ports(client, is_audio=True, is_output=True)
            if midi and audio:
                time.sleep(1.0)  # for the synth to settle
                return midi[0].name, audio[0].name
            time.sleep(0.2)
    finally:
        asking.close()
    raise MissingError(f"{client} with JACK support: it never showed its ports")


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """`count` processes that each keep one Python thread spinning."""
    with ExitStack() as spinning:
        for _ in range(count):
            spinning.enter_context(process([sys.executable, "-c", SPIN]))
        yield
