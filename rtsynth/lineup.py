"""The sounds of a session: one instrument, the preset that channels start on, and what each program plays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.midi.parser import DEVICE

from .choosing import find_preset, numbers, program_map
from .errors import EngineError, PresetError
from .instruments import find_instrument
from .presets import PRIORITIES, Preset
from .scala import TuningError
from .setups import Part, Setup
from .timbres import timbre
from .tunings import SESSION, Tables, kept_tuning, tuning
from .unwritten import all_presets

OWN = 256  # from here on programs are the session's: what its setup plays and no bank holds as it is
PLAYING = ("mono", "legato", "priority", "portamento")  # what a part may say otherwise than its preset


@dataclass(frozen=True)
class Lineup:
    """`sounds` by program number; channels begin on `start`. `slots`: program of each part of the setup.

    `remarks` are to be told once. `tunings` by the number of their table.
    """

    bundle: Bundle
    preset: Preset
    start: int
    sounds: dict[int, Sound]
    remarks: tuple[str, ...]
    setup: Setup
    slots: tuple[int, ...]
    tunings: Mapping[int, NDArray[np.float32]]

    @property
    def title(self) -> str:
        """What it is called."""
        more = len(self.slots) - 1
        return self.setup.name or self.preset.name + (f" and {more} more" if more else "")

    @property
    def device(self) -> int:
        """Our number among exclusives' devices."""
        return DEVICE if self.setup.device_id is None else self.setup.device_id

    def load(self, engine: Engine) -> None:
        """Give the engine every sound and put all channels on the first. Before the first callback."""
        for program, sound in self.sounds.items():
            engine.set_sound(program, sound)
        for number, pitches in self.tunings.items():
            engine.set_tuning(number, pitches)
        engine.select(self.start)


def choose_lineup(wanted: str | None) -> Lineup:
    """The preset `wanted`, or program 0's, on every channel, and the others of its instrument by program.

    Raises PresetError and BundleError.
    """
    presets, refused = all_presets()
    preset = program_map(presets)[0] if wanted is None else find_preset(wanted, presets)
    return _lineup(Setup(parts=(Part(preset.id, follow_programs=True),)), [preset], presets, refused)


def setup_lineup(setup: Setup) -> Lineup:
    """The presets of the setup's parts, and the others of their instrument by program.

    Raises PresetError, also for parts of several instruments, and BundleError.
    """
    presets, refused = all_presets()
    parts = setup.parts or (Part(program_map(presets)[0].id, follow_programs=True),)
    chosen = [_of_part(number, part, presets) for number, part in enumerate(parts)]
    for number, preset in enumerate(chosen):
        if preset.instrument != chosen[0].instrument:
            raise PresetError(
                f"parts/{number}/preset: {preset.id} is of {preset.instrument}, parts/0 of "
                f"{chosen[0].instrument}; a setup has one instrument"
            )
    return _lineup(replace(setup, parts=parts), chosen, presets, refused)


def _of_part(number: int, part: Part, presets: Sequence[Preset]) -> Preset:
    try:
        return find_preset(part.preset, presets)
    except PresetError as error:
        raise PresetError(f"parts/{number}/preset: {error}") from error


def _lineup(
    setup: Setup, chosen: Sequence[Preset], presets: Sequence[Preset], refused: Sequence[EngineError]
) -> Lineup:
    """The setup with its parts' presets, `chosen`."""
    bundle, tables = find_instrument(chosen[0].instrument), Tables()
    others, missing = _others(presets, bundle, tables)
    programs = _programs(others)
    known = numbers(list(others), programs)
    sounds = {number: others[preset] for number, preset in programs.items()}
    sounds |= {known[preset.id]: sound for preset, sound in others.items() if preset.id in known}
    slots = []
    for number, (part, preset) in enumerate(zip(setup.parts, chosen, strict=True)):
        own = _ways(part)
        slots.append(OWN + number if own else known.get(preset.id, OWN + number))
        sounds[slots[-1]] = replace(to_sound(preset, bundle, tables), **own)
    if setup.tuning or setup.keymap:
        tables.pitches[SESSION] = kept_tuning(setup.tuning, setup.keymap)
    remarks = [*map(str, refused), *map(str, missing), *_aged(chosen, bundle)]
    return Lineup(
        bundle, chosen[0], _start(setup, slots), sounds, tuple(remarks), setup, tuple(slots), tables.pitches
    )


def _ways(part: Part) -> dict[str, Any]:
    """What of a sound the part has otherwise than its preset."""
    given = {key: getattr(part, key) for key in PLAYING if getattr(part, key) is not None}
    return given | ({"priority": PRIORITIES.index(part.priority)} if part.priority else {})


def _aged(chosen: Sequence[Preset], bundle: Bundle) -> list[str]:
    return [
        f"preset {preset.id} was made with another version of {bundle.id}; it may sound different"
        for preset in dict.fromkeys(chosen)
        if preset.digest != bundle.digest
    ]


def _start(setup: Setup, slots: Sequence[int]) -> int:
    """Program of the part that follows every channel's, or else of the first part."""
    following = [slot for part, slot in zip(setup.parts, slots, strict=True) if part.follows_all]
    return (following or [*slots])[0]


def tuned(lineup: Lineup, scale: str | None, keymap: str | None) -> Lineup:
    """The same in a tuning as a person names it. Raises TuningError."""
    if scale is None and keymap is None:
        return lineup
    return replace(lineup, tunings={**lineup.tunings, SESSION: tuning(scale, keymap)})


def to_sound(preset: Preset, bundle: Bundle, tables: Tables) -> Sound:
    """What the engine needs of a preset, whose tuning `tables` gets.

    Raises PresetError when the instrument lacks it or its tuning cannot be read.
    """
    point, play = timbre(preset, bundle), preset.play
    try:
        table = tables.number(play.tuning, play.keymap)
    except TuningError as error:
        raise PresetError(f"preset {preset.id}: {error}") from error
    return Sound(
        latent=point.latent,
        divisor=point.divisor,
        level_db=point.level_db,
        release=point.release,
        reverb=point.reverb,
        pan=preset.mix.pan,
        low=point.low,
        high=point.high,
        wheel=point.wheel,
        pressure=point.pressure,
        vibrato=point.vibrato,
        velocity_curve=play.velocity_curve,
        tuning=table,
        half_pedal=play.half_pedal,
        mono=play.mono,
        legato=play.legato,
        priority=PRIORITIES.index(play.priority),
        portamento=play.portamento,
        offsets=point.offsets,
        keys=point.keys,
        choke=point.choke,
        one_shot=point.one_shot,
        knobs=point.knobs,
    )


def _others(
    presets: Sequence[Preset], bundle: Bundle, tables: Tables
) -> tuple[dict[Preset, Sound], list[EngineError]]:
    """Sounds of every preset of the instrument; and those it cannot play."""
    sounds: dict[Preset, Sound] = {}
    missing: list[EngineError] = []
    for preset in presets:
        if preset.instrument == bundle.id:
            try:
                sounds[preset] = to_sound(preset, bundle, tables)
            except PresetError as error:
                missing.append(error)
    return sounds, missing


def _programs(sounds: dict[Preset, Sound]) -> dict[int, Preset]:
    numbered = [preset for preset in sounds if preset.program is not None]
    return program_map(numbered) if numbered else {}
