"""`rtsynth presets`: list them, or make a bank from an instrument."""

from pathlib import Path

import click

from ..errors import HostError
from .output import json_option, print_json, print_table, warn

COLUMNS = ("id", "name", "category", "instrument", "program", "pitched")


@click.group()
def presets() -> None:
    """List presets, or make a bank of them from an instrument."""


@presets.command("list")
@json_option
def list_presets(as_json: bool) -> None:
    """List every preset: those that ship with rtsynth and your own."""
    from ..presets import load_presets

    found, refused = load_presets()
    rows = [{column: getattr(preset, column) for column in COLUMNS} for preset in found]
    if as_json:
        print_json(rows)
    else:
        print_table(COLUMNS[:-1], [list(row.values())[:-1] for row in rows])
    warn(*refused)


@presets.command("make")
@click.argument("instrument")
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
def make_presets(instrument: str, out: Path | None) -> None:
    """Write a preset for each named place of INSTRUMENT (an id or a bundle folder)."""
    from rtsynth_engine.bundles import load_bundle

    from ..bank import write_bank
    from ..folders import own_folder
    from ..instruments import find_instrument

    bundle = load_bundle(instrument) if Path(instrument).is_dir() else find_instrument(instrument)
    folder = out or own_folder() / "presets"
    try:
        written = write_bank(bundle, folder)
    except OSError as error:
        raise HostError(
            f"cannot write presets to {folder}: {error.strerror}; name another with --out"
        ) from error
    click.echo(f"{len(written)} presets written to {folder}")
