"""Saving a preset under a name of one's own, with its macros and its mix as one likes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rtsynth_engine.checking import RefusedError, check, validator

from .errors import PresetError
from .folders import own_folder
from .kept import keep_whole
from .naming import slug
from .presets import Macro, Preset
from .writing import preset_table, preset_toml


def varied(preset: Preset, name: str, macros: Mapping[str, float], mix: Mapping[str, float]) -> Preset:
    """The preset under another name, with macros turned and parts of its mix changed.

    It gives up its program numbers. Raises PresetError for an unknown macro or a value out of range.
    """
    id = slug(name)
    turned = {_find(preset, wanted): value for wanted, value in macros.items()}
    changed = replace(
        preset,
        path=own_folder() / "presets" / f"{id}.toml",
        id=id,
        name=name,
        program=None,
        also=(),
        mix=replace(preset.mix, **mix),
        macros=tuple(replace(macro, value=turned.get(macro, macro.value)) for macro in preset.macros),
    )
    try:
        check(preset_table(changed), validator("rtsynth", "preset.schema.json"))
    except RefusedError as error:
        raise PresetError(f"preset {id} would not be whole: {error}") from error
    return changed


def _find(preset: Preset, wanted: str) -> Macro:
    for macro in preset.macros:
        if wanted.lower() in (macro.name.lower(), macro.direction, macro.parameter):
            return macro
    there = ", ".join(macro.name.lower() for macro in preset.macros) or "none"
    raise PresetError(f"preset {preset.id} has no macro {wanted!r} (there is {there})")


def save(preset: Preset, presets: Sequence[Preset], force: bool = False) -> Path:
    """Write the preset to its path; returns it.

    Raises PresetError where one has its id and `force` is not set, HostError where it cannot be written.
    """
    if not force and (preset.path.exists() or any(other.id == preset.id for other in presets)):
        raise PresetError(f"there is a preset {preset.id} already; choose another name or add --force")
    keep_whole(preset.path, preset_toml(preset))
    return preset.path
