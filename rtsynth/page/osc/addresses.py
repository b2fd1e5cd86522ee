"""What can be said by Open Sound Control: its addresses, as messages of the page.

    Address                     Arguments               What it does
    /note                       key, velocity           plays a key; velocity 0 lets it go
    /pressure                   key, value              presses a key that is down, 0 to 127
    /bend                       value                   bends the pitch, -1 to 1
    /control                    number, value           turns a MIDI controller, 0 to 127
    /panic                                              silences everything
    /preset                     text                    chooses a preset, by its id or name
    /volume                     dB                      sets the volume, -60 to 6
    /macro/1 ... /macro/8       value                   turns a macro, -1 to 1
    /pad                        x, y                    moves on the pad, -1 to 1 each
    /pad/mode                   text                    "directions", "corners" or "map"
    /pad/x, /pad/y              text                    the direction along that side of the pad
    /surprise                                           goes to another place of the latent space
    /vary                                               goes to a place nearby
    /home                                               goes back to the preset as it is
    /path/record, /path/loop    0 or 1                  records the path on the pad, repeats it
    /path/clear                                         forgets the path
    /state                                              answers with /preset, /volume, /macro/N and /pad

Numbers may be integers or floats. What takes no argument may be given one, as buttons do: 0 does nothing.
Bundles act at their time, a second ahead at most.
"""

from collections.abc import Callable, Iterator
from typing import Any

from rtsynth_engine.checking import RefusedError

from .packets import Argument, Message, write_message

LONGEST = 200  # characters of a text
TOLD = {"preset", "volume", "macros", "pad"}  # topics

Said = dict[str, Any]
Kind = Callable[[Argument], Any]


def number(value: Argument) -> float:
    """A number. Raises RefusedError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError("a number is wanted")
    return float(value)


def byte(value: Argument) -> int:
    """A number from 0 to 127, rounded. Raises RefusedError for anything else."""
    if not 0 <= number(value) <= 127:
        raise RefusedError("a number from 0 to 127 is wanted")
    return round(number(value))


def switch(value: Argument) -> bool:
    """On or off. Raises RefusedError for what is neither."""
    return value if isinstance(value, bool) else number(value) >= 0.5


def text(value: Argument) -> str:
    """A text. Raises RefusedError for anything else, and a long one."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise RefusedError("a short text is wanted")
    return value


def _say(what: str, *kinds: tuple[str, Kind], **fixed: object) -> tuple[Said, tuple[tuple[str, Kind], ...]]:
    """What a page says (`fixed` fields included), and the fields that arguments fill."""
    return {"do": what, **fixed}, kinds


ADDRESSES = {
    "/note": _say("on", ("key", byte), ("velocity", byte)),
    "/pressure": _say("pressure", ("key", byte), ("value", byte)),
    "/bend": _say("bend", ("value", number)),
    "/control": _say("control", ("number", byte), ("value", byte)),
    "/panic": _say("panic"),
    "/preset": _say("preset", ("id", text)),
    "/volume": _say("volume", ("db", number)),
    **{f"/macro/{n}": _say("macro", ("value", number), index=n - 1) for n in range(1, 9)},
    "/pad": _say("move", ("x", number), ("y", number)),
    "/pad/mode": _say("pad", ("mode", text)),
    "/pad/x": _say("pad", ("x", text)),
    "/pad/y": _say("pad", ("y", text)),
    "/surprise": _say("surprise"),
    "/vary": _say("vary"),
    "/home": _say("home"),
    "/path/record": _say("path", ("record", switch)),
    "/path/loop": _say("path", ("loop", switch)),
    "/path/clear": _say("path", clear=True),
}


def translated(message: Message) -> Said | None:
    """What a page would say; None for a button let go. Raises RefusedError."""
    if message.address not in ADDRESSES:
        raise RefusedError(f"nothing listens at {message.address[:LONGEST]}")
    fixed, kinds = ADDRESSES[message.address]
    if not kinds and len(message.arguments) == 1:
        return dict(fixed) if switch(message.arguments[0]) else None
    if len(message.arguments) != len(kinds):
        raise RefusedError(f"{message.address} takes {len(kinds)} arguments")
    given = zip(kinds, message.arguments, strict=True)
    said = fixed | {name: kind(value) for (name, kind), value in given}
    return {"do": "off", "key": said["key"]} if said["do"] == "on" and not said["velocity"] else said


def answers(state: dict[str, Any]) -> Iterator[bytes]:
    """Packets that tell how things stand, at the addresses that set them; none while nothing plays."""
    if not state.keys() >= TOLD:
        return
    yield write_message("/preset", state["preset"]["id"])
    yield write_message("/volume", state["volume"])
    for place, macro in enumerate(state["macros"]):
        yield write_message(f"/macro/{place + 1}", macro["value"])
    yield write_message("/pad", *state["pad"]["at"])
