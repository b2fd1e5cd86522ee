"""Presets that nobody wrote: one for each place of an instrument that has none, so that whatever a person
installs or imports can be played at once.
"""

from collections.abc import Collection
from dataclasses import replace

from rtsynth_engine.bundles import Bundle, bundle_id, load_bundle
from rtsynth_engine.plugins import find_plugins

from .bank import bank
from .errors import EngineError
from .folders import own_bundle_folders
from .presets import Preset, load_presets


def all_presets() -> tuple[list[Preset], list[EngineError]]:
    """Every preset, written or not; and what was refused."""
    presets, refused = load_presets()
    told: list[EngineError] = [*refused]
    written = {preset.instrument for preset in presets}
    plugins, broken = find_plugins()
    bundles = [each.description for each in plugins if each.description.id not in written]
    for folder in own_bundle_folders():
        try:
            bundles += [load_bundle(folder)] if bundle_id(folder) not in written else []
        except EngineError as error:
            told.append(error)
    known = {preset.id for preset in presets}
    fresh = [_named(preset, bundle, known) for bundle in bundles for preset in bank(bundle)]
    return [*presets, *fresh], [*told, *broken]


def _named(preset: Preset, bundle: Bundle, known: Collection[str]) -> Preset:
    """The preset, with its instrument's name where its own is taken."""
    if preset.id not in known:
        return preset
    return replace(preset, id=f"{bundle.id}-{preset.id}", name=f"{bundle.name} {preset.name}")
