"""The data set: every note of the catalogue, rendered from the SoundFont and analysed.

`python -m rtsynth_models.data.dataset --out DIR` writes `DIR/program-NNN.npz` per program and a manifest.
Programs already there are kept, so an interrupted run goes on where it stopped.
"""

import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.grids import Grid, choose_grid
from rtsynth_models.analysis.onsets import onset_levels
from rtsynth_models.analysis.partials import FRAMES, PARTIALS, Analysis, analyse, midi_hz
from rtsynth_models.analysis.slopes import measure_late_decay, measure_release
from rtsynth_models.data.catalogue import HELD_OUT, PROGRAMS, VELOCITIES, Program, program
from rtsynth_models.data.soundfont import HOLD_SECONDS, SAMPLE_RATE, SOUNDFONT, Note, render_notes
from rtsynth_models.evaluation.metrics import log_mel

FLOOR_DB = -110.0
PROBES = 5
MOST_CENTS = 1800.0
SHORT_HOLD_SECONDS = 0.3
LICENCE = Path("/usr/share/doc/fluid-soundfont-gm/copyright")  # where Debian puts it
SOURCE = "FluidR3 GM SoundFont by Frank Wen, MIT licence, rendered dry by FluidSynth"


def frames_of(note: Analysis, pitch: float, divisor: int) -> NDArray[np.float16]:
    """One note as the network sees it, shape (FRAMES, 2 * PARTIALS + bands).

    Columns: amplitude in dB, deviation of every partial from the grid in cents, noise level in dB. Slots
    above 20 kHz are at the floor.
    """
    grid = midi_hz(pitch) / divisor * np.arange(1, note.hz.shape[1] + 1)
    cents = np.clip(1200 * np.log2(np.maximum(note.hz, 1.0) / grid), -MOST_CENTS, MOST_CENTS)
    missing = ((0, 0), (0, PARTIALS - len(grid)))
    amplitude = 20 * np.log10(np.maximum(note.amplitude[:FRAMES], 1e-9))
    parts = [
        np.pad(np.maximum(amplitude, FLOOR_DB), missing, constant_values=FLOOR_DB),
        np.pad(cents, missing),
        np.maximum(10 * np.log10(np.maximum(note.noise[:FRAMES], 1e-18)), FLOOR_DB),
    ]
    return np.concatenate(parts, axis=1).astype(np.float16)


def build_program(number: int, folder: Path, soundfont: Path) -> int:
    """Render and analyse one program into `folder`; returns its number. Runs in a worker process."""
    instrument = program(number)
    notes = [(pitch, velocity) for pitch in instrument.pitches for velocity in VELOCITIES]
    sound = render_notes(number, notes, soundfont)
    probes = np.linspace(0, len(notes) - 1, PROBES + 2).astype(int)[1:-1]
    grid = choose_grid([sound[i] for i in probes], [notes[i][0] for i in probes])
    columns = [_columns(s, pitch, grid) for s, (pitch, _) in zip(sound, notes, strict=True)]
    arrays = {name: np.stack([column[name] for column in columns]) for name in columns[0]}
    arrays |= {
        "slopes": note_slopes(number, notes, sound, soundfont),
        "pitch": np.array([pitch for pitch, _ in notes]),
        "velocity": np.array([velocity for _, velocity in notes]),
        "divisor": np.array(grid.divisor),
        "slots_kind": np.array(grid.slots),
    }
    _write(folder, number, arrays)
    return number


def _columns(signal: NDArray[np.float32], pitch: int, grid: Grid) -> dict[str, NDArray[Any]]:
    note = analyse(signal, pitch, grid)
    return {
        "frames": frames_of(note, pitch, grid.divisor),
        "slots": np.array(note.hz.shape[1]),
        "onset": onset_levels(note.signal).astype(np.float16),
        "mel": log_mel(note.signal).astype(np.float16),
    }


def note_slopes(
    number: int, notes: list[Note], sound: NDArray[np.float32], soundfont: Path
) -> NDArray[np.float32]:
    """Release and late decay of every note in dB/s, shape (N, 2).

    Notes that have died away before their note-off are rendered again, shorter, to hear their release.
    """
    slopes = np.array([(measure_release(s), measure_late_decay(s)) for s in sound], np.float32)
    dead = np.flatnonzero(np.isnan(slopes[:, 0]))
    if len(dead):
        short = render_notes(number, [notes[i] for i in dead], soundfont, SHORT_HOLD_SECONDS)
        slopes[dead, 0] = [measure_release(s, SHORT_HOLD_SECONDS) for s in short]
    return slopes


def _path(folder: Path, number: int) -> Path:
    return folder / f"program-{number:03d}.npz"


def _write(folder: Path, number: int, arrays: dict[str, NDArray[Any]]) -> None:
    part = folder / f"program-{number:03d}.part.npz"
    np.savez(part, **arrays)
    os.replace(part, _path(folder, number))


def load_program(folder: Path, number: int) -> dict[str, NDArray[Any]]:
    """Arrays of one program: frames (N, F, D), slots (N,), slopes (N, 2), pitch (N,), velocity (N,)."""
    with np.load(_path(folder, number), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def manifest(programs: list[Program], soundfont: Path) -> dict[str, object]:
    """What was rendered and from what, for `manifest.json`."""
    licence = LICENCE.read_text(encoding="utf-8") if LICENCE.exists() else "MIT, see the SoundFont's own file"
    return {
        "source": SOURCE,
        "soundfont": soundfont.name,
        "licence": licence,
        "sample_rate": SAMPLE_RATE,
        "hold_seconds": HOLD_SECONDS,
        "velocities": VELOCITIES,
        "held_out_pitches": HELD_OUT,
        "programs": [asdict(p) for p in programs],
    }


def build(folder: Path, programs: list[Program], soundfont: Path, jobs: int) -> None:
    """Build what is missing of `programs` in `jobs` processes, with progress on standard output."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [p.number for p in programs if not _path(folder, p.number).exists()]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(build_program, number, folder, soundfont) for number in missing]
        for done, future in enumerate(as_completed(waiting), 1):
            click.echo(f"{done}/{len(missing)} {program(future.result()).name}")
    text = json.dumps(manifest(programs, soundfont), indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--soundfont", default=SOUNDFONT, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--jobs", default=2, show_default=True, help="Worker processes.")
def main(out: Path, soundfont: Path, jobs: int) -> None:
    """Render and analyse every note of the catalogue."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # workers share the cores already
    build(out, list(PROGRAMS), soundfont, jobs)


if __name__ == "__main__":
    main()
