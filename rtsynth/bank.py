"""Writing presets: one file for each named place of an instrument, so that a new bundle plays at once."""

import os
import tempfile
from pathlib import Path

from rtsynth_engine.bundles import Bundle, Place

REVERB = {"bass": 0.05, "organ": 0.3, "strings": 0.35, "choir": 0.4, "pad": 0.35, "brass": 0.25, "lead": 0.15}
OTHER_REVERB = 0.2

TEMPLATE = """\
format = 1
id = "{place.id}"
name = {name}
category = "{place.category}"
program = {place.program}
pitched = true
tags = []

[instrument]
id = "{bundle.id}"
digest = "{bundle.digest}"
place = "{place.id}"

[sound]
level_db = 0.0
release = 1.0
reverb = {reverb}
pan = 0.0
"""


def write_bank(bundle: Bundle, folder: Path) -> list[Path]:
    """Write a preset for every place of the bundle into the folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for place in bundle.places:
        path = folder / f"{place.program:03d}-{place.id}.toml"
        write_whole(path, _text(bundle, place))
        written.append(path)
    return written


def _text(bundle: Bundle, place: Place) -> str:
    name = '"' + place.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return TEMPLATE.format(
        bundle=bundle, place=place, name=name, reverb=REVERB.get(place.category, OTHER_REVERB)
    )


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once: whoever reads it, and whatever fails, sees the old file or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
