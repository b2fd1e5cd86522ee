"""How a session is set: tuning, velocities, MPE, bend range, devices and parts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rtsynth_engine.layout import CHANNELS, PORTS
from rtsynth_engine.parameters import BEND_RANGE, DATA, DATA_FINE, RPN, RPN_FINE, ZONE

from ...errors import HostError
from ...folders import tuning_folders
from ...lineup import Lineup
from ...restoring import with_velocity
from ...tunings import tuning
from ...velocity import NAMES
from . import parts
from .background import Background
from .hand import PAGE, Hand
from .wires import Message, Wires

PERIODS = (32, 64, 128, 256, 512, 1024)  # frames
NONE = 127  # in both bytes: no parameter is chosen
LOWER = slice(0, CHANNELS, 16)  # the channels that lead a lower zone


class Settings:
    """Changes what a page asks for; what only the playing process can do, it is told.

    `driver` is its name and `period` its frames, `scale` the name of the session's tuning, None for equal
    temperament.
    """

    def __init__(self, lineup: Lineup, hand: Hand, wires: Wires, background: Background) -> None:
        self.lineup, self.hand, self.wires, self.background = lineup, hand, wires, background
        self.driver, self.period = "null", PERIODS[0]
        self.scale: str | None = Path(lineup.setup.tuning).stem if lineup.setup.tuning else None
        self.scales = scales()
        self._do: dict[str, Callable[[Any], object]] = {
            "tuning": self._tune,
            "velocity": self._set_curve,
            "mpe": self._set_zones,
            "bend_range": self._set_bend,
            "audio": lambda name: wires.tell({"do": "open", "audio": name}),
            "period": lambda frames: wires.tell({"do": "open", "period": frames}),
            "add_part": lambda id: hand.change(parts.added(hand.standing(), id)),
        }

    def hear(self, opened: Message) -> None:
        """Take in what the host says of its device."""
        self.driver = str(opened.get("driver", self.driver))
        self.period = int(opened.get("period", self.period))

    def set(self, message: Message) -> None:
        """Do what a page says; look for devices where it says nothing. Raises HostError."""
        if "part" in message:
            self.hand.change(parts.edited(self.hand.standing(), message))
        asked = [name for name in self._do if name in message]
        for name in asked:
            self._do[name](message[name])
        if not asked and "part" not in message:
            self.background.look()

    def shown(self) -> dict[str, Any]:
        """The topic."""
        channels, velocity = self.wires.memory.channels, curve(self.hand)
        chosen = asked_for(self.driver)
        names = dict.fromkeys([chosen, *self.background.audio])
        return {
            "tuning": self.scale,
            "tunings": list(self.scales),
            "velocity": velocity,
            "curves": list(dict.fromkeys([*NAMES, velocity])),
            "mpe": int(channels["members"][LOWER].max()),
            "bend_range": round(float(channels["bend_range"][PAGE]), 2),
            "audio": [{"name": name, "chosen": name == chosen} for name in names],
            "midi": list(self.background.midi),
            "periods": [self.period] if chosen == "jack" else sorted({*PERIODS, self.period}),
        }

    def _tune(self, scale: str | None) -> None:
        if scale is not None and scale not in self.scales:
            raise HostError(f"no tuning {scale!r}; choose one of {', '.join(self.scales)}")
        tuning(scale, None)
        self.wires.tell({"do": "tuning", "scale": scale, "keymap": None})
        self.scale = scale

    def _set_curve(self, wanted: str) -> None:
        inputs = with_velocity(self.lineup, wanted).setup.inputs
        self.hand.change(replace(self.hand.standing(), inputs=inputs))

    def _set_zones(self, members: int) -> None:
        """Give the lower zone of every port so many members, 0 for no MPE."""
        for port in range(PORTS):
            self.wires.control(port, 0, *parameter(ZONE, members))

    def _set_bend(self, semitones: float) -> None:
        """Let every channel bend so far; members of MPE zones have a range of their own."""
        whole, cents = divmod(round(100 * semitones), 100)
        for channel in np.flatnonzero(self.wires.memory.channels["lead"] < 0).tolist():
            self.wires.control(*divmod(channel, 16), *parameter(BEND_RANGE, whole, cents))


def parameter(number: int, value: int, fine: int = 0) -> Iterator[tuple[int, int]]:
    """Control changes that set a registered parameter, and leave none chosen."""
    yield from ((RPN, 0), (RPN_FINE, number), (DATA, value))
    if fine:
        yield DATA_FINE, fine
    yield from ((RPN, NONE), (RPN_FINE, NONE))


def curve(hand: Hand) -> str:
    """The velocity curve of every port."""
    found = next((each.curve for each in hand.setup.inputs if each.port is None), "linear")
    return found if isinstance(found, str) else f"{found:g}"


def scales() -> tuple[str, ...]:
    """Names of the scales there are."""
    return tuple(sorted({path.stem for folder in tuning_folders() for path in folder.glob("*.scl")}))


def asked_for(driver: str) -> str:
    """What `--audio` calls a driver of that name."""
    kind, _, device = driver.partition(": ")
    return f"{kind}:{device}" if kind == "portaudio" else kind
