"""`rtsynth keep`: what was just played becomes a MIDI file."""

from pathlib import Path

import click

from . import options


@click.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.mid",
    help="File to write; there must be none yet.  [default: rtsynth-DATE-TIME.mid here]",
)
@options.session
def keep(out: Path | None, session: int | None) -> None:
    """Keep what was just played in a running `rtsynth play`: its last ten minutes of MIDI as a file.

    `rtsynth render` plays it again, with the same notes.
    """
    from ..remote import ask

    name = None if out is None else str(out)
    click.echo(ask({"command": "keep", "folder": str(Path.cwd()), "name": name}, session)["said"])
