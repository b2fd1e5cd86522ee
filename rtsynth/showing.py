"""A preset told in full: lines for a person, a table for a program."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .presets import Macro, Play, Preset, Steps
from .timbres import Timbre
from .writing import preset_table

UNITS = {
    "level": "dB of level",
    "release": "doublings of release",
    "reverb": "of reverb",
    "vibrato": "of vibrato",
}


def told(preset: Preset, timbre: Timbre) -> dict[str, Any]:
    """Everything the file holds, where the file lies, and what it comes to on its instrument."""
    return preset_table(preset) | {"path": str(preset.path), "resolved": asdict(timbre)}


def lines(preset: Preset, timbre: Timbre) -> Iterator[tuple[str, str]]:
    """Topics, and what is to be said of each."""
    mix, play = preset.mix, preset.play
    yield "name", f"{preset.name} ({preset.id})"
    yield "category", preset.category
    yield "tags", ", ".join(preset.tags) or "none"
    yield "program", "none" if preset.program is None else str(preset.program)
    yield "stands in for", " ".join(map(str, preset.also)) or "none"
    yield "instrument", f"{preset.instrument}, {_source(preset)}"
    yield "keys", f"{timbre.low} to {timbre.high}"
    yield "level", f"{timbre.level_db:+.1f} dB ({mix.level_db:+.1f} dB of its own), pan {mix.pan:+.1f}"
    yield "release", f"× {timbre.release:.2f}"
    yield "reverb", f"{timbre.reverb:.2f}"
    yield "velocity", f"to the power of {play.velocity_curve:g}"
    yield "wheel", _steps((*play.wheel, ("vibrato", timbre.vibrato)))
    yield "pressure", _steps(play.pressure) or "nothing"
    yield from _playing(play)
    yield from ((f"macro {macro.name}", _macro(macro)) for macro in preset.macros)
    yield "latent", " ".join(f"{value:.2f}" for value in timbre.latent)
    yield "file", str(preset.path)


def _playing(play: Play) -> Iterator[tuple[str, str]]:
    """What of the rest is not as usual."""
    for key in ("timbre", "breath", "foot"):
        if steps := getattr(play, key):
            yield key, _steps(steps)
    if play.half_pedal:
        yield "pedal", "may be half down"
    if play.mono:
        yield "mono", f"the {play.priority} key{' legato' if play.legato else ''}"
    if play.portamento:
        yield "portamento", f"{play.portamento:g} s"
    if play.tuning or play.keymap:
        yield "tuning", " on ".join(filter(None, (play.tuning, play.keymap)))


def _source(preset: Preset) -> str:
    if preset.morph:
        total = sum(weight for _, weight in preset.morph)
        return " + ".join(f"{weight / total:.0%} {place}" for place, weight in preset.morph)
    return f"at {preset.place}" if preset.place else "a point of its own"


def _steps(steps: Steps) -> str:
    return ", ".join(f"{direction} {amount:+.2g}" for direction, amount in steps if amount)


def _macro(macro: Macro) -> str:
    low = -1 if macro.bipolar else 0
    what = f"steps of {macro.direction}" if macro.direction else UNITS[macro.parameter or ""]
    return f"{macro.value:+.2f} ({low} to 1, {macro.amount:g} {what})"
