"""Presets: one TOML file says which instrument plays, where in its latent space, and how it is played."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError, check, parse_toml, read_regular, validator

from .errors import PresetError
from .folders import SHIPPED, preset_files

FILE_LIMIT = 16 << 10  # bytes; a preset of the flagship takes two kilobytes

Steps = tuple[tuple[str, float], ...]  # directions of a latent space, and how many steps along each
PRIORITIES = ("last", "highest", "lowest")  # which of several keys a mono preset plays
SWAYS = ("wheel", "pressure", "timbre", "breath", "foot")  # keys of Play that hold steps


@dataclass(frozen=True)
class Mix:
    """How a preset sits in the mix. `release` scales release times; `reverb` 0 … 1; `pan` -1 (left) … 1."""

    level_db: float = 0.0
    release: float = 1.0
    reverb: float = 0.2
    pan: float = 0.0


@dataclass(frozen=True)
class Play:
    """How a preset answers the player. `velocity_curve` is an exponent; `vibrato` 0 … 1 what the wheel bends.

    `wheel`, `pressure`, `timbre` (CC74), `breath` and `foot` are the steps that these take at full
    deflection; `timbre` None is two of brightness. `half_pedal`: the sustain pedal may be half down.
    `portamento` in seconds. `tuning` and `keymap` are files among one's own tunings or the shipped ones.
    """

    velocity_curve: float = 1.0
    vibrato: float = 1.0
    wheel: Steps = ()
    pressure: Steps = ()
    timbre: Steps | None = None
    breath: Steps = ()
    foot: Steps = ()
    half_pedal: bool = False
    mono: bool = False
    legato: bool = False
    priority: str = PRIORITIES[0]
    portamento: float = 0.0
    tuning: str | None = None
    keymap: str | None = None


@dataclass(frozen=True)
class Macro:
    """A named knob, -1 … 1 where `bipolar`, else 0 … 1. `amount` is what a value of 1 adds.

    It adds steps along a `direction`, or to a `parameter`: dB of level, share of reverb or vibrato, doublings
    of the release time.
    """

    name: str
    value: float = 0.0
    bipolar: bool = False
    direction: str | None = None
    parameter: str | None = None
    amount: float = 1.0


@dataclass(frozen=True)
class Preset:
    """A checked preset: a named place of the instrument, several in proportion, or a latent vector with its
    grid divisor.

    `program` is the General MIDI program (0 … 127) that it is, or None; `also` are others it stands in for;
    `digest` tells which networks it was made with.
    """

    path: Path
    id: str
    name: str
    category: str
    instrument: str
    digest: str
    program: int | None = None
    also: tuple[int, ...] = ()
    pitched: bool = True
    tags: tuple[str, ...] = ()
    place: str | None = None
    morph: Steps = ()
    latent: tuple[float, ...] | None = None
    divisor: int = 1
    mix: Mix = field(default_factory=Mix)
    play: Play = field(default_factory=Play)
    macros: tuple[Macro, ...] = ()


def read_preset(path: Path) -> Preset:
    """Read one preset file. Raises PresetError, which names the file and the key."""
    try:
        return parse_preset(read_regular(path, FILE_LIMIT), path, path.is_relative_to(SHIPPED))
    except RefusedError as error:
        raise PresetError(f"preset {path.name}: {error}") from error


def parse_preset(content: bytes, path: Path, shipped: bool = False) -> Preset:
    """The preset of a file's content. Raises RefusedError, which names the key.

    What is `shipped` was checked when it was made: to check it at every start takes longer than to read it.
    """
    table = parse_toml(content)
    version = table.get("format")
    if isinstance(version, int) and version > 1:
        raise RefusedError(
            f"format {version} is newer than this rtsynth, which reads format 1: update rtsynth"
        )
    if not shipped:
        check(table, validator("rtsynth", "preset.schema.json"))
    names = Counter(macro["name"].lower() for macro in table.get("macros", ()))
    if twice := [name for name, times in names.items() if times > 1]:
        raise RefusedError(f"macros: two are named {twice[0]!r}")
    return _preset(path, table)


def _preset(path: Path, table: dict[str, Any]) -> Preset:
    source = table["instrument"]
    return Preset(
        path=path,
        instrument=source["id"],
        digest=source["digest"],
        place=source.get("place"),
        morph=_steps(source.get("morph", ())),
        latent=tuple(map(float, source["latent"])) if "latent" in source else None,
        divisor=source.get("divisor", 1),
        also=tuple(table.get("also", ())),
        tags=tuple(table.get("tags", ())),
        mix=Mix(**_floats(table.get("sound", {}))),
        play=_play(table.get("play", {})),
        macros=tuple(Macro(**_floats(macro)) for macro in table.get("macros", ())),
        **{key: table[key] for key in ("id", "name", "category", "program", "pitched") if key in table},
    )


def _play(table: dict[str, Any]) -> Play:
    steps: dict[str, Any] = {key: _steps(table[key].items()) for key in SWAYS if key in table}
    return Play(**_floats(table) | steps)


def _steps(pairs: Any) -> Steps:
    return tuple((key, float(value)) for key, value in pairs)


def _floats(table: dict[str, Any]) -> dict[str, Any]:
    """The table with 1 as 1.0, so that a preset has one text however its numbers were typed."""
    return {key: float(value) if type(value) is int else value for key, value in table.items()}


def load_presets() -> tuple[list[Preset], list[PresetError]]:
    """Every preset by id, the person's own in place of shipped ones of the same id; and what was refused."""
    presets: dict[str, Preset] = {}
    refused: list[PresetError] = []
    for path in preset_files():
        try:
            preset = read_preset(path)
            presets[preset.id] = preset
        except PresetError as error:
            refused.append(error)
    return list(presets.values()), refused
