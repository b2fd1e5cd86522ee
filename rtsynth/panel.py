"""What a person sees while rtsynth runs: stages, the live line, remarks. All of it on the error stream."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rtsynth_engine.quality import FLOORS_DB
from rtsynth_engine.telemetry import Telemetry

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
KINDS = {8: "off", 9: "note", 10: "pressure", 11: "control", 12: "program", 13: "pressure", 14: "bend"}
BARS = 12
FULL = FLOORS_DB[0] + 0.1
FLOOR = -48.0  # dBFS at an empty meter


@cache
def console() -> Console:
    """The one console, so that lines said while something live is drawn stand above it."""
    return Console(stderr=True)


def say(*remarks: str) -> None:
    """Print a line for each remark."""
    for remark in remarks:
        console().print(f"rtsynth: {remark}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def stages() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done, with a spinner, on a terminal. "" ends it."""
    if not console().is_terminal:
        yield lambda text: None
        return
    with console().status("") as status:
        yield lambda text: status.update(text) if text else status.stop()


class Panel:
    """The live line; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._live = Live(console=console(), auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if console().is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, told: Telemetry, prefix: str = "") -> None:
        """Draw a snapshot."""
        if self._live.is_started:
            self._live.update(Text(prefix + line(told), no_wrap=True, overflow="ellipsis"), refresh=True)


def line(told: Telemetry) -> str:
    """The snapshot in words: voices, load, quality where lowered, xruns, late blocks, tempo where there is
    a clock, level, last event.
    """
    quality = f"quality {told.floor:.0f} dB  " if told.floor > FULL else ""
    tempo = f"tempo {told.tempo:.0f}  " if told.tempo else ""
    return (
        f"voices {told.voices:3}  load {100 * told.load:3.0f} %  {quality}xruns {told.xruns}  "
        f"late blocks {told.late_blocks}  {tempo}{meter(max(told.peak))}  {event_text(told.last_event)}"
    )


def meter(peak: float) -> str:
    """A bar and a figure for a peak in full scale."""
    level = 20 * math.log10(max(peak, 1e-6))
    filled = round(BARS * min(max(1 - level / FLOOR, 0.0), 1.0))
    figure = f"{level:4.0f}" if level > FLOOR else "   -"
    return f"{'█' * filled}{'·' * (BARS - filled)} {figure} dBFS"


def event_text(event: tuple[int, int, int]) -> str:
    """A channel message as people read it: "ch 1 note C4 96"."""
    status, data1, data2 = event
    kind = KINDS.get(status >> 4)
    if kind is None:
        return ""
    shown = f"{NOTES[data1 % 12]}{data1 // 12 - 1}" if status >> 4 in (8, 9, 10) else str(data1)
    value = str(data1 + 128 * data2 - 8192) if kind == "bend" else shown
    return f"ch {(status & 15) + 1} {kind} {value}" + (f" {data2}" if status >> 4 in (8, 9, 10, 11) else "")
