"""Presets of an imported instrument: one for each place, with a macro for each of its directions."""

from dataclasses import replace

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.layout import KNOBS

from ..bank import bank
from ..presets import Macro, Preset

STEPS = 2.0  # along a direction, at full deflection


def imported_presets(bundle: Bundle) -> list[Preset]:
    """Presets without program numbers, for nobody knows what General MIDI would call them."""
    macros = tuple(Macro(each.name, 0.0, True, each.id, None, STEPS) for each in bundle.directions[:KNOBS])
    return [_named(preset, bundle, macros) for preset in bank(bundle) if preset.place]


def _named(preset: Preset, bundle: Bundle, macros: tuple[Macro, ...]) -> Preset:
    id = f"{bundle.id}-{preset.id}"
    name, path = f"{bundle.name} {preset.name}", preset.path.with_name(f"{id}.toml")
    return replace(preset, path=path, id=id, name=name, program=None, also=(), macros=macros)
