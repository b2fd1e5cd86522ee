"""The part in hand: which preset it plays, and how another comes into its place."""

from dataclasses import replace
from typing import Any

import numpy as np

from rtsynth_engine.checking import RefusedError
from rtsynth_engine.layout import PAGE_PORT
from rtsynth_engine.midi.commands import SELECT

from ...choosing import find_preset
from ...errors import HostError
from ...lineup import OWN, PLAYING, Lineup
from ...presets import Preset
from ...setups import Part, Setup, parse_setup, setup_toml
from .catalogue import Catalogue
from .wires import Message, Paced, Wires

PAGE = 16 * PAGE_PORT  # the channel that the page's own keys are of
PAUSE = 0.25  # seconds between two setups: the playing process takes a moment for each
NOTHING = -1


class Hand:
    """`setup` as it plays now; `number` of the part in hand; `slots`: the program each part began on.

    What MIDI chooses is seen in the engine's memory.
    """

    def __init__(self, lineup: Lineup, catalogue: Catalogue, wires: Wires) -> None:
        self.catalogue, self.wires, self.number = catalogue, wires, 0
        self.slots = lineup.slots
        presets = list(catalogue.presets.values())
        parts = (replace(each, preset=find_preset(each.preset, presets).id) for each in lineup.setup.parts)
        self.setup = replace(lineup.setup, parts=tuple(parts))
        self._seen, self._chosen, self._awaited = self._now(), list(lineup.slots), NOTHING
        self._setups: Paced[Message] = Paced(wires.tell, PAUSE)
        if (leader := self.leader) is not None:
            self._chosen[leader] = int(self._seen[PAGE])

    def look(self) -> None:
        """Follow the programs that channels play. Where MIDI has chosen one, the page's own keys follow."""
        now = self._now()
        changed = np.flatnonzero(now != self._seen).tolist()
        self._seen = now
        for number, part in enumerate(self.setup.parts):
            heard = [channel for channel in changed if part.follow_programs and hears(part, channel)]
            self._chosen[number] = int(now[heard[0]]) if heard else self._chosen[number]
        leader = self.leader
        if changed and leader is not None and now[PAGE] != self._chosen[leader]:
            self.wires.select(PAGE_PORT, 0, self._chosen[leader])
        self._select_awaited()
        self._setups.look(self.wires.clock())

    @property
    def leader(self) -> int | None:
        """Number of the part whose program is every channel's, where it is the only one that follows any."""
        following = [number for number, part in enumerate(self.setup.parts) if part.follow_programs]
        return following[0] if len(following) == 1 and self.setup.parts[following[0]].follows_all else None

    @property
    def part(self) -> Part:
        """The part in hand."""
        return self.setup.parts[self.number]

    @property
    def program(self) -> int:
        """The program that the part in hand plays."""
        return self._program(self.number)

    @property
    def preset(self) -> Preset:
        """The preset of the part in hand."""
        return self.preset_of(self.number)

    def preset_of(self, number: int) -> Preset:
        """The preset that a part plays now."""
        program, own = self._program(number), self.catalogue.find(self.setup.parts[number].preset)
        return own if program == self.slots[number] else self.catalogue.programs.get(program, own)

    def plays(self, preset: Preset, program: int) -> bool:
        """Whether a program still stands for a preset, by its number or by a part."""
        parts = (self._program(n) == program and self.preset_of(n) == preset for n in range(len(self.slots)))
        return self.catalogue.programs.get(program) == preset or any(parts)

    def standing(self) -> Setup:
        """The setup with every part's preset as it is now."""
        parts = [replace(part, preset=self.preset_of(n).id) for n, part in enumerate(self.setup.parts)]
        return replace(self.setup, parts=tuple(parts))

    def take(self, number: int) -> None:
        """Take a part in hand. Raises HostError."""
        if not 0 <= number < len(self.setup.parts):
            raise HostError(f"there is no part {number + 1}; choose one of {len(self.setup.parts)}")
        self.number = number

    def choose(self, id: str) -> None:
        """Let the part in hand play a preset, of another instrument too. Raises HostError."""
        preset = self.catalogue.find(id)
        if preset.instrument != self.catalogue.bundle.id:
            self._open(preset)
        elif self.number == self.leader:
            self._choose(preset)
        elif preset != self.preset:
            parts = list(self.standing().parts)
            parts[self.number] = replace(self.part, preset=id)
            self.change(replace(self.setup, parts=tuple(parts)))

    def change(self, setup: Setup) -> None:
        """Play another setup, made of the `standing` one. Raises HostError: what is wrong in it."""
        setup = checked(setup)
        for part in setup.parts:
            self.catalogue.sound(part.preset)
        self.catalogue.number()
        self.setup, self.number = setup, min(self.number, len(setup.parts) - 1)
        self.slots = tuple(slot(n, part, self.catalogue.numbers) for n, part in enumerate(setup.parts))
        self._chosen = list(self.slots)
        self._setups.offer({"do": "setup", "toml": setup_toml(setup)}, self.wires.clock())
        if (leader := self.leader) is not None and self._now()[PAGE] != self.slots[leader]:
            self._select(self.slots[leader])

    def _open(self, preset: Preset) -> None:
        if len(self.setup.parts) > 1:
            raise HostError(
                f"{preset.name} is not of {self.catalogue.bundle.name}, and a setup has one instrument; "
                "remove the other parts first"
            )
        self.wires.tell({"do": "open", "preset": preset.id})

    def _choose(self, preset: Preset) -> None:
        self.catalogue.sound(preset.id)
        program = self.catalogue.numbers.get(preset.id)
        if program is None:
            raise HostError(f"{preset.name} has no program number; start it with `rtsynth play {preset.id}`")
        self._chosen[self.number] = program
        self._select(program)

    def _select(self, program: int) -> None:
        self._awaited = program
        self._select_awaited()

    def _select_awaited(self) -> None:
        """Put all channels on the program that was chosen, once the playing process has given it a sound."""
        if self._awaited != NOTHING and self.wires.memory.programs[self._awaited]["known"]:
            self.wires.command(SELECT, value=float(self._awaited))
            self._awaited = NOTHING

    def _program(self, number: int) -> int:
        return self._chosen[number] if self.setup.parts[number].follow_programs else self.slots[number]

    def _now(self) -> Any:
        """Programs of all channels (CHANNELS,), as a copy."""
        return self.wires.memory.channels["program"].copy()


def hears(part: Part, channel: int) -> bool:
    """Whether program changes of a channel, counted over all ports, may be a part's."""
    return part.channel is None or channel % 16 == part.channel - 1


def slot(number: int, part: Part, known: dict[str, int]) -> int:
    """The program of a part, as a line-up deals them out."""
    own = any(getattr(part, way) is not None for way in PLAYING)
    return OWN + number if own else known.get(part.preset, OWN + number)


def checked(setup: Setup) -> Setup:
    """The setup as its file would be read. Raises HostError, which names the part and the key."""
    try:
        return parse_setup(setup_toml(setup).encode())
    except RefusedError as error:
        raise HostError(f"the setup stays as it was: {error}") from error
