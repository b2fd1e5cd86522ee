"""Finding a preset: by name as a person types it, by program as a MIDI file asks for it."""

import difflib
from collections.abc import Sequence

from .errors import PresetError
from .presets import Preset

PROGRAMS = 128
FAMILY = 8  # General MIDI groups its programs by eight: pianos, mallets, organs, …


def find_preset(wanted: str, presets: Sequence[Preset]) -> Preset:
    """The preset of that id or name, or the only one whose name has all the words in that order.

    Raises PresetError, which lists the matches of an ambiguous name and the nearest ones of an unknown one.
    """
    name = wanted.strip().lower()
    exact = [preset for preset in presets if name in (preset.id, preset.name.lower())]
    matches = exact or [preset for preset in presets if in_order(name.split(), preset.name.lower())]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise PresetError(f"preset {wanted!r} is ambiguous: {', '.join(preset.id for preset in matches)}")
    raise PresetError(f"no preset {wanted!r}; {_suggestion(name, presets)}")


def in_order(words: Sequence[str], text: str) -> bool:
    """Whether every word stands in the text, each after the one before."""
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            return False
        at = found + len(word)
    return bool(words)


def _suggestion(name: str, presets: Sequence[Preset]) -> str:
    ids = {word: preset.id for preset in presets for word in (preset.name.lower().split())}
    ids |= {preset.id: preset.id for preset in presets}
    near = dict.fromkeys(ids[key] for key in difflib.get_close_matches(name, ids, n=3))
    near |= dict.fromkeys(preset.id for preset in presets if preset.category == name)
    return f"did you mean {' or '.join(near)}?" if near else "`rtsynth presets list` shows all"


def program_map(presets: Sequence[Preset]) -> dict[int, Preset]:
    """A preset for each of the 128 programs: its own, else one that stands in for it, else the nearest of its
    family, else program 0's.

    Raises PresetError when no preset has a program.
    """
    own: dict[int, Preset] = {}
    pitched = [preset for preset in presets if preset.pitched]
    for preset in pitched:
        if preset.program is not None:
            own.setdefault(preset.program, preset)
    for preset in pitched:
        for program in preset.also:
            own.setdefault(program, preset)
    if not own:
        raise PresetError("no preset has a program number; reinstall rtsynth to get its bank back")
    fallback = own.get(0, own[min(own)])
    return {program: _nearest(program, own) or fallback for program in range(PROGRAMS)}


def programs_of(presets: Sequence[Preset]) -> dict[str, list[int]]:
    """General MIDI programs that each preset answers, by its id. Raises PresetError as `program_map`."""
    answers: dict[str, list[int]] = {}
    for program, preset in program_map(presets).items():
        answers.setdefault(preset.id, []).append(program)
    return answers


def _nearest(program: int, own: dict[int, Preset]) -> Preset | None:
    family = [number for number in own if number // FAMILY == program // FAMILY]
    return own[min(family, key=lambda number: (abs(number - program), number))] if family else None


def filtered(presets: Sequence[Preset], category: str | None = None, tag: str | None = None) -> list[Preset]:
    """Those of the category and with the tag. Raises PresetError, which names what there is, for none."""
    chosen = [preset for preset in presets if category in (None, preset.category)]
    if not chosen:
        there = ", ".join(dict.fromkeys(preset.category for preset in presets)) or "none"
        raise PresetError(f"no preset of category {category!r}; there are {there}")
    tagged = [preset for preset in chosen if tag is None or tag in preset.tags]
    if not tagged:
        there = ", ".join(sorted({tag for preset in chosen for tag in preset.tags})) or "none"
        raise PresetError(f"no preset with tag {tag!r}; there are {there}")
    return tagged
