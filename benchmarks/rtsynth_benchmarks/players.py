"""An engine that plays live in this process, and notes that are held on it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth.audio import RATE
from rtsynth.lineup import Lineup, choose_lineup
from rtsynth.networks import NetworkRequest, open_network
from rtsynth_engine.drivers.contract import Driver
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import CALLS, MOST_VOICES
from rtsynth_engine.priority import lock_memory
from rtsynth_engine.rings import Ring
from rtsynth_engine.telemetry import read_calls

from .context import Context
from .figures import NotMeasured
from .stage import jack_stage

HELD = "string-ensemble"  # goes on as long as its keys are down
NOTE_ON, NOTE_OFF, CONTROL, PROGRAM_CHANGE, SOUND_OFF = 0x90, 0x80, 0xB0, 0xC0, 120
MELODIC = [channel for channel in range(16) if channel != 9]
STAGGER = 64  # frames between the notes of a growing chord
SLICE = 5.0  # seconds between two readings of the callbacks, of which the engine keeps 44 s at most
VELOCITY = 90
FEW = 20  # callbacks until a driver runs evenly
PATIENCE = 30.0  # seconds for voices to sound


@contextmanager
def live_driver(context: Context, period: int = 64) -> Iterator[Driver]:
    """JACK where a server runs or can be started, else the null driver. `--block` asks for another period."""
    period = context.options.block or period
    with ExitStack() as stack:
        try:
            stack.enter_context(jack_stage(context, period))
            driver: Driver = JackDriver(connect=False)  # a person need not hear it
        except NotMeasured as error:
            context.remark(f"on the null driver: {error}")
            driver = null_driver(context, period)
        yield driver


def null_driver(context: Context, period: int = 64, keep: int = 0) -> NullDriver:
    """A wall clock with the rate and period asked for."""
    return NullDriver(context.options.rate or RATE, context.options.block or period, keep)


@dataclass
class Player:
    """An engine on a driver, and the notes that are held."""

    lineup: Lineup
    driver: Driver
    engine: Engine
    held: int = 0

    @property
    def period(self) -> float:
        """Length of a period in ns."""
        return self.driver.period * 1e9 / self.engine.rate

    def grow(self, count: int) -> None:
        """Hold keys until `count` voices sound. Raises NotMeasured where they never do."""
        for i in range(self.held, count):
            channel, key = self._place(i)
            at = self.engine.clock + STAGGER * (i - self.held)
            self.engine.push(at, NOTE_ON | channel, key, VELOCITY)
        self.held = count
        end = time.monotonic() + PATIENCE
        while self.engine.telemetry().voices < count:
            if time.monotonic() > end:
                raise NotMeasured(f"{count} voices never sounded; {self.engine.telemetry().voices} did")
            time.sleep(0.02)

    def _place(self, i: int) -> tuple[int, int]:
        sound = self.lineup.sounds[self.lineup.start]
        channel, key = divmod(i, sound.high - sound.low + 1)
        return MELODIC[channel], sound.low + key

    def silence(self) -> None:
        """End all sound and wait until there is none."""
        for channel in MELODIC:
            self.engine.push(self.engine.clock, CONTROL | channel, SOUND_OFF, 0)
        self.held = 0
        end = time.monotonic() + PATIENCE
        while self.engine.telemetry().voices and time.monotonic() < end:
            time.sleep(0.01)

    def listen(
        self,
        seconds: float,
        meanwhile: Callable[[float], object] = lambda done: None,
        turn: float = SLICE,
    ) -> NDArray[Any]:
        """Every callback of the coming seconds, as records of CALL. `meanwhile` hears the seconds gone by, at
        every `turn`.
        """
        memory = self.engine.memory
        began, last = time.monotonic(), int(memory.telemetry[0]["last"])
        pause, pieces = min(turn, 0.2 * CALLS * self.period * 1e-9), [memory.calls[:0].copy()]
        while (done := time.monotonic() - began) < seconds:
            meanwhile(done)
            time.sleep(max(min(pause, seconds - done), 0.001))
            calls = read_calls(memory)
            pieces.append(calls[calls["began"] > last])
            last = int(calls["began"][-1]) if len(calls) else last
        return np.concatenate(pieces)


@contextmanager
def player(
    context: Context, driver: Driver, preset: str | None = None, midi: Ring | None = None
) -> Iterator[Player]:
    """Play on an opened driver, as `rtsynth play` does, until the block is left.

    `preset` in place of the one asked for; `midi`: the ring of a MIDI process.
    """
    lineup = choose_lineup(preset or context.options.preset or HELD)
    with ExitStack() as parts, ExitStack() as device:
        device.callback(driver.stop)
        context.tell("preparing the engine")
        memory = lock_memory()
        network = open_network(lineup.bundle, NetworkRequest(context.options.device))
        engine = Engine(lineup.bundle, driver.rate, MOST_VOICES, midi=midi, generator=network.generator)
        parts.callback(engine.close)
        lineup.load(engine)
        engine.prepare([lineup.start])
        engine.feeder.start()
        driver.start(engine)
        _wait_for_callbacks(engine)
        describe(context, driver, lineup)
        runs = network.told.split(" plays")[0].removeprefix("the ")
        context.setup(memory=memory, network=f"{runs}, {engine.feeder.priority}")
        yield Player(lineup, driver, engine)


def _wait_for_callbacks(engine: Engine) -> None:
    """Until the first ones were made. Raises NotMeasured where none is."""
    end = time.monotonic() + PATIENCE
    while engine.telemetry().calls < FEW:
        if time.monotonic() > end:
            raise NotMeasured("the driver never called the engine")
        time.sleep(0.005)


def describe(context: Context, driver: Driver, lineup: Lineup) -> None:
    """Say what the figures are taken with, once the driver runs."""
    context.setup(
        driver=driver.name,
        period=driver.period,
        rate=driver.rate,
        preset=lineup.preset.id,
        priority=callback_priority(),
    )


def callback_priority() -> str:
    """The highest priority of any thread of this process: the callback's."""
    if not hasattr(os, "sched_getscheduler"):
        return "unknown to this system"
    threads = [int(name) for name in os.listdir("/proc/self/task")]
    best = max(os.sched_getparam(thread).sched_priority for thread in threads)
    return f"real-time {best}" if best else "normal"
