"""MIDI to sound over JACK: rtsynth and two C synths, one after the other on the same server.

jackprobe.c sends note-ons at random frames of the period and hears the first sample above THRESHOLD of what
comes back. It shares no code with us. Its own loop costs one period, which is the floor. A sound that begins
softly is heard later, so rtsynth plays two: a mallet, whose first sample is loud, and FluidSynth's piano.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from ..figures import NotMeasured
from ..stage import SOUNDFONT, jack_server, probe, process
from .report import Row, Say, need, row_or_remedy

PERIOD = 64  # frames
THRESHOLD = "1e-4"  # full scale, for every synth alike
FIGURES = ("period", "notes", "heard", "median_ms", "p95_ms", "sd_ms", "max_ms", "xruns")
PATIENCE = 90.0  # seconds for a synth to come: ours compiles at its first start
SETTLE = 1.0  # seconds
MOST_SAID = 1 << 16  # bytes
SPIN = "while True: pass"
PLAIN = ("-o", "synth.reverb.active=0", "-o", "synth.chorus.active=0")
FLUIDSYNTH = ("fluidsynth", "-is", "-a", "jack", "-m", "jack", "-r", "48000", *PLAIN)
OURS = (sys.executable, "-m", "rtsynth", "play", "--audio", "jack", "--midi", "jack")

Ports = tuple[str, str]  # MIDI input and audio output of a synth that is ready
Synth = Callable[[], AbstractContextManager[Ports]]


@dataclass(frozen=True)
class Setting:
    """`notes` a row; rtsynth alone at `periods`, and at PERIOD beside `busy` Python threads.

    `gap`: ms after a note-off, in which the releases and reverbs of all synths fall below THRESHOLD.
    """

    notes: int = 60
    gap: int = 1600
    periods: tuple[int, ...] = (32, 128, 256)
    busy: int = 3


FULL, QUICK = Setting(), Setting(notes=12)


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with heard, median, 95th percentile, deviation and longest, in ms."""
    need(("jackd", "gcc"), ("jack",))
    rows = []
    with jack_server(PERIOD) as server:
        say(f"JACK server of our own on its dummy driver, {server}, period {PERIOD}")
        for what, synth in SYNTHS.items():
            rows.append(_row(what, synth, setting, say) | {"server": server})
        what = f"rtsynth beside {setting.busy} busy Python threads in other processes"
        rows.append(_row(what, our_mallet, setting, say, setting.busy) | {"server": server})
    for period in setting.periods:
        with jack_server(period) as server:
            what = f"rtsynth, period {period}"
            rows.append(_row(what, our_mallet, setting, say) | {"server": server})
    return rows


def _row(what: str, synth: Synth, setting: Setting, say: Say, busy: int = 0) -> Row:
    say(f"{what}: {setting.notes} notes")
    found = row_or_remedy(what, lambda: _heard(synth, setting, busy))
    return {key: found[key] for key in ("what", *FIGURES, "remark") if key in found}


def _heard(synth: Synth, setting: Setting, busy: int) -> Row:
    with synth() as (midi, audio), busy_processes(busy):
        try:
            return probe(midi, audio, setting.notes, THRESHOLD, setting.gap)
        except subprocess.CalledProcessError as error:
            raise NotMeasured("install libjack-jackd2-dev: jackprobe.c does not compile") from error


@contextmanager
def our_mallet() -> Iterator[Ports]:
    """`rtsynth play` with a sound whose first sample is loud."""
    with started([*OURS, "vibraphone"], "rtsynth", "playing") as ports:
        yield ports


@contextmanager
def our_piano() -> Iterator[Ports]:
    """`rtsynth play` with the program that FluidSynth plays."""
    with started([*OURS, "acoustic-grand-piano"], "rtsynth", "playing") as ports:
        yield ports


@contextmanager
def fluidsynth() -> Iterator[Ports]:
    """FluidSynth's first program without reverb and chorus, whose tails the probe would hear."""
    need(("fluidsynth",))
    if not SOUNDFONT.exists():
        raise NotMeasured("install fluid-soundfont-gm")
    with started([*FLUIDSYNTH, str(SOUNDFONT)], "fluidsynth") as ports:
        yield ports


@contextmanager
def amsynth() -> Iterator[Ports]:
    """The first preset of amsynth."""
    need(("amsynth",))
    with started(["amsynth", "-x", "-a", "jack", "-m", "jack"], "amsynth", DISPLAY="") as ports:
        yield ports


SYNTHS: dict[str, Synth] = {
    "rtsynth": our_mallet,
    "rtsynth, grand piano": our_piano,
    "FluidSynth, grand piano": fluidsynth,
    "amsynth": amsynth,
}


@contextmanager
def started(command: list[str], client: str, word: str = "", **environment: str) -> Iterator[Ports]:
    """A synth on the server, once it has its ports and has said `word`. Raises RuntimeError where it ends
    before, with its last line, or never comes.
    """
    with (
        tempfile.TemporaryFile() as said,
        process(command, stdout=said, stderr=said, env=os.environ | environment) as child,
    ):
        end, found = time.monotonic() + PATIENCE, None
        while found is None or word not in _words(said):
            if child.poll() is not None or time.monotonic() > end:
                last = _words(said).strip().rpartition("\n")[2]
                raise RuntimeError(f"{client} does not play: {last or 'it said nothing'}")
            time.sleep(0.2)
            found = _ports(client)
        time.sleep(SETTLE)
        yield found


def _words(said: IO[bytes]) -> str:
    """All that was said so far; the child writes where this file stands, so it is not moved."""
    return os.pread(said.fileno(), MOST_SAID, 0).decode(errors="replace")


def _ports(client: str) -> Ports | None:
    """First MIDI input and first audio output of a JACK client, once it has both."""
    import jack

    asking = jack.Client("asking", no_start_server=True)
    try:
        midi = asking.get_ports(client, is_midi=True, is_input=True)
        audio = asking.get_ports(client, is_audio=True, is_output=True)
        return (midi[0].name, audio[0].name) if midi and audio else None
    finally:
        asking.close()


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """`count` processes that each keep one Python thread spinning."""
    with ExitStack() as spinning:
        for _ in range(count):
            spinning.enter_context(process([sys.executable, "-c", SPIN]))
        yield
