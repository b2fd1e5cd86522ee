"""A whole run: every row asked for, shown as it comes, then written and compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtsynth.errors import HostError

from . import conditions
from .context import Options, plain
from .figures import Result
from .report import Report, read, to_json, write
from .running import measure


@dataclass(frozen=True)
class Wanted:
    """What a person asked for, and the files it goes to and is compared with."""

    rows: tuple[str, ...]
    options: Options
    json: Path | None = None
    html: Path | None = None
    baseline: Path | None = None


def check(wanted: Wanted) -> Report | None:
    """Before anything is measured: whether all can be written, and the run to compare with.
    Raises HostError.
    """
    for path in (wanted.json, wanted.html):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise HostError(f"cannot write {path}: no such folder; name another file")
    if wanted.html is not None:
        _need_matplotlib()
    return read(wanted.baseline) if wanted.baseline else None


def _need_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise HostError("--html needs matplotlib: pip install 'rtsynth[bench]'") from error


def run(
    wanted: Wanted,
    started: Callable[[Report], object] = lambda report: None,
    done: Callable[[Result], object] = lambda result: None,
    progress: Callable[[str], object] = lambda text: None,
) -> Report:
    """Measure row after row. Ctrl-C ends it with what was measured so far."""
    began = time.monotonic()
    report = Report(conditions.about(wanted.options.preset), plain(wanted.options))
    progress("looking at the machine")
    report.spoilers["before"] = conditions.spoilers()
    started(report)
    counters = conditions.count()
    try:
        _measure_all(wanted, report, done, progress)
    except KeyboardInterrupt:
        report.interrupted = True
    report.spoilers["after"] = conditions.spoilers(counters)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _measure_all(
    wanted: Wanted, report: Report, done: Callable[[Result], object], progress: Callable[[str], object]
) -> None:
    for number, row in enumerate(wanted.rows, 1):
        result, place = Result(row), f"{number}/{len(wanted.rows)} {row}"
        report.rows.append(result)
        progress(place)
        try:
            measure(row, wanted.options, result, _within(place, progress))
        except KeyboardInterrupt:
            result.remarks.append("interrupted")
            done(result)
            raise
        done(result)


def _within(place: str, progress: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: progress(f"{place}: {text}")


def save(report: Report, then: Report | None, wanted: Wanted) -> None:
    """Write the files asked for.
    Raises HostError.
    """
    if wanted.json:
        write(wanted.json, to_json(report))
    if wanted.html:
        from .page import page

        write(wanted.html, page(report, then))
