"""The manifest of an instrument bundle: what it is, its sizes, its places and the hashes of its files."""

import hashlib
from pathlib import Path

import numpy as np
from torch import Tensor

from rtsynth_models.data.catalogue import Program
from rtsynth_models.data.dataset import SOURCE
from rtsynth_models.export.latents import Direction, directions
from rtsynth_models.network.checkpoint import Checkpoint
from rtsynth_models.network.partialgan import Config, PartialGAN
from rtsynth_models.network.player import play_note

LEVEL_DBFS, LEVEL_VELOCITY = -20.0, 100 / 127
LEVEL_CHORD = (48, 55, 60, 64, 67, 72)  # MIDI numbers


def level_trim(model: PartialGAN, index: int, instrument: Program, divisor: int) -> float:
    """Gain in dB that brings the first second of a note, at velocity 100, to LEVEL_DBFS on average."""
    inside = [int(np.clip(p, instrument.low, instrument.high)) for p in LEVEL_CHORD]
    played = [
        play_note(model, p, LEVEL_VELOCITY, model.mean[index], divisor, 1.0) for p in dict.fromkeys(inside)
    ]
    power = np.mean([np.mean(signal**2) for signal in played])
    return round(float(LEVEL_DBFS - 10 * np.log10(power)), 2)


def place(model: PartialGAN, index: int, instrument: Program, divisor: int) -> dict[str, object]:
    """A trained instrument's point in the latent space."""
    return {
        "id": instrument.id,
        "name": instrument.name,
        "program": instrument.number,
        "category": instrument.category,
        "divisor": divisor,
        "low": instrument.low,
        "high": instrument.high,
        "gain_db": level_trim(model, index, instrument, divisor),
        "latent": [round(x, 6) for x in model.mean[index].tolist()],
    }


def conditioning(config: Config) -> list[dict[str, object]]:
    """Names and sizes of what the note network takes."""
    return [{"name": n, "size": s} for n, s in (("pitch", 1), ("velocity", 1), ("latent", config.latent))]


def manifest(model: PartialGAN, checkpoint: Checkpoint, folder: Path) -> dict[str, object]:
    """`instrument.json` of the bundle in `folder`, whose ONNX files are already there."""
    config = model.config
    head = {"kind": "partials", "partials": config.partials, "bands": config.bands}
    rates = {"frame_rate": config.frame_rate, "frames_per_step": config.frames_per_step}
    return {
        "format": 1,
        "id": "partialgan",
        "name": "PartialGAN",
        "author": "The rtsynth authors",
        "licence": "MIT",
        "data": SOURCE,
        "generator": "streaming",
        "head": head | rates,
        "conditioning": conditioning(config),
        "latent": config.latent,
        "states": [],
        "sizes": {"film": config.film, "static": config.static},
        "pitch_range": [21, 108],
        "directions": [_direction(found) for found in directions(model, checkpoint.divisors)],
        "places": [
            place(model, i, instrument, divisor)
            for i, (instrument, divisor) in enumerate(
                zip(checkpoint.instruments, checkpoint.divisors, strict=True)
            )
        ],
        "files": {name: digest(folder / name) for name in ("note.onnx", "generator.onnx")},
    }


def _direction(found: Direction) -> dict[str, object]:
    return {
        "id": found.name,
        "name": found.name.capitalize(),
        "latent": _rounded(found.at.mean(0)),
        "at": [_rounded(step) for step in found.at],
        "warp": [_rounded(way) for way in found.warp],
    }


def _rounded(row: Tensor) -> list[float]:
    return [round(x, 4) for x in row.tolist()]


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
