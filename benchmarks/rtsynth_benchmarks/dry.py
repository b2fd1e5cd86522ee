"""A preset without reverb, whose notes end at once: a probe then soon hears silence again."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rtsynth.choosing import find_preset
from rtsynth.folders import own_folder
from rtsynth.presets import load_presets
from rtsynth.saving import save, varied


@contextmanager
def dry_preset(wanted: str) -> Iterator[str]:
    """Id of a dry copy of a preset, which this process and its children find until the block is left."""
    presets, _ = load_presets()
    preset, own, before = find_preset(wanted, presets), own_folder(), os.environ.get("RTSYNTH_HOME")
    with tempfile.TemporaryDirectory() as home:
        _share(own, Path(home))
        os.environ["RTSYNTH_HOME"] = home
        try:
            dry = varied(preset, f"{preset.name} dry", {}, {"reverb": 0.0})
            save(dry, presets, force=True)
            yield dry.id
        finally:
            os.environ.pop("RTSYNTH_HOME")
            if before is not None:
                os.environ["RTSYNTH_HOME"] = before


def _share(own: Path, home: Path) -> None:
    """A person's own instruments stay within reach."""
    (home / "instruments").mkdir()
    for bundle in (own / "instruments").glob("*.rtsynth"):
        (home / "instruments" / bundle.name).symlink_to(bundle.absolute())
