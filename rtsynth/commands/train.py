"""`rtsynth train`: an instrument from a data set."""

from pathlib import Path

import click

from .extras import trained_here

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("family", type=click.Choice(["partialgan"]), default="partialgan")
@click.option("--data", required=True, type=FOLDER, metavar="DIR", help="From `rtsynth dataset`.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of checkpoints."
)
@click.option("--steps", type=click.IntRange(1), default=40_000, show_default=True, help="By reconstruction.")
@click.option(
    "--adversarial",
    type=click.IntRange(0),
    default=6_000,
    show_default=True,
    help="Steps against judges.",
)
@click.option("--calibration", type=click.IntRange(0), default=3, show_default=True, help="Rounds of it.")
@click.option("--control", is_flag=True, help="Those last steps without discriminators, to compare.")
@click.option("--batch", type=click.IntRange(1), default=96, show_default=True, help="Notes a step.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
def train(
    family: str,
    data: Path,
    out: Path,
    steps: int,
    adversarial: int,
    calibration: int,
    control: bool,
    batch: int,
    threads: int,
    seed: int,
) -> None:
    """Train an instrument of a FAMILY on a data set.

    The same seed and steps give the same weights; after an interruption the same command goes on. Then
    `rtsynth export` makes an instrument of OUT/final.pt.
    """
    with trained_here():
        from rtsynth_models.network.stages import Plan, run
    run(Plan(data, out, steps, adversarial, calibration, control, batch, threads, seed))
    click.echo(f"{out / 'final.pt'} is trained: rtsynth export {out / 'final.pt'} NAME.rtsynth")
