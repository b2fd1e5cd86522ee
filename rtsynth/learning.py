"""MIDI learn: which controller of a person's keyboard turns what. Kept in one file, whatever is played."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError, check, parse_toml, read_regular, validator
from rtsynth_engine.layout import MAPPINGS
from rtsynth_engine.learning import TARGETS
from rtsynth_engine.midi.messages import CONTROLLERS, NONE

from .errors import HostError
from .folders import config_folder
from .kept import keep_whole
from .writing import to_toml

FILE_LIMIT = 32 << 10  # bytes; 64 mappings with all their keys take half of it
FINE = 32  # from a 14-bit controller to its lower seven bits
NUMBERS = {"cc": 128, "cc14": 32, "nrpn": 16384}  # how many there are of a kind
WORDS = {"cc": "CC", "cc14": "14-bit CC", "nrpn": "NRPN"}
RESERVED = {each.number: each.name for each in CONTROLLERS if each.reserved or each.default == NONE}


@dataclass(frozen=True)
class Controller:
    """A control: `kind` cc, cc14 or nrpn; `port`: words of its name; `channel` 1 … 16; None: any."""

    kind: str
    number: int
    port: str | None = None
    channel: int | None = None

    def __str__(self) -> str:
        where = f" on channel {self.channel}" * bool(self.channel) + f" of {self.port}" * bool(self.port)
        return f"{WORDS[self.kind]} {self.number}{where}"


@dataclass(frozen=True)
class Learnt:
    """What a controller turns: `low` … `high` of the target, below 0 for macros only; `curve` is an exponent.

    With `pickup` a control acts only from where it meets the target's value.
    """

    target: str
    controller: Controller
    low: float = 0.0
    high: float = 1.0
    curve: float = 1.0
    pickup: bool = False


def learn_file() -> Path:
    """Where everything learnt is kept."""
    return config_folder() / "learn.toml"


def read_learnt() -> list[Learnt]:
    """Everything learnt; nothing where there is no file. Raises HostError: the file and the key."""
    path = learn_file()
    if not path.exists():
        return []
    try:
        return parse_learnt(read_regular(path, FILE_LIMIT))
    except RefusedError as error:
        raise HostError(f"{path}: {error}") from error


def parse_learnt(content: bytes) -> list[Learnt]:
    """What a file's content says was learnt. Raises RefusedError, which names the key."""
    table = parse_toml(content)
    version = table.get("format")
    if isinstance(version, int) and version > 1:
        raise RefusedError(
            f"format {version} is newer than this rtsynth, which reads format 1: update rtsynth"
        )
    check(table, validator("rtsynth", "learn.schema.json"))
    found: list[Learnt] = []
    for number, each in enumerate(table.get("mappings", ())):
        try:
            learnt = _learnt(each)
            if taken := [other for other in found if overlap(other.controller, learnt.controller)]:
                raise HostError(f"{learnt.controller} turns {taken[0].target} already")
            found.append(learnt)
        except HostError as error:
            raise RefusedError(f"mappings/{number}: {error}") from error
    return found


def _learnt(table: dict[str, Any]) -> Learnt:
    controller = Controller(table["kind"], table["number"], table.get("port"), table.get("channel"))
    floats = {key: float(table[key]) for key in ("low", "high", "curve") if key in table}
    return checked(Learnt(table["target"], controller, pickup=table.get("pickup", False), **floats))


def checked(learnt: Learnt) -> Learnt:
    """The same. Raises HostError for a controller that stays what it is, a target or a range there is not."""
    refuse_reserved(learnt.controller)
    check_target(learnt.target, learnt.low, learnt.high)
    return learnt


def check_target(target: str, low: float, high: float) -> None:
    """Raise HostError for a target or a range there is not."""
    if target not in TARGETS:
        raise HostError(f"no target {target!r}; there are {', '.join(TARGETS)}")
    floor = -1.0 if target.startswith("macro") else 0.0
    if not all(floor <= end <= 1.0 for end in (low, high)):
        raise HostError(f"low and high: {target} goes from {floor:g} to 1")


def refuse_reserved(controller: Controller) -> None:
    """Raise HostError for a controller that panic, pedals and parameters need, or that there is not."""
    most = NUMBERS[controller.kind]
    if controller.number not in range(most):
        raise HostError(f"number: {controller}: there are 0 to {most - 1}")
    if used := [number for number in numbers(controller) if number in RESERVED]:
        raise HostError(
            f"{controller} cannot be learnt: CC {used[0]} stays {RESERVED[used[0]]}; move another control"
        )


def numbers(controller: Controller) -> tuple[int, ...]:
    """The control changes that it sends, or none for an NRPN."""
    own, kind = controller.number, controller.kind
    return (own, own + FINE) if kind == "cc14" else (own,) * (kind == "cc")


def overlap(one: Controller, other: Controller) -> bool:
    """Whether some message is of both."""
    if any(
        None not in pair and pair[0] != pair[1]
        for pair in ((one.port, other.port), (one.channel, other.channel))
    ):
        return False
    if "nrpn" in (one.kind, other.kind):
        return (one.kind, one.number) == (other.kind, other.number)
    return not set(numbers(one)).isdisjoint(numbers(other))


def learned(known: Sequence[Learnt], new: Learnt) -> tuple[list[Learnt], list[Learnt]]:
    """What is known with `new`; and what its controller turned before, which is forgotten.

    Raises HostError for a reserved controller, an unknown target and too many mappings.
    """
    checked(new)
    moved = [each for each in known if overlap(each.controller, new.controller)]
    kept = [each for each in known if each not in moved]
    if len(kept) >= MAPPINGS:
        raise HostError(f"{MAPPINGS} mappings are kept already; forget some: rtsynth learn --forget TARGET")
    return [*kept, new], moved


def forgotten(known: Sequence[Learnt], target: str) -> list[Learnt]:
    """What is known without what turns `target`, or "all". Raises HostError where nothing does."""
    kept = [] if target == "all" else [each for each in known if each.target != target]
    if len(kept) == len(known):
        raise HostError(f"nothing turns {target}; `rtsynth learn` lists what is learnt")
    return kept


def find_target(wanted: str) -> str:
    """The target a person means: "Macro-1" is macro 1. Raises HostError: what there is."""
    words = " ".join(re.findall(r"[a-z]+|[0-9]+", wanted.lower()))
    if words not in TARGETS:
        raise HostError(f"no target {wanted!r}; there are {', '.join(TARGETS)}")
    return words


def write_learnt(known: Sequence[Learnt]) -> Path:
    """Keep what is known; returns where. Raises HostError where it cannot be written or read back."""
    path = learn_file()
    try:
        text = learnt_toml(known)
    except RefusedError as error:
        raise HostError(f"this cannot be kept: {error}") from error
    keep_whole(path, text)
    return path


def learnt_toml(known: Sequence[Learnt]) -> str:
    """The one text of what is known: `parse_learnt` of it gives the same. Raises RefusedError."""
    table = {"format": 1} | ({"mappings": [learnt_table(each) for each in known]} if known else {})
    check(table, validator("rtsynth", "learn.schema.json"))
    return to_toml(table)


def learnt_table(learnt: Learnt) -> dict[str, Any]:
    """A mapping as its file holds it, defaults left out."""
    given = {"target": learnt.target} | _changed(learnt.controller) | _changed(learnt)
    return {key: value for key, value in given.items() if key != "controller"}


def _changed(value: Any) -> dict[str, Any]:
    return {
        each.name: getattr(value, each.name)
        for each in fields(value)
        if getattr(value, each.name) != each.default
    }
