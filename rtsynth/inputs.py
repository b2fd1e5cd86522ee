"""Where MIDI comes from, from what a person asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import DeviceError, HostError
from .midi.ports import MidiPortError, MidiProcess, list_inputs
from .panel import say

VIRTUAL = "rtsynth"  # the name DAWs see; it never changes
LOOPBACKS = ("Midi Through", "rtsynth")  # echo what others send, or are ourselves
MOST_PORTS = 7  # beside the virtual port


@dataclass(frozen=True)
class MidiPlan:
    """`jack`: read by the JACK driver itself. A process of its own opens `ports`, and `virtual` if so.

    What nobody `asked` for may be missing.
    """

    jack: bool = False
    ports: tuple[str, ...] = ()
    virtual: bool = False
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
    return MidiPlan(ports=every_input(), virtual=True, asked=False)


def every_input() -> tuple[str, ...]:
    """Indices of the inputs there are now, without those that only echo; none where no system answers."""
    try:
        inputs = list_inputs()
    except HostError:
        return ()
    return tuple(str(port.index) for port in inputs if not port.name.startswith(LOOPBACKS))[:MOST_PORTS]


def open_midi(plan: MidiPlan) -> MidiProcess | None:
    """Start the MIDI process if the plan needs one. Raises MidiPortError when a port asked for is missing."""
    if not plan.ports and not plan.virtual:
        return None
    try:
        return MidiProcess(plan.ports, VIRTUAL if plan.virtual else None)
    except MidiPortError as error:
        if plan.asked:
            raise
        say(f"no MIDI input: {error}")
        return None
