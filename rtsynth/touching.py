"""Listening for the one control that a person moves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.compiling import offline
from rtsynth_engine.rings import Ring, front, readable, release

from .errors import HostError
from .learning import FINE, Controller, refuse_reserved
from .midi.ports import MidiProcess

LOOK = 0.02  # seconds between looks into the ring
STEPS = 3  # a control at rest may tremble by one
CONTROL, DATA, DATA_FINE = 0xB0, 6, 38
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
CHOOSING = (NRPN_FINE, NRPN, RPN_FINE, RPN)  # what data entry is of


@dataclass
class _Channel:
    """What a channel of a port has sent: the first and the last value of each controller."""

    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    nrpn: tuple[int | None, int | None] = (None, None)  # upper and lower bits

    def moved(self, number: int) -> bool:
        return abs(self.last.get(number, 0) - self.first.get(number, 0)) >= STEPS


class Touch:
    """Hears control changes until one control has moved by a few steps.

    `refused` says why controls that moved cannot be learnt. Only `channel` (1 … 16) is heard, where given.
    """

    def __init__(self, channel: int | None = None) -> None:
        self.refused: list[str] = []
        self._only = channel
        self._channels: dict[tuple[int, int], _Channel] = {}

    def hear(self, port: int, status: int, data1: int, data2: int) -> Controller | None:
        """Take a message in; returns the control that was touched by now, as one of any port and channel."""
        if status & 0xF0 != CONTROL or self._only not in (None, (status & 15) + 1):
            return None
        channel = self._channels.setdefault((port, status & 15), _Channel())
        if data1 in CHOOSING:
            _choose(channel, data1, data2)
            return None
        channel.first.setdefault(data1, data2)
        channel.last[data1] = data2
        return self._fit(_touched(channel, data1)) if channel.moved(data1) else None

    def _fit(self, touched: Controller) -> Controller | None:
        try:
            refuse_reserved(touched)
        except HostError as error:
            self.refused += [str(error)] * (str(error) not in self.refused)
            return None
        return touched


def _choose(channel: _Channel, number: int, value: int) -> None:
    """Say which parameter data entry is of from here on; none that can be learnt after an RPN."""
    before, (high, low) = channel.nrpn, channel.nrpn
    channel.nrpn = {NRPN: (value, low), NRPN_FINE: (high, value)}.get(number, (None, None))
    if channel.nrpn != before:
        for each in (DATA, DATA_FINE):
            channel.first.pop(each, None)


def _touched(channel: _Channel, number: int) -> Controller:
    """The control that sends this controller: one of 14 bits where the other half comes too."""
    high, low = channel.nrpn
    if number in (DATA, DATA_FINE) and high is not None and low is not None:
        return Controller("nrpn", 128 * high + low)
    other = number - FINE if number >= FINE else number + FINE
    paired = channel.first.get(other, 0) != channel.last.get(other, 0) or (
        other < FINE and other in channel.last
    )
    return (
        Controller("cc14", min(number, other)) if number < 2 * FINE and paired else Controller("cc", number)
    )


@offline
def take(ring: Ring, heard: NDArray[Any]) -> int:
    """Move what waits in the ring into `heard`, as much as it holds; returns how many. Consumer's thread."""
    count = 0
    while count < len(heard) and readable(ring) > 0:
        heard[count] = ring.items[front(ring)]
        release(ring)
        count += 1
    return count


def touched(ring: Ring, touch: Touch) -> Controller | None:
    """The control touched by what waits in the ring. The one consumer's thread."""
    heard = np.zeros(len(ring.items), ring.items.dtype)
    for event in heard[: take(ring, heard)]:
        message = (int(event[name]) for name in ("port", "status", "data1", "data2"))
        if found := touch.hear(*message):
            return found
    return None


def listen(port: str | None, channel: int | None, tell: Callable[[str], object]) -> Controller:
    """Wait for a control of the port (words of its name; None: every input) to be moved.

    `tell` hears which inputs are listened to and why a control was passed over. Raises HostError where the
    system has no MIDI.
    """
    with MidiProcess((port,) if port else (), virtual=None, every=port is None) as ports:
        inputs = ", ".join(ports.names.values()) or "inputs to come"
        tell(f"move the control now; listening to {inputs}; Ctrl-C ends")
        return replace(wait(ports, Touch(channel), tell), port=port, channel=channel)


def wait(ports: MidiProcess, touch: Touch, tell: Callable[[str], object]) -> Controller:
    """The first control that is touched. Raises HostError where the ports are lost."""
    told = 0
    while ports.alive():
        found = touched(ports.ring, touch)
        for remark in (*ports.news(), *touch.refused[told:]):
            tell(remark)
        told = len(touch.refused)
        if found is not None:
            return found
        time.sleep(LOOK)
    raise HostError("the MIDI ports are gone; start rtsynth learn again")
