"""MIDI to sound, as another program hears it, and where the time goes: over JACK, through python-rtmidi and
PortAudio, and through python-rtmidi and the null driver.

`JACK`: a compiled client in a process of its own sends notes at random frames to `rtsynth play` and hears
them, counted in JACK's frames; one period is the least there is, for the client hears in the cycle after it
sends. `PortAudio`: notes enter the virtual MIDI port, are stamped in the MIDI process, pass its ring and are
played by PortAudio over JACK, beside busy Python threads in the playing process too; they are sent at the
first frame of a cycle, as python-rtmidi sends, for whom a cycle has no places. `null`: python-rtmidi sends,
the null driver plays and keeps what it plays; --quick does this only where PortAudio cannot be heard.

The split, in ms: `arrival` from sending to the stamp of the MIDI process, over JACK to the beginning of the
callback that reads the note, at its frame; `queue` from the stamp to the note's frame, by the clock of the
callbacks; `engine` from that frame to the first sample (on the null driver; elsewhere part of `device`, and
0 or 1 frame by event_to_sample); `device` from there to the client that hears. Over JACK nothing queues. The
sound has no reverb, so that silence comes soon.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress

import numpy as np
from numpy.typing import NDArray

from rtsynth.audio import AudioRequest, open_driver
from rtsynth.devices import audio_devices
from rtsynth.midi.ports import MidiProcess
from rtsynth_engine.drivers.contract import Driver
from rtsynth_engine.errors import EngineError

from ..busy import busy_threads
from ..context import Context
from ..dry import dry_preset
from ..figures import NEITHER, Figure, NotMeasured
from ..hearing import AUDIBLE, Array, find_port, hear, send
from ..players import Player, null_driver, player
from ..stage import find_server, jack_stage, process, wait_for_ports
from ..tracing import Trace

PRESET = "vibraphone"
PERIOD, PERIODS = 64, (32, 64, 128, 256)
THREADS = 2
MIDI, SOUND = "rtsynth:midi_in", "rtsynth:out_1"
A_NOTE = 0.2  # seconds at most


def run(context: Context) -> Iterator[Figure]:
    """The paths that there are here, one after the other."""
    with dry_preset(context.options.preset or PRESET) as preset:
        for period in periods(context):
            yield from _if_there(context, f"JACK, period {period}", over_jack(context, preset, period))
        if context.pick(True, False, True):
            yield from _if_there(context, "JACK, split", jack_split(context, preset))
        heard = list(_if_there(context, "PortAudio", portaudio(context, preset)))
        yield from heard
        if context.pick(True, not heard, True):
            yield from _if_there(context, "null", null(context, preset))


def _if_there(context: Context, name: str, path: Iterator[Figure]) -> Iterator[Figure]:
    """The figures of a path, or a remark why it cannot be measured here."""
    try:
        yield from path
    except (NotMeasured, EngineError) as error:
        context.remark(f"{name}: not measured: {error}")


def over_jack(context: Context, preset: str, period: int) -> Iterator[Figure]:
    """`rtsynth play` in a process of its own."""
    with jack_stage(context, period) as stage:
        what = f"JACK, period {stage.period}"
        context.tell(what)
        context.setup(server="ours, on the dummy driver" if stage.own else "the one that runs")
        command = [sys.executable, "-m", "rtsynth", "play", preset, "--audio", "jack", "--midi", "jack"]
        with process([*command, "--no-connect"]):
            wait_for_ports(MIDI, SOUND)
            time.sleep(0.5)
            heard = hear((MIDI, SOUND), notes(context))
    yield from delays(context, what, heard.delays, len(heard.sent))
    yield Figure(what, "xruns", heard.xruns)


def periods(context: Context) -> tuple[int, ...]:
    """Those to measure over JACK: the server's own where one runs that is not ours."""
    with suppress(NotMeasured):
        running = find_server()
        if running is not None:
            return (running.block,)
    if context.options.block:
        return (context.options.block,)
    return context.pick(PERIODS, (PERIOD,), (PERIOD,))


def jack_split(context: Context, preset: str) -> Iterator[Figure]:
    """The same parts in this process, so that their times can be seen."""
    with jack_stage(context, context.options.block or PERIOD) as stage:
        what = f"JACK, period {stage.period}"
        context.tell(f"{what}, the split")
        driver = open_driver(AudioRequest("jack", connect=False))
        with player(context, driver, preset) as playing:
            trace = Trace(playing.engine)
            heard = hear((MIDI, SOUND), notes(context), meanwhile=trace.look)
    turns = trace.times(trace.frames())
    parts = {"arrival": (turns, heard.sent_ns), "device": (heard.heard_ns, turns)}
    yield from split(context, what, parts, heard.there)


def portaudio(context: Context, preset: str) -> Iterator[Figure]:
    """The virtual MIDI port and PortAudio, idle and beside busy threads."""
    with (
        jack_stage(context, context.options.block or PERIOD) as stage,
        _portaudio_driver(stage.period) as driver,
        _stamped(context, driver, preset) as playing,
    ):
        ports = find_port("rtsynth:rtsynth"), find_port("PortAudio", "out")
        for what in _idle_and_busy(context, f"PortAudio, period {stage.period}"):
            trace = Trace(playing.engine)
            heard = hear(ports, notes(context), "--aligned", meanwhile=trace.look)
            yield from delays(context, what, heard.delays, len(heard.sent))
            yield Figure(what, "xruns", heard.xruns)
            stamps, turns = trace.stamps(), trace.times(trace.frames())
            parts = {"arrival": (stamps, heard.sent_ns), "queue": (turns, stamps)}
            yield from split(context, what, parts | {"device": (heard.heard_ns, turns)}, heard.there)


def null(context: Context, preset: str) -> Iterator[Figure]:
    """Python-rtmidi sends, the null driver plays; needs any MIDI system that answers."""
    count = notes(context)
    keep = round((2 * A_NOTE * count + 20.0) * (context.options.rate or 48_000.0))
    driver = null_driver(context, PERIOD, keep)
    with ExitStack() as stack:
        with suppress(NotMeasured):  # without JACK, ALSA or CoreMIDI may answer
            stack.enter_context(jack_stage(context, PERIOD))
        with _stamped(context, driver, preset) as playing:
            for what in _idle_and_busy(context, f"null, period {driver.period}"):
                trace, xruns = Trace(playing.engine), playing.engine.telemetry().xruns
                sent = send("rtsynth", count, trace.look)
                yield from null_figures(context, what, np.array(sent, float), driver.out, trace)
                yield Figure(what, "xruns", playing.engine.telemetry().xruns - xruns)


def null_figures(
    context: Context, what: str, sent: Array, out: NDArray[np.float32], trace: Trace
) -> Iterator[Figure]:
    """From the sound that was kept: heard as a device would play it that takes every period as it begins."""
    begun, stamps = trace.frames(), trace.stamps()
    turns, first = trace.times(begun), np.array([_first_sound(out, frame) for frame in begun])
    sounds = turns + first * 1e9 / trace.engine.rate
    if len(sounds) == len(sent):
        yield from delays(context, what, (sounds - sent) / 1e6, len(sent))
    parts = {"arrival": (stamps, sent), "queue": (turns, stamps), "engine": (sounds, turns)}
    yield from split(context, what, parts, np.ones(len(sent), bool))


def _first_sound(out: NDArray[np.float32], frame: int) -> int:
    """Frames from `frame` to the first sample that can be heard."""
    return int(np.argmax(np.abs(out[:, frame : frame + 4096]).max(axis=0) > AUDIBLE))


def notes(context: Context) -> int:
    """How many each path plays."""
    return context.pick(60, 8, 3)


@contextmanager
def _portaudio_driver(period: int) -> Iterator[Driver]:
    """A stream through PortAudio's JACK host, which must be gone before the server is."""
    found = [device for device in audio_devices() if "JACK" in device.api and device.name == "system"]
    if not found:
        raise NotMeasured("PortAudio has no JACK host here, so nothing could hear what it plays")
    import sounddevice

    try:
        yield open_driver(AudioRequest(f"portaudio:{found[0].index}", block=period))
    finally:
        sounddevice._terminate()


@contextmanager
def _stamped(context: Context, driver: Driver, preset: str) -> Iterator[Player]:
    """A player whose notes come through the MIDI process and its virtual port."""
    with MidiProcess() as ports, player(context, driver, preset, ports.ring) as playing:
        time.sleep(0.3)
        yield playing


def _idle_and_busy(context: Context, what: str) -> Iterator[str]:
    """Names of two states, the second of them while Python threads of this process are busy."""
    states = ((nullcontext(), "idle"), (busy_threads(THREADS), f"{THREADS} busy threads"))
    for beside, state in states:
        context.tell(f"{what}, {state}")
        with beside:
            yield f"{what}, {state}"


def delays(context: Context, what: str, found: Array, sent: int) -> Iterator[Figure]:
    """Of delays in ms."""
    yield Figure(what, "sent", sent, "notes", NEITHER)
    yield Figure(what, "unheard", sent - len(found), "notes")
    context.keep(what, [round(float(delay), 5) for delay in found])
    if len(found):
        p95 = np.sort(found)[int(np.ceil(0.95 * len(found))) - 1]
        for name, value in (
            ("median", np.median(found)),
            ("p95", p95),
            ("sd", np.std(found)),
            ("max", found.max()),
        ):
            yield Figure(what, name, float(value), "ms")


def split(
    context: Context, what: str, parts: dict[str, tuple[Array, Array]], there: NDArray[np.bool_]
) -> Iterator[Figure]:
    """Median and deviation of the time from one moment to another, both in ns for every note."""
    counts = {len(times) for part in parts.values() for times in part}
    if counts != {len(there)}:
        context.remark(f"{what}: no split: some notes were not seen in the engine")
        return
    for name, (until, since) in parts.items():
        spent = (until - since)[there] / 1e6
        if len(spent):
            yield Figure(f"{what}: {name}", "median", float(np.median(spent)), "ms")
            yield Figure(f"{what}: {name}", "sd", float(np.std(spent)), "ms")
            yield Figure(f"{what}: {name}", "max", float(np.max(spent)), "ms")
