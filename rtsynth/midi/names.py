"""How a person names a MIDI port: by index, or by words of its name in order."""

import json
import re
from collections.abc import Sequence

from ..errors import HostError

LONGEST = 80  # characters of a name shown
NUMBERS = re.compile(r" \d+:\d+$")  # client and port, which ALSA deals out anew at each arrival


class MidiPortError(HostError):
    """A port that cannot be had: one line with the cause and what there is."""


def choose(names: Sequence[str], wanted: str) -> int:
    """Index of the port that `wanted` means: an index, the whole name, or words that appear in it in order.

    Raises MidiPortError for none (listing all) and for several (listing those).
    """
    found = matches(names, wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise MidiPortError(f"{shown(wanted)} means several MIDI inputs, choose one: {listed(names, found)}")
    raise MidiPortError(f"no MIDI input {shown(wanted)}; there is: {listed(names)}")


def matches(names: Sequence[str], wanted: str) -> list[int]:
    """Indices of all ports that `wanted` may mean; an index goes before a name, a whole name before words."""
    indices = [str(index) for index in range(len(names))]
    if wanted in indices:
        return [indices.index(wanted)]
    found = [index for index, name in enumerate(names) if _in_order(name.casefold(), wanted.casefold())]
    return [index for index in found if names[index].casefold() == wanted.casefold()] or found


def lasting(name: str) -> str:
    """The part of a port's name that is the same when it comes back."""
    return NUMBERS.sub("", name)


def _in_order(name: str, words: str) -> bool:
    """Whether all words appear in the name, one after the other."""
    place = 0
    for word in words.split():
        place = name.find(word, place) + len(word)
        if place < len(word):
            return False
    return True


def shown(name: str) -> str:
    """Name in quotes, fit for one line of a terminal."""
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    return json.dumps(
        "".join(letter if letter.isprintable() else "�" for letter in short), ensure_ascii=False
    )


def listed(names: Sequence[str], indices: Sequence[int] | None = None) -> str:
    """Ports with their indices, all of them unless `indices` says which."""
    chosen = range(len(names)) if indices is None else indices
    return ", ".join(f"{index} {shown(names[index])}" for index in chosen) or "none"
