"""The sounds of a session: one instrument, the preset that channels start on, and what each program plays."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.engine import Engine, Sound

from .choosing import find_preset, program_map
from .errors import EngineError, PresetError
from .instruments import find_instrument
from .presets import Preset, load_presets
from .timbres import timbre

OWN = 128  # program number of a preset that General MIDI has no number for


@dataclass(frozen=True)
class Lineup:
    """`sounds` by program number; channels begin on `start`. `remarks` are to be told once."""

    bundle: Bundle
    preset: Preset
    start: int
    sounds: dict[int, Sound]
    remarks: tuple[str, ...]

    def load(self, engine: Engine) -> None:
        """Give the engine every sound and put all channels on the first. Before the first callback."""
        for program, sound in self.sounds.items():
            engine.set_sound(program, sound)
        engine.select(self.start)


def choose_lineup(wanted: str | None) -> Lineup:
    """The preset `wanted`, or program 0's, and the others of its instrument by program.

    Raises PresetError and BundleError.
    """
    presets, refused = load_presets()
    preset = program_map(presets)[0] if wanted is None else find_preset(wanted, presets)
    bundle = find_instrument(preset.instrument)
    own = to_sound(preset, bundle)
    others, missing = _others(presets, bundle)
    programs = _programs(others)
    sounds = {number: own if chosen is preset else others[chosen] for number, chosen in programs.items()}
    start = preset.program if preset.program is not None and programs[preset.program] is preset else OWN
    remarks = [str(problem) for problem in (*refused, *missing)]
    if preset.digest != bundle.digest:
        remarks.append(
            f"preset {preset.id} was made with another version of {bundle.id}; it may sound different"
        )
    return Lineup(bundle, preset, start, {start: own, **sounds}, tuple(remarks))


def to_sound(preset: Preset, bundle: Bundle) -> Sound:
    """What the engine needs of a preset. Raises PresetError when the instrument lacks it."""
    point = timbre(preset, bundle)
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
        velocity_curve=preset.play.velocity_curve,
    )


def _others(presets: Sequence[Preset], bundle: Bundle) -> tuple[dict[Preset, Sound], list[EngineError]]:
    """Sounds of every preset of the instrument; and those it cannot play."""
    sounds: dict[Preset, Sound] = {}
    missing: list[EngineError] = []
    for preset in presets:
        if preset.instrument == bundle.id:
            try:
                sounds[preset] = to_sound(preset, bundle)
            except PresetError as error:
                missing.append(error)
    return sounds, missing


def _programs(sounds: dict[Preset, Sound]) -> dict[int, Preset]:
    numbered = [preset for preset in sounds if preset.program is not None]
    return program_map(numbered) if numbered else {}
