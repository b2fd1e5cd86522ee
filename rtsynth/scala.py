"""Scala's files, a line at a time: what each line must be, and the one line said where it is not.

Source: Scala scale file format and keyboard mappings, Manuel Op de Coul, huygens-fokker.org/scala.
"""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from rtsynth_engine.checking import RefusedError, read_regular

from .errors import HostError

FILE_LIMIT = 1 << 20  # bytes; the largest scale of Scala's archive takes a fiftieth
HERTZ = (1.0, 20_000.0)  # of a reference key

# What may follow a value is anything but more of a number: "5/4 E" is 5/4, "408,5" is nothing.
CENTS = re.compile(r"\s*([-+]?(?:\d{1,40}\.\d{0,40}|\.\d{1,40}))(?![\d.,/]|[eE][-+\d])")
RATIO = re.compile(r"\s*(\d{1,40})(?:\s*/\s*(\d{1,40}))?(?![\d.,/]|[eE][-+\d])")
WHOLE = re.compile(r"\s*([-+]?\d{1,9})(?![\w.,/])")
FREQUENCY = re.compile(r"\s*(\d{1,9}(?:\.\d{0,40})?)(?![\w.,/])")


class TuningError(HostError):
    """A tuning that cannot be read: one line with the file, the line in it, the cause."""


class Lines:
    """What a tuning file holds beside comments, a line at a time; `number` is the last one taken."""

    def __init__(self, path: Path) -> None:
        self.path, self.number = path, 0
        try:
            content = read_regular(Path(os.path.realpath(path)), FILE_LIMIT)
        except RefusedError as error:
            raise TuningError(f"tuning {shown(path.name)}: {error}; name a .scl or .kbm file") from error
        self.lines = enumerate(map(_text, content.splitlines()), 1)

    def error(self, cause: str, number: int | None = None) -> TuningError:
        return TuningError(f"tuning {shown(self.path.name)}, line {number or self.number}: {cause}")

    def rest(self, blank: bool = False) -> Iterator[str]:
        for number, text in self.lines:
            if not text.lstrip().startswith("!") and (blank or text.strip()):
                self.number = number
                yield text

    def take(self, what: str, blank: bool = False) -> str:
        for text in self.rest(blank):
            return text
        raise self.error(f"the file ends after this line, before {what}; it was cut short")

    def whole(self, what: str, low: int, high: int) -> int:
        text = self.take(what)
        found = WHOLE.match(text)
        if not found or not low <= int(found[1]) <= high:
            raise self.error(f"{shown(text)} is not {what}; write a number of {low} to {high}")
        return int(found[1])

    def frequency(self) -> float:
        text = self.take("the frequency of the reference key")
        found = FREQUENCY.match(text)
        if not found or not HERTZ[0] <= float(found[1]) <= HERTZ[1]:
            raise self.error(f"{shown(text)} is no frequency; write one of 1 to 20000 Hz")
        return float(found[1])

    def pitch(self, what: str) -> float:
        """Semitones over 1/1."""
        text = self.take(what)
        if found := CENTS.match(text):
            return float(found[1]) / 100.0
        found = RATIO.match(text)
        if not found or not int(found[1]) or not int(found[2] or 1):
            raise self.error(
                f"{shown(text)} is no pitch; write cents with a period (701.955) or a ratio (3/2)"
            )
        return 12.0 * (math.log2(int(found[1])) - math.log2(int(found[2] or 1)))

    def degrees(self, size: int) -> tuple[int | None, ...]:
        """Entries of the map; those left out at its end are not mapped."""
        entries = [self._degree(text) for _, text in zip(range(size), self.rest(), strict=False)]
        return tuple(entries + [None] * (size - len(entries)))

    def _degree(self, text: str) -> int | None:
        if text.split()[0].lower() == "x":
            return None
        found = WHOLE.match(text)
        if not found or int(found[1]) < 0:
            raise self.error(f"{shown(text)} is no degree of a scale; write 0, 1, 2, … or x for no sound")
        return int(found[1])


def _text(line: bytes) -> str:
    """Most files are ASCII; of the others the older are Latin-1, the newer UTF-8."""
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def shown(text: str) -> str:
    """Text of a file, fit for one line of a terminal."""
    short = text.strip()
    return repr(short if len(short) <= 40 else short[:39] + "…")
