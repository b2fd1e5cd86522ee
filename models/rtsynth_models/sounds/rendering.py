"""What FluidSynth renders, as the networks hear it: 16 kHz mono from the onset on, at full scale."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rtsynth_models.analysis.partials import LEAD, align_onset
from rtsynth_models.data.soundfont import SAMPLE_RATE, SILENT
from rtsynth_models.sounds.store import FULL_SCALE, Arrays

RATE = 16_000  # Hz, that of NSynth
DOWN = SAMPLE_RATE // RATE
FADE = 320  # samples at the end: what is cut there must not click


def heard(rendered: NDArray[np.float32], samples: int) -> NDArray[np.int16]:
    """One row of `render_notes` as `samples` at 16 kHz, zeros where it is shorter, faded at its end."""
    aligned = align_onset(np.asarray(rendered, np.float64))[LEAD : LEAD + samples * DOWN]
    sound = resample_poly(aligned, 1, DOWN)[:samples]
    end = min(len(sound), len(rendered) // DOWN - LEAD // DOWN)
    sound[end - FADE : end] *= np.cos(np.linspace(0, np.pi / 2, FADE)) ** 2
    sound[end:] = 0.0
    whole = np.pad(sound, (0, samples - len(sound)))
    return np.round(whole / np.abs(whole).max() * FULL_SCALE).astype(np.int16)


def can_be_heard(rendered: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows (n, samples) of a rendering are no silence."""
    loud: NDArray[np.bool_] = np.abs(rendered).max(axis=1) >= SILENT
    return loud


def hear_all(rendered: NDArray[np.float32], columns: Arrays, samples: int) -> Arrays:
    """The rows that can be heard as `sound` (n, samples), and their columns."""
    rows = np.flatnonzero(can_be_heard(rendered))
    sound = np.stack([heard(rendered[row], samples) for row in rows])
    return {"sound": sound} | {name: column[rows] for name, column in columns.items()}
