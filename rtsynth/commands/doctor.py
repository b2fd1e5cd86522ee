"""`rtsynth doctor`: what this machine offers, and what to do about the rest."""

from dataclasses import asdict

import click

from .output import json_option, print_json


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check audio, MIDI, priority, memory lock and CPU governor, and say what to do about each."""
    from ..doctor import examine

    if as_json:
        print_json([asdict(finding) for finding in examine()])
        return
    for finding in examine():
        mark = click.style("ok", fg="green") if finding.good else click.style("--", fg="yellow")
        click.echo(f"{mark}  {finding.topic:<13} {finding.found}")
        if finding.remedy:
            click.echo(f"{'':<18}{finding.remedy}")
