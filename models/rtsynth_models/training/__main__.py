"""`python -m rtsynth_models.training FAMILY DATA FOLDER`: train a family; alone or under torchrun."""

import sys
from pathlib import Path

import click

from rtsynth_engine.errors import EngineError
from rtsynth_models.families.registry import NAMES, family
from rtsynth_models.sounds import load_sounds
from rtsynth_models.training.run import started
from rtsynth_models.training.trainer import Trainer


@click.command()
@click.argument("name", metavar="FAMILY", type=click.Choice(NAMES))
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--config", "size", default="small", show_default=True, help="One of the family's configurations."
)
@click.option("--steps", default=1_000_000, show_default=True, help="Steps in all; a resumed run counts on.")
@click.option("--precision", default="32-true", show_default=True, help="bf16-mixed, 16-mixed, 32-true.")
@click.option("--seed", default=0, show_default=True)
@click.option("--tensorboard", is_flag=True, help="Also write the losses for TensorBoard into FOLDER.")
def main(
    name: str, data: Path, folder: Path, size: str, steps: int, precision: str, seed: int, tensorboard: bool
) -> None:
    """Train FAMILY on the sounds in DATA; go on where FOLDER's checkpoint stands."""
    try:
        train(name, data, folder, size, steps, precision, seed, tensorboard)
    except EngineError as error:
        sys.exit(f"error: {error}")


def train(
    name: str, data: Path, folder: Path, size: str, steps: int, precision: str, seed: int, tensorboard: bool
) -> None:
    """Train until `steps` are done. Raises EngineError with a cause and a remedy."""
    found = family(name)
    if size not in found.configs:
        raise EngineError(f"{name} has no configuration {size!r}; choose one of {', '.join(found.configs)}")
    fabric = started(precision, _loggers(folder) if tensorboard else None)
    Trainer(fabric, found, found.configs[size], load_sounds(data), folder, seed).train(steps)


def _loggers(folder: Path) -> list[object]:
    try:
        from lightning_fabric.loggers.tensorboard import TensorBoardLogger

        return [TensorBoardLogger(root_dir=folder, name="tensorboard", version=0)]
    except ImportError as error:
        raise EngineError("TensorBoard is not installed; pip install tensorboard") from error


if __name__ == "__main__":
    main()
