"""`rtsynth check`: prove a generator before it is played."""

import secrets

import click

from .output import json_option, print_json

FAULTY = 2  # exit status


@click.command()
@click.argument("target", metavar="PLUGIN|BUNDLE")
@click.option("--seed", type=click.IntRange(min=0), help="Draw the same notes as a check before.")
@click.option("--trust", is_flag=True, help="Run the program (model.ts) of a bundle from elsewhere.")
@json_option
def check(target: str, seed: int | None, trust: bool, as_json: bool) -> int:
    """Prove a generator: the id of a plug-in or instrument, or a bundle's folder.

    It is played in a process of its own: shapes, finite numbers and DC, determinism, batches, states, late
    starts, conditioning, unwritten output, endings, memory, notes in the engine, deadlines. Exit status 2
    where a check fails.
    """
    from ..checks.process import run_checks

    seed = secrets.randbelow(1 << 31) if seed is None else seed
    if not as_json:
        click.echo(f"{target}: seed {seed} (--seed {seed} checks the same notes again)")
    findings = []
    for finding in run_checks(target, seed, trust):
        findings.append(finding)
        if not as_json:
            _print(finding.check, finding.faults, finding.told)
    if as_json:
        print_json({"target": target, "seed": seed, "checks": [vars(finding) for finding in findings]})
    return FAULTY if any(finding.faults for finding in findings) else 0


def _print(name: str, faults: tuple[str, ...], told: str) -> None:
    if not faults:
        click.echo(f"{click.style('ok', fg='green')}  {name}{': ' if told else ''}{told}")
    for fault in faults:
        click.echo(f"rtsynth: {name}: {fault}", err=True)
