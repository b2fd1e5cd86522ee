"""The bundle of a trained GANSynth."""

from pathlib import Path

from rtsynth_models.training.contract import Trained


def export(trained: Trained, folder: Path) -> None:
    """Write the bundle's folder."""
    raise NotImplementedError
