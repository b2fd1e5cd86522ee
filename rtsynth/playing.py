"""A live session: MIDI process, driver and engine, opened in order and closed in order."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtsynth_engine.drivers.contract import Driver
from rtsynth_engine.engine import Engine
from rtsynth_engine.generators.choosing import Choice
from rtsynth_engine.priority import lock_memory
from rtsynth_engine.rings import Ring
from rtsynth_engine.warming import counted, warming

from .audio import AudioRequest, open_driver
from .inputs import open_midi, plan_midi, start_midi
from .lineup import Lineup
from .midi.ports import MidiProcess
from .networks import AUTOMATIC, NetworkRequest, open_network
from .panel import say
from .recording import recording
from .routing import Routing

COMPILING = "compiling the engine for this machine, at its first start only: {} of about 190 functions"
FADE = 0.1  # seconds the end is given to fade out
READY_SECONDS = 2.0  # for which attacks are waited for; a slow network renders the rest while it sounds


@dataclass(frozen=True)
class Limits:
    """How many voices may sound, and whether quality may give way to load."""

    polyphony: int = 128
    adaptive: bool = True


@dataclass(frozen=True)
class Shown:
    """What the engine shares with a control page: a ring of what that plays, a file that memory lies in."""

    ring: Ring
    file: int


@dataclass(frozen=True)
class LiveRequest:
    """What a person wants to play through: `midi` as in `--midi`; a WAV file to `record` the sound in."""

    audio: AudioRequest
    midi: tuple[str, ...]
    network: NetworkRequest = AUTOMATIC
    limits: Limits = Limits()
    record: Path | None = None
    shown: Shown | None = None


@dataclass(frozen=True)
class Session:
    """What runs. `inputs` names what MIDI comes from; `ports` serves those that JACK does not read.

    `memory` says whether the system keeps this process from being paged out.
    """

    lineup: Lineup
    driver: Driver
    engine: Engine
    inputs: tuple[str, ...]
    ports: MidiProcess | None
    memory: str
    network: Choice
    routing: Routing

    @property
    def names(self) -> dict[int, str]:
        """Names of the MIDI inputs there are, by port number."""
        jack = {0: "JACK"} if self.inputs[:1] == ("JACK",) else {}
        return jack | (self.ports.names if self.ports else {})


@contextmanager
def playing(
    lineup: Lineup,
    request: LiveRequest,
    programs: Sequence[int] = (),
    stage: Callable[[str], object] = lambda text: None,
) -> Iterator[Session]:
    """Open everything, sound until the block is left, fade out and close. Main thread.

    `programs` are ready to sound at once; `stage` hears what is being done. Raises DriverError, HostError,
    EngineError and BundleError; what was open by then is closed.
    """
    with ExitStack() as parts, ExitStack() as device:
        stage("opening audio and MIDI")
        driver = open_driver(request.audio)
        device.callback(driver.stop)
        plan = plan_midi(request.midi, driver.name)
        begun = start_midi(plan, lineup.device)
        if begun is not None:
            parts.callback(begun.close)
        memory = lock_memory()
        stage("preparing the engine")
        choice = open_network(lineup.bundle, request.network)
        shared: dict[str, Any] = {"midi": begun.ring} if begun else {}
        shared |= {"page": request.shown.ring, "file": request.shown.file} if request.shown else {}
        with compiling(stage):
            voices, network = request.limits.polyphony, choice.generator
            engine = Engine(lineup.bundle, driver.rate, voices, generator=network, **shared)
        engine.feeder.quality.adaptive = request.limits.adaptive
        parts.callback(engine.close)
        lineup.load(engine)
        engine.memory.parser["device"] = lineup.device
        ports = open_midi(plan, begun)
        inputs = ("JACK",) * plan.jack + tuple(ports.names.values() if ports else ())
        session = Session(lineup, driver, engine, inputs, ports, memory, choice, Routing(engine, lineup))
        say(*session.routing.follow(session.names))
        stage("rendering attacks")
        engine.prepare([lineup.start, *lineup.slots, *programs], READY_SECONDS)
        engine.feeder.start()
        if request.record is not None:
            parts.enter_context(recording(engine, request.record))
        driver.start(engine)
        device.callback(_fade_out, engine)
        yield session


@contextmanager
def compiling(stage: Callable[[str], object]) -> Iterator[None]:
    """While an engine is made: at the very first start, with the help of another process and shown."""
    with warming(), counted(lambda count: stage(COMPILING.format(count))):
        yield


def _fade_out(engine: Engine) -> None:
    engine.fade_out()
    time.sleep(FADE)
