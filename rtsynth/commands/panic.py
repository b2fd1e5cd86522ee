"""`rtsynth panic`: silence, now."""

import click

from . import options


@click.command()
@options.session
def panic(session: int | None) -> None:
    """Silence a running `rtsynth play` at once: sound off, pedals up, nothing left waiting."""
    from ..remote import ask

    click.echo(ask({"command": "panic"}, session)["said"])
