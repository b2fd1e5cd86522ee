"""Learning by the page: what a person touches on a keyboard turns a macro from then on."""

from collections.abc import Iterable
from typing import Any

from rtsynth_engine.layout import ACTED, KNOBS
from rtsynth_engine.tape import read_events

from ...errors import HostError
from ...learning import (
    Controller,
    Learnt,
    forgotten,
    learn_file,
    learned,
    read_learnt,
    write_learnt,
)
from ...touching import Touch
from .wires import Wires

ASK = "move the control now"


class Listening:
    """`topic` says what is being learnt, None for nothing; `labels` what turns each macro, by its number.

    The playing process follows the file that both are kept in.
    """

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        self.topic: dict[str, Any] | None = None
        self.labels: dict[int, str] = {}
        self._touch, self._at, self._read = Touch(), 0, -1
        self._low = 0.0

    def begin(self, index: int, low: float) -> None:
        """Listen for the control that is to turn a macro from `low` to 1.

        Raises HostError where what was learnt cannot be read.
        """
        read_learnt()
        self._low = low
        self._touch, self._at = Touch(), int(self.wires.memory.marks[ACTED])
        self.topic = {"macro": index, "said": ASK}

    def cancel(self) -> None:
        """Listen no more."""
        self.topic = None

    def forget(self, index: int) -> None:
        """Let nothing turn a macro any more. Raises HostError."""
        write_learnt(forgotten(read_learnt(), target(index)))
        self._reread()

    def look(self) -> None:
        """Take in what has been played since, and what was learnt elsewhere."""
        if self.topic is not None:
            events, self._at = read_events(self.wires.memory, self._at)
            if found := self._touched(events):
                self._learn(self.topic["macro"], found)
            elif self._touch.refused and self.topic["said"] != self._touch.refused[-1]:
                self.topic = self.topic | {"said": self._touch.refused[-1]}
        self._reread()

    def _touched(self, events: Iterable[Any]) -> Controller | None:
        for event in events:
            message = (int(event[name]) for name in ("port", "status", "data1", "data2"))
            if found := self._touch.hear(*message):
                return found
        return None

    def _learn(self, index: int, controller: Controller) -> None:
        self.topic = None
        try:
            known, moved = learned(read_learnt(), Learnt(target(index), controller, self._low))
            write_learnt(known)
        except HostError as error:
            self.wires.say(str(error))
            return
        instead = ", ".join(each.target for each in moved if each.target != target(index))
        self.wires.say(f"{controller} turns {target(index)} now" + f", no longer {instead}" * bool(instead))

    def _reread(self) -> None:
        """Take in the learn file where it has changed; a broken one changes nothing."""
        written = _written()
        if written != self._read:
            self._read = written
            try:
                self.labels = labels(read_learnt())
            except HostError as error:
                self.wires.say(f"what was learnt stays as it was: {error}")


def target(index: int) -> str:
    """What a macro is called among what can be learnt."""
    return f"macro {index + 1}"


def labels(known: Iterable[Learnt]) -> dict[int, str]:
    """The controllers of each macro, in words, by its number from 0."""
    numbers = {target(index): index for index in range(KNOBS)}
    found: dict[int, list[str]] = {}
    for each in known:
        if each.target in numbers:
            found.setdefault(numbers[each.target], []).append(str(each.controller))
    return {index: ", ".join(words) for index, words in found.items()}


def _written() -> int:
    """When the learn file was written, ns; 0 where there is none."""
    try:
        return learn_file().stat().st_mtime_ns
    except OSError:
        return 0
