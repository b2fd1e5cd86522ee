"""`rtsynth bench`: how fast and how even rtsynth is on this machine."""

import importlib.util
from pathlib import Path
from typing import Any

import click

from . import options

FILE = click.Path(dir_okay=False, path_type=Path)


class WithRows(click.Command):
    """Lists the rows at the end of its help."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Each row's name and first sentence."""
        if importlib.util.find_spec("rtsynth_benchmarks"):
            from rtsynth_benchmarks.rows import DEFAULT, ROWS, summary

            asked = "" if len(DEFAULT) == len(ROWS) else "; the last ones only when they are named"
            with formatter.section(f"Rows{asked}"):
                formatter.write_dl([(row, summary(row)) for row in ROWS])


def _rows(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    from rtsynth_benchmarks.rows import DEFAULT, ROWS

    for name in names:
        if name not in ROWS:
            raise click.BadParameter(f"{name!r} is no row; there are {', '.join(ROWS)}")
    return names or DEFAULT


@click.command(cls=WithRows)
@click.option("--quick", is_flag=True, help="Under one minute in all; the full run takes under ten.")
@click.option(
    "--row", "rows", multiple=True, metavar="NAME", callback=_rows, help="Only this row; repeatable."
)
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write every figure.")
@click.option("--html", "html_file", type=FILE, metavar="FILE", help="Write a page with plots.")
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Compare with the JSON of an earlier run.",
)
@click.option("--preset", metavar="NAME", help="Sound to measure with.  [default: the row's]")
@options.rate
@click.option(
    "--block",
    type=click.IntRange(16, 4096),
    metavar="FRAMES",
    help="Period.  [default: the row's, mostly 64]",
)
@click.option(
    "--seconds", type=click.FloatRange(1.0), metavar="S", help="Length of the soak.  [default: 600]"
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="What runs the network; `generator` measures all there is.",
)
def bench(
    quick: bool,
    rows: tuple[str, ...],
    json_file: Path | None,
    html_file: Path | None,
    baseline: Path | None,
    **settings: Any,
) -> int:
    """Measure rtsynth on this machine: latency, load, voices, start, memory.

    Rows run one after the other, each in a process of its own. Every callback counts, outliers too. Ctrl-C
    ends with what was measured so far.
    """
    from rtsynth_benchmarks.bench import Wanted
    from rtsynth_benchmarks.context import FULL, QUICK, Options
    from rtsynth_benchmarks.showing import show

    effort = QUICK if quick else FULL
    return show(Wanted(rows, Options(effort, **settings), json_file, html_file, baseline))
