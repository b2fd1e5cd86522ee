"""`rtsynth setups`: list them."""

import click

from .output import json_option, print_json, print_table, warn

COLUMNS = ("id", "name", "presets")


@click.group()
def setups() -> None:
    """List setups: which preset plays on which port, channel and keys (`rtsynth play --setup NAME`)."""


@setups.command("list")
@json_option
def list_setups(as_json: bool) -> None:
    """List your own setups."""
    from ..setups import load_setups, setups_folder

    found, refused = load_setups()
    rows = [(path.stem, each.name, [part.preset for part in each.parts]) for path, each in found.items()]
    if as_json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    elif rows:
        print_table(COLUMNS, [(id, name, ", ".join(presets)) for id, name, presets in rows])
    else:
        click.echo(f"there is none yet; a setup is a TOML file in {setups_folder()}")
    warn(*refused)
