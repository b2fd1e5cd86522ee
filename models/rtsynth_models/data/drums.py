"""Drum kits as waveforms, for generators of one-shots: `kit-NNN.npz`.

N hits: sound (N, 48000) float16 mono, one second from the onset at 48 kHz; pitch (N,) and velocity (N,) MIDI.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.partials import LEAD, align_onset
from rtsynth_models.data.headers import Preset
from rtsynth_models.data.notefile import file_of, save
from rtsynth_models.data.soundfont import SAMPLE_RATE, SILENT, Note, render_notes

DRUM_KEYS = range(27, 88)
HIT_SECONDS = 1.0


@dataclass(frozen=True)
class Kit:
    """A drum kit to render into `folder`."""

    preset: Preset
    velocities: tuple[int, ...]
    soundfont: Path
    folder: Path
    scratch: Path

    @property
    def name(self) -> str:
        """The SoundFont's name for it."""
        return self.preset.name

    @property
    def path(self) -> Path:
        """`kit-NNN.npz`."""
        return file_of(self.folder, self.preset.program, "kit")

    @property
    def notes(self) -> list[Note]:
        """Every key that has a sample, at every velocity."""
        return [(key, v) for key in DRUM_KEYS if key in self.preset.keys for v in self.velocities]

    def run(self) -> bool:
        """Render and keep it; False when it is silent. Runs in a worker process."""
        rendered = render_notes(
            self.preset.program, self.notes, self.soundfont, HIT_SECONDS, drums=True, scratch=self.scratch
        )
        if np.abs(rendered).max() < SILENT:
            return False
        pitch, velocity = np.array(self.notes).T
        sound = np.stack([_hit(row) for row in rendered])
        save(self.path, {"sound": sound, "pitch": pitch, "velocity": velocity})
        return True


def _hit(row: NDArray[np.float32]) -> NDArray[np.float16]:
    aligned = align_onset(np.asarray(row, np.float64))
    return aligned[LEAD : LEAD + round(HIT_SECONDS * SAMPLE_RATE)].astype(np.float16)
