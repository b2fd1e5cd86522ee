"""Notes of one instrument as arrays, and the file that keeps them: `program-NNN.npz`.

N notes: frames (N, 750, 240) dB, cents and dB, float16; slots (N,) partials below 20 kHz; slopes (N, 2) dB/s;
pitch and velocity (N,) MIDI; onset (N, 3, 32) and mel (N, 376, 96) dB; phase (N, 96) radians at the onset;
divisor and slots_kind of the grid.
"""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.grids import Grid, choose_grid
from rtsynth_models.analysis.onsets import onset_levels
from rtsynth_models.analysis.partials import FRAMES, PARTIALS, Analysis, analyse, midi_hz
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.soundfont import Note
from rtsynth_models.evaluation.metrics import log_mel

Arrays = dict[str, NDArray[Any]]
FLOOR_DB = -110.0
PROBES = 5
MOST_CENTS = 1800.0


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


def analyse_notes(sound: Sequence[NDArray[np.float32]], notes: Sequence[Note]) -> Arrays:
    """All arrays but the slopes, of notes at 48 kHz that start LEAD samples in; one grid serves them all."""
    probes = np.unique(np.linspace(0, len(notes) - 1, PROBES + 2).astype(int)[1:-1])
    grid = choose_grid([sound[i] for i in probes], [notes[i][0] for i in probes])
    columns = [_columns(s, pitch, grid) for s, (pitch, _) in zip(sound, notes, strict=True)]
    return {name: np.stack([column[name] for column in columns]) for name in columns[0]} | {
        "pitch": np.array([pitch for pitch, _ in notes]),
        "velocity": np.array([velocity for _, velocity in notes]),
        "divisor": np.array(grid.divisor),
        "slots_kind": np.array(grid.slots),
    }


def _columns(signal: NDArray[np.float32], pitch: int, grid: Grid) -> Arrays:
    note = analyse(signal, pitch, grid)
    return {
        "frames": frames_of(note, pitch, grid.divisor),
        "slots": np.array(note.hz.shape[1]),
        "onset": onset_levels(note.signal).astype(np.float16),
        "phase": np.pad(note.phase % (2 * np.pi), (0, PARTIALS - len(note.phase))).astype(np.float16),
        "mel": log_mel(note.signal).astype(np.float16),
    }


def file_of(folder: Path, number: int, kind: str = "program") -> Path:
    """Where an instrument's notes, or a drum kit's, are kept."""
    return folder / f"{kind}-{number:03d}.npz"


def save(path: Path, arrays: Arrays) -> None:
    """Write a file that is either whole or not there; DataError when the disk refuses."""
    part = path.with_suffix(".part.npz")
    try:
        np.savez(part, **arrays)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        message = f"cannot write {path}: {error.strerror}; what is finished is kept, the same command goes on"
        raise DataError(message) from error


def is_whole(path: Path) -> bool:
    """Whether a file is there and not cut short."""
    return zipfile.is_zipfile(path)


def load_program(folder: Path, number: int) -> Arrays:
    """Arrays of one program; DataError when its file is missing or broken."""
    path = file_of(folder, number)
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is missing or broken: run `rtsynth dataset` again") from error
