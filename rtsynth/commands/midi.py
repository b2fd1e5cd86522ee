"""`rtsynth midi`: what rtsynth understands, from the table that its parser is made of."""

from dataclasses import asdict
from typing import Any

import click

from .output import json_option, print_json, print_table


@click.command()
@json_option
def midi(as_json: bool) -> None:
    """List the MIDI messages, controllers, parameters and system exclusives that rtsynth understands."""
    from rtsynth_engine.midi import messages

    found = {
        "messages": [asdict(each) for each in messages.CHANNEL_MESSAGES],
        "system": [asdict(each) for each in messages.SYSTEM_MESSAGES],
        "controllers": [asdict(each) for each in messages.CONTROLLERS],
        "parameters": [asdict(each) for each in messages.PARAMETERS],
        "exclusives": [asdict(each) for each in messages.EXCLUSIVES],
    }
    for each in found["controllers"]:
        each["default"] = None if each["default"] == messages.NONE else each["default"]
    if as_json:
        print_json(found)
    else:
        _print(found)


SECTIONS = {
    "messages": ("Messages", ("status", "name", "does")),
    "system": ("System messages", ("status", "name", "does")),
    "controllers": ("Controllers", ("number", "name", "does", "default", "reset", "reserved")),
    "parameters": ("Registered parameters", ("number", "name", "does")),
    "exclusives": ("System exclusives; dd is the device, 1d its last four bits", ("pattern", "name", "does")),
}  # reset: by controller 121; reserved: never learnt


def _print(found: dict[str, list[dict[str, Any]]]) -> None:
    for kind, (title, columns) in SECTIONS.items():
        click.secho(f"{title}", fg="cyan")
        print_table(columns, [[_cell(name, row[name]) for name in columns] for row in found[kind]])
        click.echo()


def _cell(name: str, value: Any) -> Any:
    """Status bytes in hexadecimal, switches as words."""
    if isinstance(value, bool):
        return "yes" if value else None
    return f"{value:02X}" if name == "status" else value
