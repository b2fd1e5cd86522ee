"""Saving the sound in hand as a preset of one's own."""

from dataclasses import replace

import numpy as np

from rtsynth_engine.bundles import Bundle

from ...errors import HostError
from ...naming import slug
from ...presets import Macro, Preset
from ...saving import save, varied
from ...timbres import Vector, timbre
from ...writing import preset_toml
from .catalogue import Catalogue, is_own
from .wires import Message

DIGITS = 6  # of a latent's numbers


def keep(catalogue: Catalogue, sounding: Preset, name: str, force: bool) -> tuple[Preset, Message]:
    """Save a sound under a person's name: the preset, and what the playing process is to be told of it.

    A preset of one's own gives way where `force` is set, one that ships never. Raises HostError.
    """
    known = catalogue.presets.get(slug(name))
    if known and not is_own(known):
        raise HostError(f"{known.name} ships with rtsynth and stays as it is; choose another name")
    if known and not force:
        raise HostError(f"there is a preset {known.name} already; choose another name, or replace it")
    kept = varied(sounding, name, {}, {})
    save(kept, list(catalogue.presets.values()), force)
    number = catalogue.add(kept)
    return kept, {"do": "sound", "preset": preset_toml(kept), "program": number}


def as_heard(preset: Preset, macros: tuple[Macro, ...], latent: Vector | None, bundle: Bundle) -> Preset:
    """The preset with its macros turned, at the `latent` where a person has moved it, None where nobody has.

    Raises HostError for a kit that was moved: its keys have latents of their own.
    """
    if latent is None:
        return replace(preset, macros=macros)
    own = timbre(preset, bundle)
    if own.keys:
        raise HostError(
            f"{preset.name} was moved, which no preset of a kit can say; bring the pad home first"
        )
    moved = _at(preset, latent, own.divisor)
    offset = np.subtract(timbre(moved, bundle).latent, latent)  # what its macros add without being turned
    moved = _at(preset, latent - offset, own.divisor)
    level = preset.mix.level_db + own.level_db - timbre(moved, bundle).level_db
    return replace(moved, macros=macros, mix=replace(preset.mix, level_db=level))


def _at(preset: Preset, latent: Vector, divisor: int) -> Preset:
    point = tuple(latent.round(DIGITS).tolist())
    return replace(preset, place=None, morph=(), latent=point, divisor=divisor)
