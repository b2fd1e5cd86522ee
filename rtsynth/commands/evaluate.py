"""`rtsynth evaluate`: how near an instrument comes to what it learned from."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

PAPER = 120  # columns where the output is no terminal
FLAGSHIP = "partialgan"
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("bundle", default=FLAGSHIP)
@click.option(
    "--data", type=FOLDER, metavar="DIR", help="Data set: its grids, and a classifier trained on it."
)
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write every figure.")
@click.option("--page", type=FILE, metavar="FILE.html", help="Write a page with spectrograms.")
@click.option("--notes", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--soundfont", type=FILE, metavar="FILE.sf2", help="Originals.  [default: FluidR3 GM]")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
def evaluate(
    bundle: str,
    data: Path | None,
    json_file: Path | None,
    page: Path | None,
    notes: str,
    soundfont: Path | None,
    seed: int,
) -> None:
    """Play BUNDLE, an instrument's id or folder, beside its originals and measure the difference.

    Held-out notes are compared by spectrum, pitch, attack, level and motion; classifiers try to tell
    them from real ones. Quick takes some minutes, full a quarter of an hour.
    """
    figures, pictures = _measure(bundle, data, notes, soundfont, seed)
    from rtsynth_models.evaluation.page import write_page
    from rtsynth_models.evaluation.tables import tables

    found = tables(figures)
    for caption, table in found[:3]:
        _show(caption, table)
    if json_file:
        _write(json_file, json.dumps(figures, indent=1) + "\n")
    if page:
        _write(page, write_page(f"{figures['instrument']}: generated beside real", found, pictures))


def _measure(
    bundle: str, data: Path | None, notes: str, soundfont: Path | None, seed: int
) -> tuple[dict[str, Any], list[bytes]]:
    from rich.progress import Progress

    from ..errors import HostError
    from ..panel import console

    try:
        from rtsynth_models.evaluation.evaluate import PLANS, Request
        from rtsynth_models.evaluation.evaluate import evaluate as measure
    except ImportError as error:
        raise HostError(f"{error.name} is missing: pip install 'rtsynth[train]'") from error
    request = Request(_find(bundle), replace(PLANS[notes], seed=seed), data)
    if soundfont:
        request = replace(request, soundfont=soundfont)
    with Progress(console=console(), transient=True) as progress:
        task = progress.add_task("starting", total=1.0)
        return measure(request, lambda what, share: progress.update(task, description=what, completed=share))


def _find(bundle: str) -> Any:
    from rtsynth_engine.bundles import load_bundle

    from ..instruments import find_instrument

    return load_bundle(bundle) if Path(bundle).is_dir() else find_instrument(bundle)


def _show(caption: str, rows: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    header, *body = rows
    table = Table(title=caption, title_justify="left", box=None, padding=(0, 1))
    for i, name in enumerate(header):
        table.add_column(name, justify="right" if i else "left")
    for row in body:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PAPER).print(table)


def _write(path: Path, text: str) -> None:
    from ..errors import HostError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}; name another file") from error
