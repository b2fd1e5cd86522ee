"""`rtsynth instruments`: list them."""

import click

from .importing import import_model
from .output import json_option, print_json, print_table, warn


@click.group()
def instruments() -> None:
    """List instruments, or make one of a TorchScript."""


@instruments.command("list")
@json_option
def list_instruments(as_json: bool) -> None:
    """List every instrument: those that ship with rtsynth and your own."""
    from ..instruments import load_instruments

    found, refused = load_instruments()
    rows = [
        {"id": b.id, "name": b.name, "generator": b.generator, "head": b.head.kind, "licence": b.licence}
        for b in found
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("id", "name", "generator", "head", "licence"), [list(row.values()) for row in rows])
    warn(*refused)


instruments.add_command(import_model)
