"""`rtsynth learn`: a control of a keyboard is moved, and turns something from then on."""

from collections.abc import Callable
from typing import Any

import click

from .output import json_option, print_json, print_table, warn

WAY = ("low", "high", "curve", "pickup")
COLUMNS = ("target", "kind", "number", "port", "channel", *WAY)


def _number(kind: str, what: str) -> Callable[[Any], Any]:
    return click.option(f"--{kind}", type=int, metavar="N", help=f"{what}, without listening for it.")


@click.command()
@click.argument("target", nargs=-1)
@_number("cc", "Controller N")
@_number("cc14", "Controllers N and N + 32, together 14 bits")
@_number("nrpn", "Parameter N (128 × controller 99 + controller 98)")
@click.option("--port", metavar="NAME", help="Only of the MIDI input with these words in its name.")
@click.option(
    "--channel", type=click.IntRange(1, 16), metavar="N", help="Only on this channel.  [default: any]"
)
@click.option(
    "--low", type=float, default=0.0, show_default=True, help="Where the control is down; macros from -1."
)
@click.option("--high", type=float, default=1.0, show_default=True, help="Where the control is up.")
@click.option(
    "--curve",
    type=click.FloatRange(0.1, 10),
    default=1.0,
    show_default=True,
    help="Exponent: above 1 fine steps lie low, below 1 high.",
)
@click.option("--pickup", is_flag=True, help="Act only from where the control meets the value: no jumps.")
@click.option("--forget", metavar="TARGET", help="Forget what turns TARGET, or all.")
@json_option
def learn(
    target: tuple[str, ...],
    cc: int | None,
    cc14: int | None,
    nrpn: int | None,
    port: str | None,
    channel: int | None,
    low: float,
    high: float,
    curve: float,
    pickup: bool,
    forget: str | None,
    as_json: bool,
) -> None:
    """Let the next control that is moved turn TARGET: a macro (macro 1 to macro 8) or a parameter such as
    reverb; a wrong one lists all. Without TARGET list what was learnt.

    It holds for every preset and setup; a running rtsynth follows at once.
    """
    named = {"cc": cc, "cc14": cc14, "nrpn": nrpn}
    given = [(kind, number) for kind, number in named.items() if number is not None]
    if len(given) > 1:
        raise click.UsageError("--cc, --cc14 and --nrpn name one controller each; give one")
    if forget is not None:
        _forget(forget)
    elif target:
        _learn(" ".join(target), (low, high, curve, pickup), port, channel, given)
    elif given:
        raise click.UsageError("TARGET is missing: what is the controller to turn?")
    else:
        _list(as_json)


def _learn(
    wanted: str,
    way: tuple[float, float, float, bool],
    port: str | None,
    channel: int | None,
    given: list[tuple[str, int]],
) -> None:
    from ..learning import Controller, Learnt, check_target, find_target, learned, read_learnt, write_learnt
    from ..touching import listen

    target = find_target(wanted)
    check_target(target, *way[:2])
    known = read_learnt()
    controller = Controller(*given[0], port, channel) if given else listen(port, channel, warn)
    new = Learnt(target, controller, *way)
    kept, moved = learned(known, new)
    write_learnt(kept)
    before = f" (no longer {', '.join(each.target for each in moved)})" if moved else ""
    click.echo(f"{new.controller} turns {target}{before}")


def _forget(wanted: str) -> None:
    from ..learning import find_target, forgotten, read_learnt, write_learnt

    target = "all" if wanted.lower() == "all" else find_target(wanted)
    write_learnt(forgotten(read_learnt(), target))
    click.echo("everything is forgotten" if target == "all" else f"nothing turns {target} now")


def _list(as_json: bool) -> None:
    from ..learning import read_learnt

    rows = [
        {"target": each.target, **vars(each.controller)} | {key: getattr(each, key) for key in WAY}
        for each in read_learnt()
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
    else:
        click.echo("nothing is learnt yet; `rtsynth learn reverb` waits for a control to be moved")
