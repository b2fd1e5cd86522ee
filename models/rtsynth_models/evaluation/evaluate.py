"""How near the network comes to notes it never heard.

`python -m rtsynth_models.evaluation.evaluate` renders the held-out pitches of every program, and their
trained neighbours, and compares the original, its analysis played back (the ceiling), and the network's note.
"""

import json
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.partials import FRAMES, Analysis, analyse, midi_hz
from rtsynth_models.analysis.resynthesis import render_note
from rtsynth_models.data.catalogue import HELD_OUT, Program, program
from rtsynth_models.data.soundfont import SOUNDFONT, render_notes
from rtsynth_models.evaluation.metrics import mel_distance, rise_ms, spectral_distance
from rtsynth_models.evaluation.sheet import draw_sheet
from rtsynth_models.network.checkpoint import load_model
from rtsynth_models.network.partialgan import PartialGAN
from rtsynth_models.network.player import Frames, play_frames

Array = NDArray[np.float64]
Figures = dict[str, Any]
VELOCITY = 80
NEIGHBOURS = tuple(pitch + 1 for pitch in HELD_OUT)  # trained on, for comparison
FAST_RISE_MS = 30.0
SHEET_PROGRAMS = (0, 4, 9, 16, 24, 33, 40, 48, 52, 56, 73, 88)


def cents_error(note: Analysis, frames: Frames, fundamental: float) -> float:
    """Mean pitch error in cents of the network's first 24 partials, weighted by the note's power."""
    count = min(24, note.hz.shape[1])
    true = 1200 * np.log2(np.maximum(note.hz[:, :count], 1.0) / (fundamental * np.arange(1, count + 1)))
    power = note.amplitude[:FRAMES, :count] ** 2
    return float((np.abs(frames.cents[:, :count] - true) * power).sum() / (power.sum() + 1e-12))


def compare(original: Array, other: Array) -> dict[str, float]:
    """Distances in dB and the rise in ms."""
    return {
        "mr": spectral_distance(original, other),
        "mel": mel_distance(original, other),
        "level_db": float(10 * np.log10(np.mean(other**2) / np.mean(original**2))),
        "rise_ms": rise_ms(other),
    }


def evaluate_note(
    model: PartialGAN, index: int, instrument: Program, pitch: int, sound: Array
) -> tuple[Figures, dict[str, Array]]:
    """Figures of one note at VELOCITY, and its signals to draw."""
    note = analyse(sound, pitch, grid)
    fundamental = midi_hz(pitch) / instrument.divisor
    steps = FRAMES // model.config.frames_per_step
    frames = play_frames(model, pitch, VELOCITY / 127, model.mean[index], steps)
    signals = {
        "original": note.signal,
        "analysed": render_note(note.amplitude[:FRAMES], note.hz, note.noise[:FRAMES]),
        "generated": render_note(frames.amplitude, frames.ratio * fundamental, frames.noise**2),
    }
    figures: Figures = {name: compare(note.signal, signal) for name, signal in signals.items()}
    return figures | {"program": instrument.number, "cents": cents_error(note, frames, fundamental)}, signals


def evaluate(
    model: PartialGAN,
    programs: list[int],
    wanted: tuple[int, ...],
    soundfont: Path,
    sheet: Path | None = None,
) -> list[Figures]:
    """Figures of the `wanted` MIDI numbers of every program; draws one note of some programs."""
    notes, drawn = [], {}
    for index, number in enumerate(programs):
        instrument = program(number)
        pitches = [p for p in wanted if p in instrument.pitches]
        sounds = render_notes(number, [(p, VELOCITY) for p in pitches], soundfont)
        for pitch, sound in zip(pitches, sounds, strict=True):
            figures, signals = evaluate_note(model, index, instrument, pitch, sound)
            notes.append(figures)
            if number in SHEET_PROGRAMS and pitch == pitches[len(pitches) // 2]:
                drawn[f"{instrument.name} {pitch}"] = signals
        click.echo(f"{index + 1}/{len(programs)} {instrument.name}")
    if sheet:
        draw_sheet(drawn, sheet)
    return notes


def summary(notes: list[Figures]) -> dict[str, object]:
    """Medians over notes: distances and level error in dB, pitch error in cents, rise of fast notes in ms."""

    def median(kind: str, name: str, of: list[Figures]) -> float | None:
        return round(float(np.median([n[kind][name] for n in of])), 2) if of else None

    fast = [n for n in notes if n["original"]["rise_ms"] < FAST_RISE_MS]
    levels = [abs(n["generated"]["level_db"]) for n in notes]
    return {
        "notes": len(notes),
        "ceiling": {name: median("analysed", name, notes) for name in ("mr", "mel")},
        "generated": {name: median("generated", name, notes) for name in ("mr", "mel")},
        "cents": round(float(np.median([n["cents"] for n in notes])), 2),
        "level_db": round(float(np.median(levels)), 2),
        "rise_ms": {kind: median(kind, "rise_ms", fast) for kind in ("original", "analysed", "generated")},
    }


@click.command()
@click.option("--checkpoint", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON to write.")
@click.option("--soundfont", default=SOUNDFONT, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), help="PNG of spectrograms to draw.")
def main(checkpoint: Path, out: Path, soundfont: Path, sheet: Path | None) -> None:
    """Measure a checkpoint on the held-out pitches."""
    model, stored = load_model(checkpoint)
    notes = evaluate(model, stored.programs, HELD_OUT, soundfont, sheet)
    trained = evaluate(model, stored.programs, NEIGHBOURS, soundfont)
    each = {number: summary([n for n in notes if n["program"] == number]) for number in stored.programs}
    figures = {"all": summary(notes), "trained": summary(trained), "programs": each}
    out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(figures["all"]))


if __name__ == "__main__":
    main()
