"""`rtsynth export`: an instrument bundle from a checkpoint."""

from pathlib import Path

import click

from .extras import trained_here

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("checkpoint", type=FILE)
@click.argument("bundle", type=click.Path(file_okay=False, path_type=Path))
@click.option("--figures", type=FILE, metavar="FILE", help="From `rtsynth evaluate --json`, for the card.")
@click.option("--faults", type=FILE, metavar="FILE", help="Markdown: what is wrong with it, for the card.")
def export(checkpoint: Path, bundle: Path, figures: Path | None, faults: Path | None) -> None:
    """Make the instrument BUNDLE (NAME.rtsynth) of a CHECKPOINT."""
    with trained_here():
        from rtsynth_models.export.make import export_bundle
    export_bundle(checkpoint, bundle, figures, faults)
    size = sum(file.stat().st_size for file in bundle.iterdir()) / 1e6
    click.echo(f"{bundle}: {size:.1f} MB; `rtsynth presets make {bundle}` gives it presets")
