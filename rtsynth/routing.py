"""A setup and what was learnt, in the engine's terms: names of ports become their numbers of the moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rtsynth_engine import learning, parts
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import PORTS

from .errors import HostError
from .learning import Learnt, learn_file, read_learnt
from .lineup import Lineup
from .midi.names import MidiPortError, choose
from .setups import Input, Part, Setup, setup_toml
from .velocity import table

EVERY, NOWHERE = -1, 127  # numbers of ports in a part or a mapping; no port has either
NUMBERS = tuple(map(str, range(PORTS)))
CONTROL, PROGRAM, BANK = 0xB0, 0xC0, 0


class Routing:
    """Keeps the engine's parts, velocity curves and mappings as the setup and the learn file have them.

    Host's main thread. A file, which is not `live`, has no names of ports: what is learnt for one is for all.
    """

    def __init__(self, engine: Engine, lineup: Lineup, live: bool = True) -> None:
        self.engine, self.lineup, self.live = engine, lineup, live
        self._seen: tuple[Mapping[int, str], int] | None = None
        self._started: set[Part] = set()
        self._told: set[str] = set()
        self._known: dict[int, str] = {}
        self._learnt: list[Learnt] = []

    def follow(self, ports: Mapping[int, str]) -> list[str]:
        """Take in the names of ports by number, and a changed learn file; returns what is to be told."""
        now = (dict(ports), _changed())
        if now == self._seen:
            return []
        self._seen = now
        self._known |= ports
        remarks = self._read()
        self.engine.set_parts(engine_parts(self.lineup, ports))
        for port, velocities in enumerate(curves(self.lineup.setup.inputs, ports)):
            self.engine.set_curve(port, velocities)
        self.engine.set_mappings([mapping(each, ports) for each in self._learnt])
        self._start(ports)
        named = [*ports_named(self.lineup.setup), *(each.controller.port for each in self._learnt)]
        return [*remarks, *self._unclear(named, ports)]

    def change(self, lineup: Lineup) -> None:
        """Play another setup from the next `follow` on. Sounds that it needs are the engine's already."""
        self.lineup, self._seen = lineup, None

    def _read(self) -> list[str]:
        """Take in the learn file; a broken one changes nothing and is told."""
        try:
            learnt = read_learnt()
            self._learnt = learnt if self.live else [anywhere(each) for each in learnt]
        except HostError as error:
            return [f"what was learnt stays as it was: {error}"]
        return []

    def _unclear(self, named: Sequence[str | None], ports: Mapping[int, str]) -> list[str]:
        """Why ports cannot be told, once for each name."""
        reasons = {words: find(words, ports)[1] for words in named if words and words not in self._told}
        self._told |= {words for words, reason in reasons.items() if reason}
        return [reason for reason in reasons.values() if reason]

    def taken(self) -> str:
        """The setup as a take keeps it, in TOML, ports by their numbers; nothing for a preset alone."""
        setup = self.lineup.setup
        if setup == Setup(parts=(Part(self.lineup.preset.id, follow_programs=True),)):
            return ""
        parts = tuple(replace(part, port=self._numbered(part.port)) for part in setup.parts)
        inputs = tuple(replace(each, port=self._numbered(each.port)) for each in setup.inputs)
        return setup_toml(replace(setup, parts=parts, inputs=inputs))

    def _numbered(self, words: str | None) -> str | None:
        port = number(words, self._known)
        return words if port in (EVERY, NOWHERE) else str(port)

    def _start(self, ports: Mapping[int, str]) -> None:
        """Put the channels of parts that follow programs on their presets, once their port is there."""
        for part, slot in zip(self.lineup.setup.parts, self.lineup.slots, strict=True):
            port = number(part.port, ports)
            if (
                part.follow_programs
                and not part.follows_all
                and port != NOWHERE
                and part not in self._started
            ):
                self._started.add(part)
                for each in range(PORTS) if port == EVERY else (port,):
                    for channel in range(16) if part.channel is None else (part.channel - 1,):
                        _choose(self.engine, each, channel, slot)


def _choose(engine: Engine, port: int, channel: int, program: int) -> None:
    for status, data1, data2 in (
        (CONTROL, BANK, program >> 7),
        (PROGRAM, program & 127, 0),
        (CONTROL, BANK, 0),
    ):
        engine.push(engine.clock, status + channel, data1, data2, port)


def _changed() -> int:
    """When the learn file was written, ns; 0 where there is none."""
    try:
        return learn_file().stat().st_mtime_ns
    except OSError:
        return 0


def engine_parts(lineup: Lineup, ports: Mapping[int, str]) -> list[parts.Part]:
    """What each part hears and plays; none where the channels play by themselves anyway."""
    found = [_part(part, slot, ports) for part, slot in zip(lineup.setup.parts, lineup.slots, strict=True)]
    return [] if found == [parts.Part()] else found


def _part(part: Part, slot: int, ports: Mapping[int, str]) -> parts.Part:
    return parts.Part(
        port=number(part.port, ports),
        channel=-1 if part.channel is None else part.channel - 1,
        low=part.keys[0],
        high=part.keys[1],
        transpose=part.transpose,
        program=-1 if part.follow_programs else slot,
        level_db=part.level_db,
        pan=part.pan,
    )


def curves(inputs: Sequence[Input], ports: Mapping[int, str]) -> Iterator[list[float]]:
    """Velocities of every port, (PORTS, 128): its own, or those for every port, or as they come."""
    own = {number(each.port, ports): table(each.curve, *each.range).tolist() for each in inputs}
    for port in range(PORTS):
        yield own.get(port) or own.get(EVERY) or table("linear").tolist()


def anywhere(learnt: Learnt) -> Learnt:
    """The same for a controller of any port."""
    return replace(learnt, controller=replace(learnt.controller, port=None))


def mapping(learnt: Learnt, ports: Mapping[int, str]) -> learning.Mapping:
    """A mapping as the engine takes it."""
    controller = learnt.controller
    return learning.Mapping(
        kind=controller.kind,
        number=controller.number,
        target=learnt.target,
        port=number(controller.port, ports),
        channel=-1 if controller.channel is None else controller.channel - 1,
        low=learnt.low,
        high=learnt.high,
        curve=learnt.curve,
        pickup=learnt.pickup,
    )


def number(words: str | None, ports: Mapping[int, str]) -> int:
    """Number of the port that the words mean, EVERY for None, NOWHERE where it is missing or unclear."""
    return EVERY if words is None else find(words, ports)[0]


def find(words: str, ports: Mapping[int, str]) -> tuple[int, str]:
    """Number of the port that the words mean or are; or NOWHERE, and the reason."""
    if words in NUMBERS:
        return int(words), ""
    try:
        return list(ports)[choose(list(ports.values()), words)], ""
    except MidiPortError as error:
        return NOWHERE, str(error)


def ports_named(setup: Setup) -> list[str]:
    """Words for ports in a setup, each once, in order: the ports of a MIDI file stand for them."""
    named = [*(part.port for part in setup.parts), *(each.port for each in setup.inputs)]
    return list(dict.fromkeys(words for words in named if words is not None))
