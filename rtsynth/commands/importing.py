"""`rtsynth instruments import`: make an instrument of a TorchScript file for nn~, such as RAVE's."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import HostError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("import")
@click.argument("model", type=FILE, metavar="MODEL.ts")
@click.option("-o", "--output", type=FOLDER, metavar="NAME.rtsynth", help="Else among your instruments.")
@click.option("--name", help="What to call it; else as the file.")
@click.option("--rate", type=click.FloatRange(4000, 192000), metavar="HZ", help="Where the file has none.")
@click.option("--author", default="unknown", show_default=True)
@click.option("--licence", default="unknown", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Draw other places of its latent space.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set an attribute of it.")
@click.option("--trust", is_flag=True, help="A .ts is a program: say that you trust whoever made it.")
def import_model(
    model: Path,
    output: Path | None,
    name: str | None,
    rate: float | None,
    author: str,
    licence: str,
    seed: int,
    settings: tuple[str, ...],
    trust: bool,
) -> None:
    """Make an instrument of MODEL.ts, a TorchScript file for nn~ such as RAVE exports.

    Its method that makes sound of latents is listened to: keys and velocity move the latents along the ways
    that make it brighter and louder, and macros move the rest. It is trusted from then on.
    """
    if not trust:
        raise HostError(f"{model.name} is a program and would be run; --trust says that you trust its author")
    from .. import trusted
    from ..folders import own_folder
    from ..importing.measuring import DRAWN
    from ..importing.scripts import Origin, import_script
    from ..naming import slug

    origin = Origin(name or model.stem.replace("_", " "), rate, author, licence, seed, _attributes(settings))
    target = output or own_folder() / "instruments" / f"{slug(origin.name)}.rtsynth"
    with click.progressbar(length=DRAWN, label="Listening", file=sys.stderr) as bar:
        bundle = import_script(model, target, origin, bar.update)
    trusted.trust(bundle)
    click.echo(
        f"{target}: {bundle.latent} latents, {bundle.head.sample_rate:g} Hz, {len(bundle.places)} places"
    )
    if output is None:
        click.echo(f"`rtsynth play {bundle.id}-{bundle.places[0].id}` plays the first")


def _attributes(settings: Sequence[str]) -> dict[str, list[float]]:
    """Attributes by name, of NAME=VALUE or NAME=VALUE,VALUE."""
    found = {}
    for setting in settings:
        name, _, values = setting.partition("=")
        try:
            found[name] = [float(value) for value in values.split(",")]
        except ValueError as error:
            raise click.UsageError(f"--set {setting}: give numbers, such as --set gain=0.5") from error
    return found
