"""Where MIDI comes from, from what a person asked for, and what becomes of it while it plays."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtsynth_engine.drivers.contract import Driver
from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.midi.parser import DEVICE

from .errors import DeviceError, HostError
from .midi.names import shown
from .midi.ports import MidiPortError, MidiProcess
from .panel import say

VIRTUAL = "rtsynth"  # the name DAWs see; it never changes
WENT = ("is gone", "arrived")


@dataclass(frozen=True)
class MidiPlan:
    """`jack`: read by the JACK driver itself, as port 0. A process of its own opens `ports`, or `every` input
    there is and will be, and `virtual` if so. What nobody `asked` for may be missing.
    """

    jack: bool = False
    ports: tuple[str, ...] = ()
    virtual: bool = False
    every: bool = False
    asked: bool = True


def plan_midi(wanted: Sequence[str], driver: str) -> MidiPlan:
    """What to open for `--midi` on an audio driver of that name. Raises HostError for contradictions."""
    names = [name for name in wanted if name not in ("jack", "virtual", "none")]
    if "none" in wanted:
        if len(wanted) > 1:
            raise HostError("--midi none stands alone; leave it or the others out")
        return MidiPlan()
    if "jack" in wanted and not driver.startswith("jack"):
        raise DeviceError(
            "--midi jack needs --audio jack; name a port instead (`rtsynth devices`), or use --midi virtual"
        )
    if wanted:
        return MidiPlan("jack" in wanted, tuple(names), "virtual" in wanted)
    if driver.startswith("jack"):
        return MidiPlan(jack=True)
    return MidiPlan(virtual=True, every=True, asked=False)


def start_midi(plan: MidiPlan, device: int = DEVICE) -> MidiProcess | None:
    """Start the MIDI process if the plan needs one; `device` is our number among exclusives' devices."""
    if not plan.ports and not plan.virtual:
        return None
    virtual = VIRTUAL if plan.virtual else None
    return MidiProcess(plan.ports, virtual, plan.every, int(plan.jack), device, wait=False)


def open_midi(plan: MidiPlan, process: MidiProcess | None) -> MidiProcess | None:
    """The process once its ports are open, and said which inputs it waits for; None where there is no MIDI.

    Raises MidiPortError when what was asked for cannot be had.
    """
    try:
        if process is not None:
            process.open()
            say(*process.news())
    except MidiPortError as error:
        if plan.asked:
            raise
        say(f"no MIDI input: {error}")
        return None
    return process


def follow_midi(driver: Driver, ports: MidiProcess | None, engine: Engine) -> list[str]:
    """Which inputs came and went since the last call; to be called ten times a second. Host's thread.

    Where the MIDI process itself has ended, what its ports held is let go.
    """
    news = driver.news() if isinstance(driver, JackDriver) else {}
    told = [f"MIDI input {shown(name)} {WENT[arrived]}" for name, arrived in news.items()]
    if ports is None:
        return told
    if ports.names and not ports.alive():
        for port in ports.names:
            engine.release_port(port)
        ports.names.clear()
    return told + ports.news()
