"""Inputs that come and go, each kept at its port number by its name."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .backends import Backend, Close, Receive
from .names import MidiPortError, choose, lasting, listed, matches, shown

ECHO = "Midi Through"  # sends back what others send
Place = tuple[str, int]
"""A name, and which of those that bear it."""


@dataclass
class Slot:
    """A port number, and the input it is for: the one that `words` mean; without words, any that comes."""

    words: str | None = None
    known: Place | None = None  # lasting name of the input it has or had
    at: Place | None = None  # the input it has
    close: Close | None = None
    left: int = 0  # how many had left when it lost its input


@dataclass(frozen=True)
class News:
    """What happened to a port number: its input "arrived", is "gone", or is waited for ("waiting").

    `text` is for a person.
    """

    what: str
    port: int
    name: str
    text: str


def typed_slots(names: Sequence[str], wanted: Sequence[str]) -> list[Slot]:
    """A slot for each input that a person typed, by index or words; one that is not there is waited for.

    Raises MidiPortError for an index that is not there, an ambiguous name, and an input named twice.
    """
    slots = [_typed_slot(names, words) for words in wanted]
    found = [slot.known for slot in slots if slot.known]
    if len(set(found)) < len(found):
        raise MidiPortError("a MIDI input is named twice; name each one once")
    return slots


def _typed_slot(names: Sequence[str], words: str) -> Slot:
    if not matches(names, words) and not words.isdigit():
        return Slot(words)
    index = choose(names, words)
    known = places([lasting(name) for name in names])[index]
    return Slot(known[0] if words == str(index) else words, known)


def places(names: Sequence[str]) -> list[Place]:
    """The names, those that are the same told apart by their order."""
    seen = Counter[str]()
    found = []
    for name in names:
        found.append((name, seen[name]))
        seen[name] += 1
    return found


class Follower:
    """Attaches the inputs that slots are for, and lets go of those that went. One thread.

    `receive` makes what a port number's bytes go to; `gone` hears the number of a port that is no more; slots
    are numbered from `first` on.
    """

    def __init__(
        self,
        backend: Backend,
        slots: Sequence[Slot],
        receive: Callable[[int], Receive],
        gone: Callable[[int], object],
        first: int = 0,
    ) -> None:
        self._backend, self._slots, self._receive, self._gone = backend, slots, receive, gone
        self._first = first
        self._names: list[str] | None = None
        self._refused: set[Place] = set()
        self._said: set[tuple[int | str, str]] = set()
        self._left = 0

    def look(self) -> Iterator[News]:
        """Compare what there is with what there was, and say what changed."""
        names = self._backend.inputs()
        if names == self._names:
            return
        before, self._names = Counter(self._names), names
        self._refused.clear()
        yield from self._let_go(before - Counter(names))
        for find in (self._same, self._alike, self._wanted):
            for port, slot in self._free():
                for index in find(slot, names)[:1]:
                    yield from self._attach(port, slot, index, names)
        yield from self._missing(names)

    def _let_go(self, fewer: Counter[str]) -> Iterator[News]:
        """Of several of one name nobody can tell which went: all are let go, and those left come back."""
        for port, slot in enumerate(self._slots, self._first):
            if slot.at and fewer[slot.at[0]]:
                assert slot.close is not None
                slot.close()
                self._gone(port)
                self._left += 1
                name, slot.at, slot.left = slot.at[0], None, self._left
                yield News("gone", port, name, f"MIDI input {shown(name)} is gone")

    def _free(self) -> list[tuple[int, Slot]]:
        """Slots without an input: those never used first, then those longest without."""
        free = [(port, slot) for port, slot in enumerate(self._slots, self._first) if slot.at is None]
        return sorted(free, key=lambda each: each[1].left)

    def _unused(self, names: Sequence[str]) -> list[int]:
        taken = {slot.at for slot in self._slots} | self._refused
        return [index for index, place in enumerate(places(names)) if place not in taken]

    def _same(self, slot: Slot, names: Sequence[str]) -> list[int]:
        """The very input that the slot had."""
        known = places([lasting(name) for name in names])
        return [index for index in self._unused(names) if known[index] == slot.known]

    def _alike(self, slot: Slot, names: Sequence[str]) -> list[int]:
        """Inputs of the same name."""
        return [
            index for index in self._unused(names) if slot.known and lasting(names[index]) == slot.known[0]
        ]

    def _wanted(self, slot: Slot, names: Sequence[str]) -> list[int]:
        """What the words mean, if that is one; without words, any input."""
        unused = self._unused(names)
        if slot.words is None:
            return [index for index in unused if not names[index].startswith(ECHO)]
        found = matches([names[index] for index in unused], slot.words) if not slot.words.isdigit() else []
        return [unused[found[0]]] if len(found) == 1 else []

    def _attach(self, port: int, slot: Slot, index: int, names: Sequence[str]) -> Iterator[News]:
        name, place = names[index], places(names)[index]
        try:
            slot.close = self._backend.open(index, self._receive(port))
        except MidiPortError as error:
            self._refused.add(place)
            yield from self._once(name, str(error), News("waiting", port, name, f"{shown(name)}: {error}"))
            return
        slot.at, slot.known = place, places([lasting(each) for each in names])[index]
        self._said = {said for said in self._said if said[0] not in (port, name)}
        yield News("arrived", port, name, f"MIDI input {shown(name)} arrived")

    def _missing(self, names: Sequence[str]) -> Iterator[News]:
        """What was typed and is not there, or could be several."""
        for port, slot in self._free():
            words = slot.words or ""
            found = matches(names, words) if words and not words.isdigit() else []
            if len(found) > 1:
                text = f"{shown(words)} means several MIDI inputs: {listed(names, found)}"
                yield from self._once(port, "several", News("waiting", port, words, text))
            elif slot.words is not None and not slot.left:
                text = f"waiting for MIDI input {shown(words)}; there is: {listed(names)}"
                yield from self._once(port, "missing", News("waiting", port, words, text))

    def _once(self, whose: int | str, why: str, news: News) -> Iterator[News]:
        """Nothing where that was said before."""
        if (whose, why) not in self._said:
            self._said.add((whose, why))
            yield news
