"""Setups: one TOML file says which preset plays on which port, channel and keys, and how keyboards answer."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError, check, parse_toml, read_regular, validator

from .errors import HostError
from .folders import config_folder, own_folder
from .naming import slug
from .velocity import HARDEST, SOFTEST, Curve
from .writing import to_toml, write_whole

FILE_LIMIT = 16 << 10  # bytes; sixteen parts with all their keys take half of it
SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
KEYS = re.compile(r"([A-G][#b]?)(-?\d)-([A-G][#b]?)(-?\d)")


@dataclass(frozen=True)
class Part:
    """One of the instruments of a setup. None: every port, every channel, as the preset has it.

    `keys`: lowest and highest MIDI key, before `transpose` (semitones). `portamento` in seconds. Program
    changes choose another preset for a part that follows them.
    """

    preset: str
    port: str | None = None
    channel: int | None = None
    keys: tuple[int, int] = (0, 127)
    transpose: int = 0
    level_db: float = 0.0
    pan: float = 0.0
    mono: bool | None = None
    legato: bool | None = None
    priority: str | None = None
    portamento: float | None = None
    follow_programs: bool = False

    @property
    def follows_all(self) -> bool:
        """Whether program changes of every channel choose its preset."""
        return self.follow_programs and (self.port, self.channel) == (None, None)


@dataclass(frozen=True)
class Input:
    """How velocities of a port, or of every port, are taken; `range` is what 1 … 127 become."""

    port: str | None = None
    curve: Curve = "linear"
    range: tuple[int, int] = (SOFTEST, HARDEST)


@dataclass(frozen=True)
class Setup:
    """What is played with what; `device_id`: the SysEx device rtsynth answers as, 0 … 127."""

    name: str = ""
    tuning: str | None = None
    keymap: str | None = None
    device_id: int | None = None
    parts: tuple[Part, ...] = ()
    inputs: tuple[Input, ...] = ()


def read_setup(path: Path) -> Setup:
    """Read one setup file. Raises HostError, which names the file and the key."""
    try:
        return parse_setup(read_regular(path, FILE_LIMIT))
    except RefusedError as error:
        raise HostError(f"setup {path.name}: {error}") from error


def parse_setup(content: bytes) -> Setup:
    """The setup of a file's content. Raises RefusedError, which names the key."""
    table = parse_toml(content)
    version = table.get("format")
    if isinstance(version, int) and version > 1:
        raise RefusedError(
            f"format {version} is newer than this rtsynth, which reads format 1: update rtsynth"
        )
    check(table, validator("rtsynth", "setup.schema.json"))
    parts = tuple(_part(number, part) for number, part in enumerate(table.get("parts", ())))
    inputs = tuple(_input(number, each) for number, each in enumerate(table.get("inputs", ())))
    _check_once("inputs", "port", [each.port for each in inputs])
    followed = [(each.port, each.channel) if each.follow_programs else None for each in parts]
    _check_once("parts", "follow_programs", [where or number for number, where in enumerate(followed)])
    plain = {key: table[key] for key in ("name", "tuning", "keymap", "device_id") if key in table}
    return Setup(parts=parts, inputs=inputs, **plain)


def _check_once(kind: str, key: str, values: list[Any]) -> None:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise RefusedError(f"{kind}/{number}/{key}: {kind}/{values.index(value)} has the same already")


def _part(number: int, table: dict[str, Any]) -> Part:
    read: dict[str, Any] = {
        key: float(table[key]) for key in ("level_db", "pan", "portamento") if key in table
    }
    read["keys"] = _ordered(f"parts/{number}/keys", _keys(table.get("keys", (0, 127))))
    return Part(**table | read)


def _input(number: int, table: dict[str, Any]) -> Input:
    curve = table.get("curve", "linear")
    velocities = _ordered(f"inputs/{number}/range", table.get("range", (SOFTEST, HARDEST)))
    return Input(table.get("port"), curve if isinstance(curve, str) else float(curve["gamma"]), velocities)


def _keys(value: Any) -> Any:
    named = KEYS.fullmatch(value) if isinstance(value, str) else None
    return (_key(*named.groups()[:2]), _key(*named.groups()[2:])) if named else value


def _key(letters: str, octave: str) -> int:
    """MIDI key of a name: C4 is 60."""
    accidental = {"#": 1, "b": -1}.get(letters[1:], 0)
    return SHARPS.index(letters[0]) + accidental + 12 * (int(octave) + 1)


def _ordered(key: str, pair: Any) -> tuple[int, int]:
    low, high = pair
    if not 0 <= low <= high <= 127:
        raise RefusedError(f"{key}: {low} to {high} is no range of 0 to 127, lowest first")
    return low, high


def setup_toml(setup: Setup) -> str:
    """The setup's one text, defaults left out: `parse_setup` of it gives the setup again."""
    parts, inputs = map(_part_table, setup.parts), map(_input_table, setup.inputs)
    return to_toml({"format": 1} | _changed(setup, parts=list(parts), inputs=list(inputs)))


def _part_table(part: Part) -> dict[str, Any]:
    return _changed(part, keys="-".join(f"{SHARPS[key % 12]}{key // 12 - 1}" for key in part.keys))


def _input_table(each: Input) -> dict[str, Any]:
    curve = each.curve if isinstance(each.curve, str) else {"gamma": each.curve}
    return _changed(each, curve=curve, range=list(each.range))


def _changed(value: Any, **written: Any) -> dict[str, Any]:
    """Fields that differ from their defaults, in order; those of `written` as they are written."""
    chosen = [each.name for each in fields(value) if getattr(value, each.name) != each.default]
    return {name: written.get(name, getattr(value, name)) for name in chosen}


def find_setup(wanted: str) -> Setup:
    """The setup of a file, or of that name among the person's own. Raises HostError: what there is."""
    if wanted.endswith(".toml") or "/" in wanted:
        return read_setup(Path(wanted))
    path = setups_folder() / f"{slug(wanted)}.toml"
    if path.exists():
        return read_setup(path)
    there = ", ".join(each.stem for each in _files()) or "none"
    raise HostError(f"no setup {wanted!r} in {path.parent} (there is {there}); name a file, or put one there")


def load_setups() -> tuple[dict[Path, Setup], list[HostError]]:
    """The person's own setups by their files, in order; and what was refused."""
    found: dict[Path, Setup] = {}
    refused: list[HostError] = []
    for path in _files():
        try:
            found[path] = read_setup(path)
        except HostError as error:
            refused.append(error)
    return found, refused


def setups_folder() -> Path:
    """Where a person's own setups lie."""
    return own_folder() / "setups"


def _files() -> list[Path]:
    return sorted(setups_folder().glob("*.toml"))


def last_setup() -> Setup | None:
    """The setup played last, or None. Raises HostError where it cannot be read."""
    path = config_folder() / "last.toml"
    return read_setup(path) if path.exists() else None


def remember(setup: Setup) -> str:
    """Keep the setup for the next `play`; returns why that failed, or nothing."""
    path = config_folder() / "last.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, setup_toml(setup))
    except OSError as error:
        return f"the setup is not kept for the next time: cannot write {path}: {error.strerror}"
    return ""
