"""Tunings: Scala scales (.scl) and keyboard maps (.kbm), the pitch they give every key, where they lie."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .choosing import in_order
from .folders import tuning_folders
from .scala import Lines, TuningError, shown

MOST_NOTES = 100_000
MOST_KEYS = 10_000  # of a keyboard map's pattern
KEYS = 128
SESSION, OWN, MOST_OWN = 0, 256, 128  # tuning tables of the engine
MIDDLE_C = 440.0 * 2.0**-0.75  # Hz
LOWEST, HIGHEST = 0.0, 136.0  # semitones: 8 Hz to 21 kHz; a key beyond them is silent


@dataclass(frozen=True)
class Scale:
    """`pitches`: semitones over 1/1 of the degrees from 1 on. With the last one the scale begins anew."""

    name: str
    pitches: tuple[float, ...]

    def pitch(self, degree: int) -> float:
        """Semitones of a degree over 1/1, which is degree 0."""
        if not self.pitches:
            return 0.0
        rounds, step = divmod(degree, len(self.pitches))
        return rounds * self.pitches[-1] + (self.pitches[step - 1] if step else 0.0)


@dataclass(frozen=True)
class Keymap:
    """Which degree each key plays: `degrees` from the key `middle` on, over and over; None for no sound.

    Without `degrees` the keys from `middle` on play 0, 1, 2, …. Each round of the pattern is higher by the
    pitch of degree `octave`, 0 for the scale's last. Keys `first` to `last` sound; `reference` at `hertz`.
    """

    degrees: tuple[int | None, ...] = ()
    first: int = 0
    last: int = KEYS - 1
    middle: int = 60
    reference: int = 60
    hertz: float = MIDDLE_C
    octave: int = 0

    def pitch(self, key: int, scale: Scale) -> float:
        """Semitones of a key over 1/1; NaN for one that is not mapped."""
        if not self.degrees:
            return scale.pitch(key - self.middle)
        rounds, step = divmod(key - self.middle, len(self.degrees))
        degree = self.degrees[step]
        if degree is None:
            return math.nan
        return rounds * scale.pitch(self.octave or len(scale.pitches)) + scale.pitch(degree)


EQUAL = Scale("12-tone equal temperament", tuple(map(float, range(1, 13))))


def tune(scale: Scale, keymap: Keymap | None = None) -> NDArray[np.float32]:
    """Pitch of every key in semitones (128,), 69 for 440 Hz; NaN for one that is silent."""
    keymap = keymap or Keymap()
    over = np.array([keymap.pitch(key, scale) for key in range(KEYS)])
    at = 69.0 + 12.0 * math.log2(keymap.hertz / 440.0) - keymap.pitch(keymap.reference, scale)
    pitches, keys = over + at, np.arange(KEYS)
    heard = (pitches >= LOWEST) & (pitches <= HIGHEST) & (keys >= keymap.first) & (keys <= keymap.last)
    return np.where(heard, pitches, math.nan).astype(np.float32)


def read_scale(path: Path) -> Scale:
    """Read a .scl file. Raises TuningError."""
    lines = Lines(path)
    name = lines.take("the description", blank=True).strip()
    count = lines.whole("the number of notes", 0, MOST_NOTES)
    return Scale(name, tuple(lines.pitch(f"note {note} of {count}") for note in range(1, count + 1)))


def read_keymap(path: Path) -> Keymap:
    """Read a .kbm file. Raises TuningError."""
    lines = Lines(path)
    size = lines.whole("the size of the map", 0, MOST_KEYS)
    first, last, middle, reference = (
        lines.whole(f"the {what} key", 0, KEYS - 1) for what in ("first", "last", "middle", "reference")
    )
    at, hertz = lines.number, lines.frequency()
    octave = lines.whole("the degree of the octave", 0, MOST_NOTES)
    degrees = lines.degrees(size)
    if degrees and degrees[(reference - middle) % size] is None:
        raise lines.error(f"key {reference}, the reference, is not mapped; name one that is", at)
    return Keymap(degrees, first, last, middle, reference, hertz, octave)


def tuning(scale: str | None, keymap: str | None) -> NDArray[np.float32]:
    """Pitches (128,) of a scale and a keyboard map as a person names them. Raises TuningError."""
    return _tuning(scale, keymap, find_tuning)


def kept_tuning(scale: str | None, keymap: str | None) -> NDArray[np.float32]:
    """Pitches (128,) of a scale and a keyboard map as a preset names them. Raises TuningError."""
    return _tuning(scale, keymap, inside)


def _tuning(scale: str | None, keymap: str | None, find: Callable[[str, str], Path]) -> NDArray[np.float32]:
    return tune(
        read_scale(find(scale, ".scl")) if scale else EQUAL,
        read_keymap(find(keymap, ".kbm")) if keymap else None,
    )


class Tables:
    """The engine's tuning tables: SESSION for all that has no other, from OWN on those that presets bring."""

    def __init__(self) -> None:
        self.pitches: dict[int, NDArray[np.float32]] = {}
        self._numbers: dict[tuple[str | None, str | None], int] = {(None, None): -1}

    def number(self, scale: str | None, keymap: str | None) -> int:
        """Number of the table of a preset's tuning; -1 where it has none. Raises TuningError."""
        if (scale, keymap) not in self._numbers:
            number = OWN + len(self.pitches.keys() - {SESSION})
            if number >= OWN + MOST_OWN:
                raise TuningError(f"presets bring more than {MOST_OWN} tunings; leave some out")
            self.pitches[number] = kept_tuning(scale, keymap)
            self._numbers[scale, keymap] = number
        return self._numbers[scale, keymap]


def find_tuning(wanted: str, suffix: str) -> Path:
    """The file that a person means: a path, or the name, or words of it, of one that is known. Raises
    TuningError, which lists what there is.
    """
    path = os.path.expanduser(wanted)
    if os.sep in wanted or os.path.isfile(path):
        return Path(path)
    files = [path for folder in reversed(tuning_folders()) for path in sorted(folder.glob("*" + suffix))]
    known = {path.stem.lower(): path for path in files}
    name = wanted.lower().removesuffix(suffix)
    matches = [name] if name in known else [each for each in known if in_order(name.split(), each)]
    if len(matches) == 1:
        return known[matches[0]]
    if matches:
        raise TuningError(f"tuning {shown(wanted)} is ambiguous: {', '.join(matches)}")
    raise TuningError(
        f"no tuning {shown(wanted)}; name a {suffix} file or one of {', '.join(known) or 'none'}"
    )


def inside(name: str, suffix: str) -> Path:
    """A file of that suffix in one of the folders of tunings, and nowhere else. Raises TuningError."""
    for folder in tuning_folders():
        path, root = folder / name, os.path.realpath(folder)
        if not Path(os.path.realpath(path)).is_relative_to(root):
            raise TuningError(f"tuning {shown(name)} leads out of {folder}; put the file itself there")
        if name.endswith(suffix) and os.path.exists(path):
            return path
    raise TuningError(f"no {suffix} file {shown(name)}; put it into {tuning_folders()[0]}")
