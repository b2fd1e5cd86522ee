"""A flood of MIDI: 100,000 messages a second beside a few notes, against the same notes alone.

`native`: a compiled client floods rtsynth's own JACK port; `MIDI process`: the virtual port, whose messages a
process reads with python-rtmidi, stamps and puts into a ring. Controllers, bends and pressures on all
channels; 50 notes a second among them, 16 down at any time. `added xruns`: more than with the notes alone in
as long a time. `hanging`: voices that sound on once all keys are up: note-offs that were lost. Messages that
were `dropped` are controllers that the next one of their kind makes up for. `--seconds` sets the time.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth.midi.ports import MidiProcess
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.rings import DROPPED

from ..context import Context
from ..figures import LARGER, NEITHER, Figure, NotMeasured, quantiles
from ..hearing import find_port
from ..players import Player, player
from ..stage import jack_stage, process

RATE = 100_000  # messages a second
NATIVE, VIRTUAL = "native", "MIDI process"
PATIENCE = 6.0  # seconds for released notes to end
PERIOD = 64


@dataclass(frozen=True)
class Heard:
    """One flood: callbacks as records of CALL, voices left at the end, messages sent, acted on, dropped."""

    calls: NDArray[Any]
    hanging: int
    sent: int
    acted: int
    dropped: int
    refused: int

    @property
    def xruns(self) -> int:
        """That the server told of."""
        return int(self.calls["xruns"][-1] - self.calls["xruns"][0])


def run(context: Context) -> Iterator[Figure]:
    """Both ways into the engine."""
    seconds = context.options.seconds or context.pick(60.0, 5.0, 0.5)
    for way in (NATIVE, VIRTUAL):
        yield from _one_way(context, way, seconds)


def _one_way(context: Context, way: str, seconds: float) -> Iterator[Figure]:
    with ExitStack() as stack:
        stage = stack.enter_context(jack_stage(context, context.options.block or PERIOD))
        ring = stack.enter_context(MidiProcess()).ring if way == VIRTUAL else None
        driver = JackDriver(connect=False)
        playing = stack.enter_context(player(context, driver, midi=ring))
        context.setup(server="ours, on the dummy driver" if stage.own else "the one that runs")
        port = find_port("rtsynth:rtsynth") if way == VIRTUAL else find_port("rtsynth", "midi_in")
        alone = _listen(context, playing, port, seconds, "--plain")
        flooded = _listen(context, playing, port, seconds)
        yield from _figures(f"{way}, notes alone, {seconds:g} s", alone, playing.period)
        yield from _figures(f"{way}, flood, {seconds:g} s", flooded, playing.period)
        yield Figure(f"{way}, flood, {seconds:g} s", "added xruns", flooded.xruns - alone.xruns)


def _listen(context: Context, playing: Player, port: str, seconds: float, *options: str) -> Heard:
    """Flood for a while; then wait until the released notes have ended."""
    context.tell(f"{port}, {seconds:g} s {' '.join(options)}")
    before, lost = playing.engine.telemetry(), _ring_drops(playing)
    command = [sys.executable, "-m", "rtsynth_benchmarks.flooding", port, f"--seconds={seconds}"]
    with process([*command, f"--rate={RATE}", *options], stdout=-1) as child:
        pieces = []
        while child.poll() is None:
            pieces.append(playing.listen(0.2))
        said = child.stdout.read() if child.stdout else ""
    if not said:
        raise NotMeasured("the client that floods ended early")
    told, hanging = json.loads(said), _left(playing)
    after = playing.engine.telemetry()
    dropped = after.dropped_events - before.dropped_events + _ring_drops(playing) - lost
    acted = after.events - before.events
    return Heard(np.concatenate(pieces), hanging, told["sent"], acted, dropped, told["refused"])


def _ring_drops(playing: Player) -> int:
    """Messages the MIDI process had to drop so far."""
    return int(playing.engine.memory.midi.indices[DROPPED])


def _left(playing: Player) -> int:
    """Voices that sound on."""
    end = time.monotonic() + PATIENCE
    while playing.engine.telemetry().voices and time.monotonic() < end:
        time.sleep(0.05)
    left = playing.engine.telemetry().voices
    if left:
        playing.silence()
    return left


def _figures(what: str, heard: Heard, period: float) -> Iterator[Figure]:
    shares = 100.0 * heard.calls["spent"] / period
    yield Figure(what, "sent", heard.sent, "messages", NEITHER)
    yield Figure(what, "acted on", heard.acted, "messages", LARGER)
    yield Figure(what, "dropped", heard.dropped, "messages")
    yield Figure(what, "refused by JACK", heard.refused, "messages")
    yield Figure(what, "hanging", heard.hanging, "voices")
    for name, value in quantiles(shares).items():
        yield Figure(what, name, value, "% of period")
    yield Figure(what, "beyond the period", int(np.sum(shares > 100.0)), "callbacks")
    yield Figure(what, "xruns", heard.xruns)
