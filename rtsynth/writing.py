"""Writing presets: canonical TOML, so that the same preset is always the same bytes, and whole files only."""

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .presets import SWAYS, Macro, Play, Preset

PLAIN = ("id", "name", "category", "program", "also", "pitched", "tags")  # keys outside any table
ALWAYS = ("velocity_curve", "vibrato", "wheel", "pressure")  # keys that every preset writes


def preset_toml(preset: Preset) -> str:
    """The preset's one text: `read_preset` of it gives the preset again, whose text is the same."""
    return to_toml(preset_table(preset))


def preset_table(preset: Preset) -> dict[str, Any]:
    """The preset as its file holds it, keys in the file's order."""
    plain = {key: _plain(getattr(preset, key)) for key in PLAIN}
    tables = {"instrument": _instrument(preset), "sound": asdict(preset.mix), "play": _play(preset.play)}
    macros = {"macros": [_macro(macro) for macro in preset.macros]} if preset.macros else {}
    kept = {key: value for key, value in plain.items() if value not in (None, [])}
    return {"format": 1} | kept | tables | macros


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _instrument(preset: Preset) -> dict[str, Any]:
    source: dict[str, Any] = {"id": preset.instrument, "digest": preset.digest}
    if preset.place is not None:
        return source | {"place": preset.place}
    if preset.morph:
        return source | {"morph": [list(part) for part in preset.morph]}
    return source | {"latent": list(preset.latent or ()), "divisor": preset.divisor}


def _play(play: Play) -> dict[str, Any]:
    """What every preset has, and of the rest what is not as usual."""
    usual = asdict(Play())
    steps = {key: dict(value) for key in SWAYS if (value := getattr(play, key)) is not None}
    kept = {key: value for key, value in asdict(play).items() if key in ALWAYS or value != usual[key]}
    return {key: steps.get(key, value) for key, value in kept.items()}


def _macro(macro: Macro) -> dict[str, Any]:
    return {key: value for key, value in asdict(macro).items() if value is not None}


def to_toml(table: dict[str, Any]) -> str:
    """TOML of plain values, then of `[tables]` and `[[lists of tables]]`, in the order given.

    Keys must be bare and strings without control characters, as the preset's schema has them.
    """
    lines = _pairs(table, [key for key, value in table.items() if not _blocks(value)])
    for key, value in table.items():
        for block in _blocks(value):
            header = f"[[{key}]]" if isinstance(value, list) else f"[{key}]"
            lines += ["", header, *_pairs(block, list(block))]
    return "\n".join(lines) + "\n"


def _blocks(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) and value and isinstance(value[0], dict) else []


def _pairs(table: dict[str, Any], keys: list[str]) -> list[str]:
    return [f"{key} = {_value(table[key])}" for key in keys]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(_pairs(value, list(value))) + " }" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file at once: whoever reads it, and whatever fails, sees the old file or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
