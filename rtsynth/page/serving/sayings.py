"""What a page may say: by name, which arguments of what kind."""

import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

from rtsynth_engine.midi.parser import data_bytes_of

from ...errors import HostError

LONGEST_TEXT = 120  # characters
MOST_TOPICS = 32
BROKEN = frozenset(("Cc", "Cs", "Zl", "Zp"))  # categories of characters that no line of text has


class Kind(NamedTuple):
    """Which values an argument may have, and how that is said."""

    fits: Callable[[Any], bool]
    words: str


def whole(low: int, high: int) -> Kind:
    """An integer in a range."""
    return Kind(lambda value: type(value) is int and low <= value <= high, f"a whole number {low} to {high}")


def real(low: float, high: float) -> Kind:
    """A number in a range."""
    return Kind(
        lambda value: type(value) in (int, float) and low <= value <= high, f"a number {low:g} to {high:g}"
    )


def either(*choices: Any) -> Kind:
    """One of a few values."""
    return Kind(
        lambda value: any(value is each or (type(value) is str and value == each) for each in choices),
        "one of " + ", ".join(map(str, choices)),
    )


def maybe(kind: Kind) -> Kind:
    """That, or null."""
    return Kind(lambda value: value is None or kind.fits(value), f"{kind.words}, or null")


def several(kind: Kind, low: int, high: int) -> Kind:
    """A list of so many."""
    return Kind(
        lambda value: type(value) is list and low <= len(value) <= high and all(map(kind.fits, value)),
        f"a list of {low} to {high}, each {kind.words}",
    )


def _is_text(value: Any) -> bool:
    good = type(value) is str and 0 < len(value) <= LONGEST_TEXT
    return good and BROKEN.isdisjoint(map(unicodedata.category, value))


def _is_midi(value: Any) -> bool:
    """Whether this is one whole message below system exclusive, or a system message, which is ignored."""
    if not several(whole(0, 255), 1, 3).fits(value):
        return False
    status, data = value[0], value[1:]
    return status >= 0xF0 or (status >= 0x80 and len(data) == data_bytes_of(status) and max(data) < 0x80)


TEXT = Kind(_is_text, f"a line of at most {LONGEST_TEXT} characters")
MIDI = Kind(_is_midi, "the bytes of one MIDI message")
FLAG = either(True, False)
ONLY = either(True)
NUMBER = real(-1e15, 1e15)
KEY, VALUE, CHANNEL, UNIT = whole(0, 127), whole(0, 127), whole(0, 15), real(-1, 1)
PART, MACRO, PLACE = whole(0, 15), whole(0, 7), whole(0, 9_999)
KEYS = Kind(
    lambda value: several(KEY, 2, 2).fits(value) and value[0] <= value[1], "the lowest and the highest key"
)

SAYINGS: dict[str, dict[str, Kind]] = {
    "on": {"key": KEY, "velocity?": whole(1, 127), "channel?": CHANNEL, "at?": NUMBER},
    "off": {"key": KEY, "velocity?": VALUE, "channel?": CHANNEL},
    "pressure": {"key?": KEY, "value": VALUE, "channel?": CHANNEL},
    "bend": {"value": UNIT, "channel?": CHANNEL},
    "control": {"number": VALUE, "value": VALUE, "channel?": CHANNEL},
    "midi": {"bytes": MIDI, "at?": NUMBER},
    "release": {},
    "panic": {},
    "ping": {"t": NUMBER},
    "clock": {"offset": NUMBER},
    "watch": {"topics": several(TEXT, 0, MOST_TOPICS)},
    "preset": {"id": TEXT, "part?": PART},
    "favourite": {"id": TEXT, "on?": FLAG},
    "save": {"name": TEXT, "force?": FLAG},
    "volume": {"db": real(-60, 6)},
    "macro": {"index": MACRO, "value?": UNIT, "default?": ONLY},
    "learn": {"macro?": MACRO, "cancel?": ONLY},
    "forget": {"macro": MACRO},
    "move": {"x": UNIT, "y": UNIT},
    "pad": {
        "mode?": either("directions", "corners", "map"),
        "x?": TEXT,
        "y?": TEXT,
        "corner?": whole(0, 3),
        "preset?": TEXT,
    },
    "bookmark": {"name": TEXT},
    "go": {"bookmark": PLACE},
    "unbookmark": {"bookmark": PLACE},
    "path": {"record?": FLAG, "loop?": FLAG, "clear?": ONLY},
    "surprise": {},
    "vary": {},
    "home": {},
    "settings": {
        "tuning?": maybe(TEXT),
        "velocity?": TEXT,
        "mpe?": whole(0, 15),
        "bend_range?": real(0, 96),
        "audio?": TEXT,
        "period?": whole(1, 65_536),
        "part?": PART,
        "keys?": KEYS,
        "transpose?": whole(-127, 127),
        "level_db?": real(-60, 24),
        "pan?": UNIT,
        "channel?": maybe(whole(0, 16)),
        "preset?": TEXT,
        "remove?": ONLY,
        "add_part?": TEXT,
    },
    "doctor": {},
    "clear": {},
    "keep": {},
}
"""Arguments by name; those with a question mark may be left out."""


def check(message: dict[str, Any]) -> str:
    """The name of what is said, which is in order. Raises HostError."""
    name = message.get("do")
    if type(name) is not str or name not in SAYINGS:
        raise HostError("nothing of that name can be done; reload the page")
    kinds = SAYINGS[name]
    for argument, kind in kinds.items():
        plain = argument.removesuffix("?")
        if plain in message and not kind.fits(message[plain]):
            raise HostError(f"{plain} is wrong; give {kind.words}")
        if plain == argument and plain not in message:
            raise HostError(f"{plain} is missing; give {kind.words}")
    if not message.keys() <= {"do", *(each.removesuffix("?") for each in kinds)}:
        raise HostError("there are arguments that nothing is known of; reload the page")
    return name
