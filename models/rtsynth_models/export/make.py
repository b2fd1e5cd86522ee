"""Make an instrument bundle from a checkpoint."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from rtsynth_models.data.soundfont import SAMPLE_RATE
from rtsynth_models.export.bundle import manifest
from rtsynth_models.export.card import card
from rtsynth_models.export.graphs import export_graphs, round_weights
from rtsynth_models.export.latents import whiten
from rtsynth_models.network.checkpoint import Checkpoint, load_model
from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.player import play_note

PREVIEW = ((0, 60), (16, 55), (24, 67), (40, 72), (52, 60), (56, 64))  # program, MIDI number
PREVIEW_SECONDS, PREVIEW_PEAK = 1.0, 0.7


def export_bundle(
    checkpoint_path: Path, folder: Path, figures: Path | None, faults: Path | None = None
) -> None:
    """Write the bundle `folder`, all of it or nothing; an older one there is replaced.

    `figures` and `faults` are files for the card: what was measured, and what was seen or heard to be wrong.
    """
    model, checkpoint = load_model(checkpoint_path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as part:
        made = Path(part, folder.name)
        made.mkdir()
        whiten(model)
        write_networks(model, checkpoint, made)
        measured = json.loads(figures.read_text(encoding="utf-8")) if figures else None
        known = faults.read_text(encoding="utf-8") if faults else ""
        parameters = sum(p.numel() for p in model.parameters())
        _write(made / "card.md", card(checkpoint, parameters, measured, known))
        soundfile.write(made / "preview.wav", preview(model, checkpoint), SAMPLE_RATE, "PCM_16")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(made, folder)


def write_networks(model: PartialGAN, checkpoint: Checkpoint, folder: Path) -> None:
    """Write the graphs and the manifest: what the engine needs to play. Rounds the model's weights."""
    round_weights(model)
    export_graphs(model, folder)
    _write(folder / "instrument.json", json.dumps(manifest(model, checkpoint, folder), indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def preview(model: PartialGAN, checkpoint: Checkpoint) -> np.ndarray:
    """One note of several instruments after another, mono at 48 kHz."""
    fade = np.minimum(1.0, np.linspace(20.0, 0.0, round(PREVIEW_SECONDS * SAMPLE_RATE)))
    notes = []
    chosen = [(n, pitch) for n, pitch in PREVIEW if n in checkpoint.programs]
    for number, pitch in chosen or [(checkpoint.programs[0], 60)]:
        index = checkpoint.programs.index(number)
        divisor = checkpoint.divisors[index]
        signal = play_note(model, pitch, 0.8, model.mean[index], divisor, PREVIEW_SECONDS + 0.1)
        signal = signal[: len(fade)] * fade
        notes.append(PREVIEW_PEAK * signal / (np.abs(signal).max() + 1e-9))
    return np.concatenate(notes)
