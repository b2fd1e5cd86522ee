"""What came before a moment, in as few events as lead to the same state: every sequencer's "event chasing".

The last message of a kind stands, at its place in the order, together with those it was said in reference to:
a bank, a parameter, a tuning table. A key that is still down is pressed again; one that only a pedal holds is
let go. A legato pedal stands as it was last, even for keys that were pressed before.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.midi.commands import (
    COMMAND,
    KNOB,
    OCTAVE,
    OCTAVE_CHANNELS,
    RESET,
    TUNE_KEY,
    TUNE_TABLE,
)
from rtsynth_engine.midi.messages import CONTROLLERS
from rtsynth_engine.rings import EVENT

Event = tuple[int, int, int, int, float]  # port, status, data1, data2, value
Key = tuple[Hashable, ...]  # a port, or a port and its channel; then what is said there
NOTE_OFF, NOTE_ON, POLY, CONTROL, PROGRAM, PRESSURE, BEND, SYSTEM = range(8, 16)  # status >> 4
STOP, SYSTEM_RESET = 0xFC, 0xFF
BANKS, DATA, RPN, NRPN = (0, 32), (6, 38, 96, 97), (101, 100), (99, 98)
COARSE, SOSTENUTO, RESET_CONTROLLERS = 6, 66, 121
FOR_ONE_NOTE = (84, 88)
ENDS_NOTES = (120, 123, 124, 125, 126, 127)
MODES = (126, 127)
TUNES = (TUNE_TABLE, TUNE_KEY, OCTAVE_CHANNELS, OCTAVE)
RESETTABLE = tuple(each.number for each in CONTROLLERS if each.reset)
MOST_STEPS = 1 << 14  # of 96 and 97 for one parameter: more only repeat its end


class Chase:
    """Folds events, oldest first."""

    def __init__(self) -> None:
        self._kept: dict[Key, list[Event]] = {}  # in the order of their last word
        self._spoken_of: dict[tuple[int, int], Event] = {}  # the tuning table, the channels, by port
        self._family: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: RPN)

    def feed(self, events: NDArray[Any]) -> None:
        """Let EVENT records pass."""
        for _, *event in events.tolist():
            self._take(tuple(event))

    def events(self) -> NDArray[Any]:
        """EVENT records at time 0 that lead where all events so far led."""
        kept = [(0, *event) for unit in self._kept.values() for event in unit]
        return np.array(kept, EVENT)

    def _take(self, event: Event) -> None:
        port, status, data1, data2, _ = event
        kind, channel = status >> 4, (port, status & 15)
        if kind == NOTE_ON and data2 > 0:
            self._press(channel, event)
        elif kind in (NOTE_OFF, NOTE_ON):
            self._lift(channel, data1)
        elif kind == POLY:
            self._keep((channel, "pressure", data1), event)
        elif kind == CONTROL:
            self._control(channel, event)
        elif kind == PROGRAM:
            self._keep((channel, kind), *self._found(channel, BANKS), event)
        elif kind == SYSTEM:
            self._system(port, event)
        else:
            self._keep((channel, kind), event)

    def _keep(self, key: Key, *unit: Event) -> None:
        self._kept.pop(key, None)
        self._kept[key] = list(unit)

    def _found(self, channel: tuple[int, int], numbers: Iterable[int]) -> Iterator[Event]:
        """Where controllers stand, those that have been moved."""
        for number in numbers:
            yield from self._kept.get((channel, number), ())

    def _press(self, channel: tuple[int, int], event: Event) -> None:
        before = list(self._found(channel, FOR_ONE_NOTE))
        self._drop(channel, FOR_ONE_NOTE)
        earlier = self._kept.get((channel, "key", event[2]), [])
        self._keep((channel, "key", event[2]), *earlier, *before, event)

    def _lift(self, channel: tuple[int, int], key: int) -> None:
        """One note-off answers one press, the oldest."""
        presses = self._kept.get((channel, "key", key), [])
        after = next((i + 1 for i, event in enumerate(presses) if event[1] >> 4 == NOTE_ON), 0)
        del presses[:after]
        if not presses:
            self._kept.pop((channel, "key", key), None)

    def _end_notes(self, channel: tuple[int, int]) -> None:
        for key in range(128):
            self._kept.pop((channel, "key", key), None)

    def _drop(self, channel: tuple[int, int], numbers: Iterable[int]) -> None:
        for number in numbers:
            self._kept.pop((channel, number), None)

    def _control(self, channel: tuple[int, int], event: Event) -> None:
        number = event[2]
        if number in DATA:
            self._data(channel, event)
        elif number in ENDS_NOTES:
            self._end_notes(channel)
            if number in MODES:
                self._keep((channel, "mode"), event)
        else:
            self._set(channel, number, event)

    def _set(self, channel: tuple[int, int], number: int, event: Event) -> None:
        """A controller's place is where it was moved last; a pedal's, where it went down: what it holds was
        down then.
        """
        held = self._kept.get((channel, number), []) if number == SOSTENUTO else []
        if held and (held[0][3] >= 64) == (event[3] >= 64):
            held[0] = event
            return
        if number == RESET_CONTROLLERS:
            self._drop(channel, RESETTABLE)
        for family in (RPN, NRPN):
            if number in family:
                self._family[channel] = family
        self._keep((channel, number), event)

    def _data(self, channel: tuple[int, int], event: Event) -> None:
        """Data belongs to the parameter chosen last; a coarse value leaves the fine one before it."""
        chosen = list(self._found(channel, self._family[channel]))
        key = (channel, "data", *(part[2:4] for part in chosen))
        data = [part for part in self._kept.get(key, []) if part[2] in DATA]
        if event[2] == COARSE:
            data = [part for part in data if part[2] == DATA[1]][-1:]
        elif event[2] == DATA[1]:
            data = [part for part in data if part[2] == COARSE]
        if len(chosen) == 2:
            self._keep(key, *chosen, *data[-MOST_STEPS:], event)

    def _system(self, port: int, event: Event) -> None:
        _, status, what, index, _ = event
        if status == COMMAND and what in TUNES:
            self._tune(port, what, index, event)
        else:
            if status == STOP:
                self._stop(port)
            elif status == SYSTEM_RESET or (status == COMMAND and what == RESET):
                self._start_over(port)
            which = (what, index if what == KNOB else 0) if status == COMMAND else ()
            self._keep((port, status, *which), event)

    def _tune(self, port: int, what: int, index: int, event: Event) -> None:
        """A key is tuned in the table named last; pitch classes, all twelve, on the channels named last."""
        if what in (TUNE_TABLE, OCTAVE_CHANNELS):
            self._spoken_of[port, what] = event
        table, channels = (self._spoken_of.get((port, what)) for what in (TUNE_TABLE, OCTAVE_CHANNELS))
        if what == OCTAVE_CHANNELS:
            self._keep((port, what, event[4]), event)
        elif what == OCTAVE and channels:
            self._kept[port, OCTAVE_CHANNELS, channels[4]].append(event)
        elif what == TUNE_KEY and table:
            self._keep((port, what, table[4], index), table, event)

    def _stop(self, port: int) -> None:
        """Keys and pedals of the port go up."""
        for channel in range(16):
            self._end_notes((port, channel))
            self._drop((port, channel), (SOSTENUTO,))

    def _start_over(self, port: int) -> None:
        """Nothing that was said to the port's channels holds any more."""
        channels = {(port, channel) for channel in range(16)}
        self._kept = {key: unit for key, unit in self._kept.items() if key[0] not in channels}
