"""A run as a person sees it on the terminal: tables on standard output, progress on the error stream."""

import sys

from rich.console import Console
from rich.text import Text

from rtsynth.panel import say, stages

from .baseline import compare, differences, row_differences
from .bench import Wanted, check, run, save
from .figures import Result
from .report import Report
from .tables import changes_grid, rich_table, terminal

WIDTH = 130  # columns where the output is no terminal
FAILED, INTERRUPTED = 1, 130  # exit statuses


def show(wanted: Wanted) -> int:
    """Measure, show, write, compare; returns the exit status. Raises HostError and the like."""
    then = check(wanted)
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    with stages() as stage:
        report = run(
            wanted,
            lambda report: _show_start(console, report),
            lambda result: _show_row(console, result),
            stage,
        )
    _show_end(console, report)
    if then:
        _show_changes(console, then, report)
    save(report, then, wanted)
    if report.interrupted:
        return INTERRUPTED
    return FAILED if any(row.failed for row in report.rows) else 0


def _show_start(console: Console, report: Report) -> None:
    for name, value in report.about.items():
        console.print(f"{name:<11} {value}", markup=False)
    _show_spoilers(console, "before", report)
    console.print()


def _show_spoilers(console: Console, when: str, report: Report) -> None:
    for line in report.spoilers[when]:
        console.print(Text(f"spoils the run, {when}: {line}", style="yellow"))


def _show_row(console: Console, result: Result) -> None:
    console.print(*terminal(result, console.width), sep="\n")


def _show_end(console: Console, report: Report) -> None:
    _show_spoilers(console, "after", report)
    said = "interrupted after" if report.interrupted else "measured in"
    say(f"{said} {report.seconds:.0f} s")


def _show_changes(console: Console, then: Report, now: Report) -> None:
    """The comparison, what stands against it first; only what got worse on top."""
    changes = list(compare(then, now))
    console.print(Text(f"Beside the run of {then.about.get('date')}", style="bold"))
    for line in differences(then, now):
        console.print(Text(f"  {line}", style="yellow"))
    earlier = {row.row: row for row in then.rows}
    for row in now.rows:
        for line in row_differences(earlier[row.row], row) if row.row in earlier else ():
            console.print(Text(f"  {row.row} cannot be compared: {line}", style="yellow"))
    console.print(rich_table(changes_grid(changes)))
    worse = [f"{c.row}: {c.figure.what}, {c.figure.name}" for c in changes if c.worse]
    console.print(f"{len(worse)} of {len(changes)} figures got worse by more than 10 %", *worse, sep="\n  ")
