"""Finding a preset: by name as a person types it, by program as a MIDI file asks for it."""

import difflib
from collections.abc import Mapping, Sequence

from .errors import PresetError
from .presets import Preset

PROGRAMS = 128
FAMILY = 8  # General MIDI groups its programs by eight: pianos, mallets, organs, …


def find_preset(wanted: str, presets: Sequence[Preset]) -> Preset:
    """The preset of that id or name, or the only one whose name has all the words in that order; where
    several instruments have such names, the first of these instruments is meant.

    Raises PresetError, which lists the matches of an ambiguous name and the nearest ones of an unknown one.
    """
    name = wanted.strip().lower()
    exact = [preset for preset in presets if name in (preset.id, preset.name.lower())]
    found = [preset for preset in presets if in_order(name.split(), preset.name.lower())]
    matches = exact or [preset for preset in found if preset.instrument == found[0].instrument]
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
    """General MIDI programs that each preset answers on its instrument, by its id."""
    answers: dict[str, list[int]] = {}
    for own in _by_instrument(presets):
        numbered = [preset for preset in own if preset.program is not None]
        for program, preset in (program_map(numbered) if numbered else {}).items():
            answers.setdefault(preset.id, []).append(program)
    return answers


def _by_instrument(presets: Sequence[Preset]) -> list[list[Preset]]:
    """The presets of each instrument."""
    names = dict.fromkeys(preset.instrument for preset in presets)
    return [[preset for preset in presets if preset.instrument == name] for name in names]


def numbers(presets: Sequence[Preset], programs: Mapping[int, Preset]) -> dict[str, int]:
    """Number by which a player reaches each preset of one instrument, by its id: 128 × bank + program.

    Bank 0 is General MIDI, of which `programs` tells who is what; bank 1 the others in order of id. Those
    that it has no room for have no number.
    """
    known = {preset.id: program for program, preset in programs.items() if preset.program == program}
    others = sorted(preset.id for preset in presets if preset.id not in known)
    return known | dict(zip(others, range(PROGRAMS, 2 * PROGRAMS), strict=False))


def addresses(presets: Sequence[Preset]) -> dict[str, tuple[int | None, int | None]]:
    """Bank and program of every preset, each instrument counted by itself; None where there is no room."""
    found: dict[str, tuple[int | None, int | None]] = {preset.id: (None, None) for preset in presets}
    for own in _by_instrument(presets):
        numbered = [preset for preset in own if preset.program is not None]
        known = numbers(own, program_map(numbered) if numbered else {})
        found |= {id: divmod(number, PROGRAMS) for id, number in known.items()}
    return found


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
