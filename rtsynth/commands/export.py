"""`rtsynth export`: an instrument bundle from a checkpoint, or TorchScript for one that is there."""

from pathlib import Path

import click

from .extras import trained_here

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="CHECKPOINT")
@click.argument("bundle", type=click.Path(path_type=Path), required=False)
@click.option("--figures", type=FILE, metavar="FILE", help="From `rtsynth evaluate --json`, for the card.")
@click.option("--faults", type=FILE, metavar="FILE", help="Markdown: what is wrong with it, for the card.")
@click.option("--torchscript", is_flag=True, help="Add TorchScript, which runs on a GPU with torch.")
def export(
    source: Path, bundle: Path | None, figures: Path | None, faults: Path | None, torchscript: bool
) -> None:
    """Make the instrument BUNDLE (NAME.rtsynth) of a CHECKPOINT, a file or a training's folder; of a folder
    also one file for other programs, NAME.onnx or NAME.ts, proved to say the same.

    `rtsynth export NAME.rtsynth --torchscript` adds TorchScript to a bundle; its sound and its presets stay.
    """
    is_bundle = (source / "instrument.json").exists()
    if is_bundle != (bundle is None) or (bundle is None and not torchscript):
        raise click.UsageError("give a CHECKPOINT and a BUNDLE, or a bundle and --torchscript")
    if bundle is not None and source.is_dir():
        _make_of_family(source, bundle)
    elif bundle is not None:
        _make(source, bundle, figures, faults)
    if torchscript:
        _add_torchscript(bundle or source)


def _make(checkpoint: Path, bundle: Path, figures: Path | None, faults: Path | None) -> None:
    with trained_here():
        from rtsynth_models.export.make import export_bundle
    export_bundle(checkpoint, bundle, figures, faults)
    _tell(bundle)


def _make_of_family(folder: Path, bundle: Path) -> None:
    """Of a training's folder: a bundle, or the whole network as ONNX or TorchScript."""
    with trained_here():
        from rtsynth_models.export.whole import write_whole
        from rtsynth_models.families.registry import family
        from rtsynth_models.training.trained import load_trained
    trained = load_trained(folder)
    if bundle.suffix in (".onnx", ".ts"):
        apart = write_whole(trained, bundle)
        click.echo(f"{bundle}: the whole network, {apart:.1e} away from what was trained")
    else:
        family(trained.family).export(trained, bundle)
        _tell(bundle)


def _tell(bundle: Path) -> None:
    size = sum(file.stat().st_size for file in bundle.iterdir()) / 1e6
    click.echo(f"{bundle}: {size:.1f} MB; `rtsynth presets make {bundle}` gives it presets")


def _add_torchscript(bundle: Path) -> None:
    with trained_here():
        from rtsynth_models.export.torchscript import add_torchscript
    add_torchscript(bundle)
    click.echo(
        f"{bundle}: its TorchScript says what its ONNX says; `rtsynth play --device cuda` plays with it"
    )
