"""Every preset a person has, and by which program number each one of the instrument in play is reached."""

from contextlib import suppress
from itertools import chain
from typing import Any

from rtsynth_engine.bundles import MANIFEST, MANIFEST_LIMIT, Bundle
from rtsynth_engine.checking import RefusedError, parse_json, read_regular
from rtsynth_engine.layout import PARTS, PROGRAMS
from rtsynth_engine.plugins import find_plugins
from rtsynth_engine.sounds import Sound

from ...choosing import PROGRAMS as BANK
from ...choosing import numbers, program_map
from ...errors import HostError, PresetError
from ...folders import bundle_folders, own_folder
from ...lineup import OWN, to_sound
from ...presets import Preset
from ...tunings import Tables
from ...unwritten import all_presets

FREE = (range(BANK, 2 * BANK), range(OWN + PARTS, PROGRAMS))  # where a preset saved meanwhile may go


class Catalogue:
    """`presets` of all instruments by id. Of those that `bundle` plays: `sounds` and `numbers` by id, and
    `programs`, the preset that each program number plays. `listed` is the topic, a new one when they change.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.presets = {preset.id: preset for preset in all_presets()[0]}
        self.sounds: dict[str, Sound] = {}
        for preset in self.presets.values():
            if sound := self._sound(preset):
                self.sounds[preset.id] = sound
        self.number()
        self._instruments = instrument_names()
        self.listed = self._list()

    def number(self) -> None:
        """Deal out program numbers as a line-up does: those of presets saved meanwhile change with it."""
        playable = [self.presets[id] for id in self.sounds]
        numbered = [preset for preset in playable if preset.program is not None]
        self.programs = program_map(numbered) if numbered else {}
        self.numbers = numbers(playable, self.programs)
        self.programs |= {number: self.presets[id] for id, number in self.numbers.items()}

    def find(self, id: str) -> Preset:
        """The preset of that id. Raises HostError."""
        if id not in self.presets:
            raise HostError(f"no preset {id!r}; it may be gone: load the page again")
        return self.presets[id]

    def sound(self, id: str) -> Sound:
        """What the instrument in play makes of a preset. Raises HostError where it is not one of its own."""
        preset = self.find(id)
        if id not in self.sounds:
            raise HostError(f"{preset.name} is not of {self.bundle.name}; choose one of its presets")
        return self.sounds[id]

    def add(self, preset: Preset) -> int:
        """Take in a preset that was saved; returns its program number. Raises HostError: there is none."""
        sound = to_sound(preset, self.bundle, Tables())
        number = self.numbers.get(preset.id, -1)
        if number < 0:
            number = next((n for n in chain(*FREE) if n not in self.programs), -1)
        if number < 0:
            raise HostError(f"{preset.name} is saved, but no program number is free; start rtsynth again")
        self.presets[preset.id], self.sounds[preset.id] = preset, sound
        self.numbers[preset.id], self.programs[number] = number, preset
        self.listed = self._list()
        return number

    def _sound(self, preset: Preset) -> Sound | None:
        if preset.instrument != self.bundle.id:
            return None
        try:
            return to_sound(preset, self.bundle, Tables())
        except PresetError:
            return None

    def _list(self) -> list[dict[str, Any]]:
        return [self._entry(preset) for preset in self.presets.values()]

    def _entry(self, preset: Preset) -> dict[str, Any]:
        return {
            "id": preset.id,
            "name": preset.name,
            "category": preset.category,
            "tags": list(preset.tags),
            "instrument": preset.instrument,
            "instrument_name": self._instruments.get(preset.instrument, preset.instrument),
            "program": preset.program,
            "own": is_own(preset),
        }


def is_own(preset: Preset) -> bool:
    """Whether the person saved it, and may replace it."""
    return preset.path.is_relative_to(own_folder() / "presets")


def instrument_names() -> dict[str, str]:
    """What instruments call themselves, by id. Their networks are not read: that would take a second."""
    names = {plugin.description.id: plugin.description.name for plugin in find_plugins()[0]}
    for folder in bundle_folders():
        with suppress(RefusedError):
            manifest = parse_json(read_regular(folder / MANIFEST, MANIFEST_LIMIT))
            if isinstance(manifest, dict):
                names[str(manifest.get("id"))] = str(manifest.get("name"))
    return names
