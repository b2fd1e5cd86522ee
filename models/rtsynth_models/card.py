"""The model card of a bundle."""

from typing import Any

from rtsynth_models.catalogue import HELD_OUT, program
from rtsynth_models.checkpoint import Checkpoint


def card(checkpoint: Checkpoint, figures: dict[str, Any]) -> str:
    """Markdown; `figures` as `evaluate` writes them, or empty."""
    names = ", ".join(program(number).name for number in checkpoint.programs)
    losses = ", ".join(f"{name} {value:.3f}" for name, value in checkpoint.losses.items())
    return f"# PartialGAN\n\n{names}\n\n{losses}\n{HELD_OUT}{figures or ''}\n"
