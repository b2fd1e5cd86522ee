"""`rtsynth evaluate`: how near an instrument, or every one, comes to what it learned from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from .extras import trained_here
from .figures import Files, show, while_it_runs, write

FLAGSHIP = "partialgan"
COMPARED = {"quick": 64, "full": 200}  # notes of each instrument
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("bundle", default=FLAGSHIP)
@click.option("--all", "everything", is_flag=True, help="Every instrument on the same sounds, in one table.")
@click.option(
    "--data",
    type=FOLDER,
    metavar="DIR",
    help="Data set: its grids, and a classifier trained on it. With --all: sounds of notes.",
)
@click.option("--drums", type=FOLDER, metavar="DIR", help="With --all: sounds of drums.")
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write every figure.")
@click.option("--markdown", type=FILE, metavar="FILE.md", help="With --all: write the table.")
@click.option("--page", type=FILE, metavar="FILE.html", help="Write a page with spectrograms.")
@click.option("--notes", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--soundfont", type=FILE, metavar="FILE.sf2", help="Originals.  [default: FluidR3 GM]")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
def evaluate(
    bundle: str,
    everything: bool,
    data: Path | None,
    drums: Path | None,
    json_file: Path | None,
    markdown: Path | None,
    page: Path | None,
    notes: str,
    soundfont: Path | None,
    seed: int,
) -> None:
    """Play BUNDLE, an instrument's id or folder, beside its originals and measure the difference.

    Held-out notes are compared by spectrum, pitch, attack, level and motion; classifiers try to tell
    them from real ones. Quick takes some minutes, full a quarter of an hour. With --all every instrument
    plays the same notes, and the figures are those of GANSynth's paper.
    """
    files = Files(json_file, markdown, page)
    if everything:
        _compare(data, drums, COMPARED[notes], seed, files)
    else:
        _measure(bundle, data, notes, soundfont, seed, files)


def _measure(
    bundle: str, data: Path | None, notes: str, soundfont: Path | None, seed: int, files: Files
) -> None:
    with trained_here():
        from rtsynth_models.evaluation.evaluate import PLANS, Request
        from rtsynth_models.evaluation.evaluate import evaluate as measure
        from rtsynth_models.evaluation.tables import tables
    request = Request(_find(bundle), replace(PLANS[notes], seed=seed), data)
    if soundfont:
        request = replace(request, soundfont=soundfont)
    figures, pictures = while_it_runs(lambda progress: measure(request, progress))
    found = tables(figures)
    for caption, table in found[:3]:
        show(caption, table)
    files.write(figures, f"{figures['instrument']}: generated beside real", found, pictures)


def _find(bundle: str) -> Any:
    from rtsynth_engine.bundles import load_bundle

    from ..instruments import find_instrument

    return load_bundle(bundle) if Path(bundle).is_dir() else find_instrument(bundle)


def _compare(data: Path | None, drums: Path | None, notes: int, seed: int, files: Files) -> None:
    if not (data or drums):
        raise click.UsageError("--all needs sounds: --data DIR, --drums DIR (rtsynth dataset --sounds)")
    with trained_here():
        from rtsynth_models.scoring.compare import Request, compare, pictures
        from rtsynth_models.scoring.table import NOTE, markdown, table
    from ..instruments import load_instruments

    request = Request(tuple(load_instruments()[0]), data, drums, notes, seed)
    rows, heard = while_it_runs(lambda progress: compare(request, progress))
    show("Every family on the same sounds", table(rows))
    click.echo(NOTE)
    files.write(rows, "Every family beside real sounds", [(NOTE, table(rows))], pictures(heard))
    if files.markdown:
        write(files.markdown, markdown(rows))
