"""One note beside its own analysis played back: what partials and noise bands can hold of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rtsynth_models.analysis.grids import choose_grid, left_behind
from rtsynth_models.analysis.partials import FRAMES, LEAD, analyse
from rtsynth_models.analysis.resynthesis import FRAME, render_note
from rtsynth_models.analysis.slots import Grid
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.soundfont import SAMPLE_RATE, SILENT
from rtsynth_models.evaluation.metrics import mel_distance, spectral_distance
from rtsynth_models.evaluation.page import draw_row

Array = NDArray[np.float64]
ONSET, PEAK, GAP_SECONDS = 0.003, 0.9, 0.3
LONGEST, TAIL = FRAMES * FRAME, SAMPLE_RATE // 2  # the longest window reaches past the note


@dataclass(frozen=True)
class Playback:
    """`original` and `played` (S,) at 48 kHz from the onset; residual and distances in dB."""

    grid: Grid
    original: Array
    played: Array
    residual_db: float
    mr_db: float
    mel_db: float


def read_note(path: Path) -> Array:
    """The first channel of a sound file at 48 kHz, LEAD samples of silence before its onset, shape (S,)."""
    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (soundfile.LibsndfileError, OSError):
        raise DataError(f"{path} is missing or no sound file that can be read (WAV, FLAC, OGG)") from None
    signal = samples[:, 0]
    if not len(signal) or np.abs(signal).max() < SILENT:
        raise DataError(f"{path} is silent: name a file with one note in it")
    start = int(np.argmax(np.abs(signal) > ONSET * np.abs(signal).max()))
    divisor = int(np.gcd(SAMPLE_RATE, rate))
    return np.pad(resample_poly(signal[start:], SAMPLE_RATE // divisor, rate // divisor), (LEAD, 0))


def play_back(signal: Array, pitch: float) -> Playback:
    """Analyse a note that starts LEAD samples in and play that back; what is past 4 s is left out."""
    size = min(len(signal) - LEAD, LONGEST)
    padded = np.pad(signal, (0, max(0, LEAD + LONGEST + TAIL - len(signal))))
    grid = choose_grid([padded], [pitch])
    note = analyse(padded, pitch, grid)
    played = render_note(note.amplitude[:-1], note.hz, note.noise[:-1], phase=note.phase)
    original, played = note.signal[:size], played[:size]
    distances = spectral_distance(original, played), mel_distance(original, played)
    return Playback(grid, original, played, left_behind(padded, pitch, grid), *distances)


def write_pair(found: Playback, path: Path) -> None:
    """Write the original, a pause, and the resynthesis as one WAV, equally scaled."""
    pause = np.zeros(round(GAP_SECONDS * SAMPLE_RATE))
    both = np.concatenate([found.original, pause, found.played])
    try:
        soundfile.write(path, both * (PEAK / np.abs(both).max()), SAMPLE_RATE, "PCM_24")
    except (soundfile.LibsndfileError, OSError):
        raise DataError(f"cannot write {path}: name a .wav in a folder that exists") from None


def draw_pair(found: Playback, title: str, path: Path) -> None:
    """Write a PNG with both spectrograms side by side."""
    try:
        path.write_bytes(draw_row(title, {"original": found.original, "resynthesis": found.played}))
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error
