"""How a person names a MIDI port: by index, or by words of its name in order."""

import json
from collections.abc import Sequence

from ..errors import HostError

LONGEST = 80  # characters of a name shown


class MidiPortError(HostError):
    """A port that cannot be had: one line with the cause and what there is."""


def choose(names: Sequence[str], wanted: str) -> int:
    """Index of the port that `wanted` means: an index, the whole name, or words that appear in it in order.

    Raises MidiPortError for none (listing all) and for several (listing those).
    """
    indices = [str(index) for index in range(len(names))]
    if wanted in indices:
        return indices.index(wanted)
    matches = [index for index, name in enumerate(names) if _in_order(name.casefold(), wanted.casefold())]
    best = [index for index in matches if names[index].casefold() == wanted.casefold()] or matches
    if len(best) == 1:
        return best[0]
    if best:
        raise MidiPortError(f"{shown(wanted)} means several MIDI inputs, choose one: {_listed(names, best)}")
    raise MidiPortError(f"no MIDI input {shown(wanted)}; there is: {_listed(names, range(len(names)))}")


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


def _listed(names: Sequence[str], indices: Sequence[int]) -> str:
    return ", ".join(f"{index} {shown(names[index])}" for index in indices) or "none"
