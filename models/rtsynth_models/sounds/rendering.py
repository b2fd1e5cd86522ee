"""What FluidSynth renders, as the networks hear it: 16 kHz mono from the onset on, at full scale."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rtsynth_models.analysis.partials import LEAD, align_onset
from rtsynth_models.data.soundfont import SAMPLE_RATE, SILENT
from rtsynth_models.sounds.store import FULL_SCALE, Arrays

RATE = 16_000  # Hz, that of NSynth
DOWN = SAMPLE_RATE // RATE


def heard(rendered: NDArray[np.float32], samples: int, fade: int) -> NDArray[np.int16]:
    """One row of `render_notes` as `samples` at 16 kHz, zeros where it is shorter; its last `fade` samples
    fall to zero, that what is cut does not click.
    """
    aligned = align_onset(np.asarray(rendered, np.float64))[LEAD : LEAD + samples * DOWN]
    sound = np.asarray(resample_poly(aligned, 1, DOWN)[:samples])
    end = min(len(sound), (len(rendered) - LEAD) // DOWN)  # align_onset appends silence
    sound[end - fade : end] *= np.cos(np.linspace(0, np.pi / 2, fade)) ** 2
    sound[end:] = 0.0
    whole = np.pad(sound, (0, samples - len(sound)))
    return np.asarray(np.round(whole / np.abs(whole).max() * FULL_SCALE), np.int16)


def hear_all(rendered: NDArray[np.float32], columns: Arrays, samples: int, fade: int) -> Arrays:
    """The rows (n, …) that can be heard as `sound` (n, samples), and their columns."""
    rows = np.flatnonzero(np.abs(rendered).max(axis=1) >= SILENT)
    sound = [heard(rendered[row], samples, fade) for row in rows]
    return {"sound": np.reshape(sound, (-1, samples))} | {n: column[rows] for n, column in columns.items()}
