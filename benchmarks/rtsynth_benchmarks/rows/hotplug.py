"""A keyboard plugged in and pulled out while it plays: how soon its notes sound, how soon those it held end.

`MIDI process`: python-rtmidi, the keyboard followed by its name, played on the null driver. `JACK`: the
driver connects what comes back, looked after every 0.1 s as `rtsynth play` does. `plugged in`: from the
moment before the port is made, which takes its own time, until a note begins; a key is struck every 5 ms.
`pulled out`: from the moment before the port is closed, ten keys held, until the engine holds none.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rtsynth.audio import AudioRequest, open_driver
from rtsynth.midi.ports import MidiProcess
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.errors import EngineError
from rtsynth_engine.layout import HELD

from ..context import Context
from ..figures import NEITHER, Figure, NotMeasured, spread
from ..players import null_driver, player
from ..plugging import KEYS, NAME
from ..stage import jack_stage, process

PERIOD = 64
LOOK, BETWEEN = 0.1, 0.3  # seconds between looks at the driver, and at least between two cycles
TURN = 0.001  # seconds between looks at the voices
PATIENCE = 5.0


@dataclass
class Keyboard:
    """What `plugging` plays into an engine. `meanwhile` is called while waiting."""

    child: "subprocess.Popen[str]"
    engine: Engine
    meanwhile: Callable[[], object]

    def tell(self, command: str) -> float:
        """Have it obey; returns the moment before, in ms."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(f"{command}\n")
        self.child.stdin.flush()
        return int(self.child.stdout.readline() or 0) / 1e6

    def held(self) -> set[int]:
        """Keys that the engine holds."""
        voices = self.engine.memory.voices
        return {int(key) for key in voices["key"][voices["stage"] == HELD]}

    def wait(self, condition: Callable[[], bool], what: str) -> float:
        """The moment it came true, in ms. Raises NotMeasured where it does not."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise NotMeasured(f"the keyboard was {what} and the engine did not notice")
            self.meanwhile()
            time.sleep(TURN)
        return time.monotonic_ns() / 1e6


def run(context: Context) -> Iterator[Figure]:
    """Both ways, on one server."""
    with jack_stage(context, PERIOD):
        for what, path in (("MIDI process", midi_process), ("JACK", native)):
            context.tell(what)
            try:
                yield from figures(what, path(context))
            except (NotMeasured, EngineError) as error:
                context.remark(f"{what}: not measured: {error}")


def midi_process(context: Context) -> Iterator[tuple[float, float]]:
    """Followed by its name."""
    driver = null_driver(context, PERIOD)
    with MidiProcess([NAME], None) as ports, player(context, driver, midi=ports.ring) as playing:
        yield from cycles(context, playing.engine, lambda: None)


def native(context: Context) -> Iterator[tuple[float, float]]:
    """Connected by the driver, once it was connected by hand."""
    driver = open_driver(AudioRequest("jack"))
    assert isinstance(driver, JackDriver)
    with player(context, driver) as playing:
        yield from cycles(context, playing.engine, Looks(driver), "jack")


class Looks:
    """Looks at the driver as often as `rtsynth play` does."""

    def __init__(self, driver: JackDriver) -> None:
        self._driver, self._due = driver, 0.0

    def __call__(self) -> None:
        """Look, if it is time to."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + LOOK
            self._driver.news()


def cycles(
    context: Context, engine: Engine, meanwhile: Callable[[], Any], *options: str
) -> Iterator[tuple[float, float]]:
    """How long, in ms, until a note of a new keyboard began, and until none of one that went was held."""
    command = [sys.executable, "-m", "rtsynth_benchmarks.plugging", *options]
    pipe, draw = subprocess.PIPE, random.Random(0)
    with process(command, stdin=pipe, stdout=pipe) as child:
        keyboard = Keyboard(child, engine, meanwhile)
        if options:
            _first(keyboard)
        for i in range(context.pick(20, 5, 2)):
            context.tell(f"cycle {i + 1}")
            yield _cycle(keyboard)
            time.sleep(BETWEEN + LOOK * draw.random())


def _first(keyboard: Keyboard) -> None:
    """A person's own connection, which the driver then keeps up."""
    keyboard.tell("plug")
    connect = ["jack_connect", f"{NAME}:out", "rtsynth:midi_in"]
    keyboard.wait(lambda: subprocess.run(connect, capture_output=True).returncode == 0, "plugged in")
    keyboard.wait(lambda: bool(keyboard.held()), "connected")
    keyboard.tell("unplug")
    keyboard.wait(lambda: not keyboard.held(), "pulled out")


def _cycle(keyboard: Keyboard) -> tuple[float, float]:
    before = keyboard.tell("plug")
    heard = keyboard.wait(lambda: bool(keyboard.held()), "plugged in") - before
    keyboard.tell("hold")
    keyboard.wait(lambda: keyboard.held() >= set(KEYS), "played")
    before = keyboard.tell("unplug")
    return heard, keyboard.wait(lambda: not keyboard.held(), "pulled out") - before


def figures(what: str, found: Iterator[tuple[float, float]]) -> Iterator[Figure]:
    """Of all cycles of a path."""
    heard, released = zip(*found, strict=True)
    yield Figure(f"{what}: plugged in", "cycles", len(heard), "", NEITHER)
    yield from spread(f"{what}: plugged in", heard, "ms")
    yield Figure(f"{what}: pulled out", "cycles", len(released), "", NEITHER)
    yield from spread(f"{what}: pulled out", released, "ms")
