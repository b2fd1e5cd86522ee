"""A score, from seconds to the engine's clock: queued ahead while it plays live, or all at once offline."""

from collections.abc import Container
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.engine import Engine
from rtsynth_engine.rings import EVENT

from .midi.files import Score

AHEAD = 0.25  # seconds a live score is queued ahead of the clock
PROGRAM_CHANGE, CONTROL = 0xC0, 0xB0
BANKS = (0, 32)  # controllers that choose a bank; the first goes before the second
BANKED = 128  # programs in a bank
FIELDS = [name for name in EVENT.names or () if name != "time"]


def to_events(score: Score, rate: float, keep_programs: bool = True) -> NDArray[Any]:
    """EVENT records by absolute frame; `keep_programs` False leaves program changes out."""
    chosen = score.events
    if not keep_programs:
        chosen = chosen[chosen["status"] & 0xF0 != PROGRAM_CHANGE]
    events = np.zeros(len(chosen), EVENT)
    events["time"] = np.rint(chosen["seconds"] * rate)
    for field in FIELDS:
        events[field] = chosen[field]
    return events


def programs_of(events: NDArray[Any], known: Container[int] = range(BANKED)) -> list[int]:
    """Numbers, 128 × bank + program, of `known` ones that the events choose, and 0, on which all begin."""
    chosen, banks = {0}, dict[tuple[int, int], list[int]]()
    kinds, numbers = events["status"] & 0xF0, events["data1"]
    changes = (kinds == PROGRAM_CHANGE) | ((kinds == CONTROL) & np.isin(numbers, BANKS))
    for event in events[changes]:
        _, port, status, number, value = event.item()[:5]
        bank = banks.setdefault((port, status & 15), [0, 0])
        if status & 0xF0 == CONTROL:
            bank[BANKS.index(number)] = value
        else:
            banked = BANKED * (bank[0] or bank[1]) + number
            chosen.add(banked if banked in known else number)
    return sorted(chosen)


class Cue:
    """Feeds events to a running engine, a little ahead of its clock. Host's main thread."""

    def __init__(self, engine: Engine, events: NDArray[Any], start: int) -> None:
        """`start`: the frame of the engine's clock at which the score begins."""
        self.engine, self.events, self.start = engine, events, start
        self.sent = 0

    def feed(self) -> None:
        """Queue what is due soon; a full ring gets the rest at the next call."""
        until = self.engine.clock + AHEAD * self.engine.rate - self.start
        while self.sent < len(self.events) and self.events[self.sent]["time"] < until:
            event = self.events[self.sent].item()
            time, port, status, data1, data2, value = event
            if not self.engine.push(self.start + time, status, data1, data2, port, value):
                return
            self.sent += 1
