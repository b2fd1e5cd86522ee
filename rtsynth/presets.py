"""Presets: one TOML file says which instrument plays, where in its latent space, and how it is mixed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.checking import RefusedError, check, parse_toml, read_regular, validator

from .errors import PresetError
from .folders import preset_files

FILE_LIMIT = 16 << 10  # bytes; a preset of the flagship takes one kilobyte


@dataclass(frozen=True)
class Mix:
    """How a preset sits in the mix. `release` scales release times; `reverb` 0 … 1; `pan` -1 (left) … 1."""

    level_db: float = 0.0
    release: float = 1.0
    reverb: float = 0.2
    pan: float = 0.0


@dataclass(frozen=True)
class Preset:
    """A checked preset: either a named place of the instrument or a latent vector with its grid divisor.

    `program` is the General MIDI program (0 … 127) that selects it, or None; `digest` tells which networks it
    was made with.
    """

    path: Path
    id: str
    name: str
    category: str
    instrument: str
    digest: str
    program: int | None = None
    pitched: bool = True
    tags: tuple[str, ...] = ()
    place: str | None = None
    latent: tuple[float, ...] | None = None
    divisor: int = 1
    mix: Mix = field(default_factory=Mix)


@dataclass(frozen=True)
class Timbre:
    """What a preset means on an instrument: a latent vector, its divisor, its level in dB and its pitches."""

    latent: tuple[float, ...]
    divisor: int
    level_db: float
    low: int
    high: int


def read_preset(path: Path) -> Preset:
    """Read one preset file. Raises PresetError, which names the file and the key."""
    try:
        table = parse_toml(read_regular(path, FILE_LIMIT))
        version = table.get("format")
        if isinstance(version, int) and version > 1:
            raise RefusedError(
                f"format {version} is newer than this rtsynth, which reads format 1: update rtsynth"
            )
        check(table, validator("rtsynth", "preset.schema.json"))
    except RefusedError as error:
        raise PresetError(f"preset {path.name}: {error}") from error
    return _preset(path, table)


def _preset(path: Path, table: dict[str, Any]) -> Preset:
    source = table["instrument"]
    return Preset(
        path=path,
        instrument=source["id"],
        digest=source["digest"],
        place=source.get("place"),
        latent=tuple(source["latent"]) if "latent" in source else None,
        divisor=source.get("divisor", 1),
        tags=tuple(table.get("tags", ())),
        mix=Mix(**table.get("sound", {})),
        **{key: table[key] for key in ("id", "name", "category", "program", "pitched") if key in table},
    )


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


def timbre(preset: Preset, bundle: Bundle) -> Timbre:
    """Look the preset up on its instrument. Raises PresetError when the instrument lacks it."""
    level = preset.mix.level_db
    if preset.latent is not None:
        if len(preset.latent) != bundle.latent:
            raise PresetError(
                f"preset {preset.id}: {len(preset.latent)} latents, but {bundle.id} has {bundle.latent}; "
                "it was made for another instrument"
            )
        return Timbre(preset.latent, preset.divisor, level, *bundle.pitch_range)
    for place in bundle.places:
        if place.id == preset.place:
            return Timbre(place.latent, place.divisor, level + place.gain_db, place.low, place.high)
    raise PresetError(
        f"preset {preset.id}: {bundle.id} has no place {preset.place!r}; it was made for another version"
    )
