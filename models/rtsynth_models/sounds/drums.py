"""The hits of a SoundFont's drum kits as sounds, named after the drum, each once: kits share many of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import Preset, read_headers
from rtsynth_models.data.notefile import file_of, save
from rtsynth_models.data.parallel import run_all
from rtsynth_models.data.soundfont import SILENT, SOUNDFONT, render_notes
from rtsynth_models.sounds.notes import origin_of
from rtsynth_models.sounds.rendering import hear_all
from rtsynth_models.sounds.store import Arrays, load_part, make_folder, write_sounds

DRUMS = {
    "kick": (36, 35),
    "rim": (37,),
    "snare": (38, 40),
    "clap": (39,),
    "closed hat": (42,),
    "pedal hat": (44,),
    "open hat": (46,),
    "low tom": (43, 41),
    "mid tom": (47, 45),
    "high tom": (50, 48),
    "crash": (49, 57, 55, 52),
    "ride": (51, 59, 53),
    "tambourine": (54,),
    "cowbell": (56,),
    "conga": (63, 60, 61, 62, 64),
    "shaker": (70, 69, 82),
    "wood block": (76, 77, 75),
    "triangle": (81, 80),
}
"""The keys of General MIDI that play a drum, the usual one first."""
KEYS = tuple(keys[0] for keys in DRUMS.values())  # of each name in turn
LABELS = {key: label for label, keys in enumerate(DRUMS.values()) for key in keys}
ORCHESTRA = 48  # kits from this number on play timpani or effects where others have hats
VELOCITIES = (25, 51, 76, 102, 127)
SAMPLES, FADE = 16_384, 2_048
HOLD_SECONDS = 1.0
TENTH = 10  # one in so many is held out
ALIKE = 0.95  # correlation from which on two hits are one
SHIFT = 200  # samples by which they may lie apart


@dataclass(frozen=True)
class Plan:
    """Which kits to render."""

    folder: Path
    soundfont: Path = SOUNDFONT
    velocities: tuple[int, ...] = VELOCITIES
    jobs: int = 1


@dataclass(frozen=True)
class Kit:
    """One kit to render."""

    preset: Preset
    plan: Plan

    @property
    def name(self) -> str:
        """The SoundFont's name for it."""
        return self.preset.name

    @property
    def path(self) -> Path:
        """`kit-NNN.npz`."""
        return file_of(self.plan.folder, self.preset.program, "kit")

    def run(self) -> bool:
        """Render and keep it; False when it is silent. Runs in a worker process."""
        notes = [(key, v) for key in LABELS if key in self.preset.keys for v in self.plan.velocities]
        rendered = render_notes(self.preset.program, notes, self.plan.soundfont, HOLD_SECONDS, drums=True)
        if np.abs(rendered).max() < SILENT:
            return False
        pitch, velocity = np.array(notes).T
        label = np.array([LABELS[key] for key in pitch])
        columns = {"pitch": pitch, "velocity": velocity, "label": label}
        save(self.path, hear_all(rendered, columns, SAMPLES, FADE))
        return True


def build(plan: Plan, say: Callable[[str], None]) -> None:
    """Render what is missing of a set of drums, then put it together. Raises DataError."""
    presets = read_headers(plan.soundfont).kits
    numbers = sorted(number for number in presets if number < ORCHESTRA)
    if not numbers:
        raise DataError(f"{plan.soundfont.name} has no drum kit: name another SoundFont")
    make_folder(plan.folder)
    kits = [Kit(presets[number], plan) for number in numbers]
    run_all(kits, plan.jobs, say, lambda: None)
    there = [kit for kit in kits if kit.path.exists()]
    drums = hold_out(distinct([load_part(kit.path) for kit in there]))
    write_sounds(plan.folder, drums, origin_of(plan.soundfont, tuple(DRUMS)))
    for kit in there:
        kit.path.unlink()


def distinct(kits: list[Arrays]) -> list[Arrays]:
    """Every key of every kit by itself, without those that sound as the same key of a kit before."""
    known: dict[int, list[NDArray[np.complex128]]] = {}
    drums = [select(kit, kit["pitch"] == key) for kit in kits for key in np.unique(kit["pitch"])]
    return [drum for drum in drums if _is_new(drum, known.setdefault(int(drum["pitch"][0]), []))]


def select(sounds: Arrays, rows: NDArray[np.bool_]) -> Arrays:
    """Some of the rows."""
    return {name: column[rows] for name, column in sounds.items()}


def hold_out(drums: list[Arrays]) -> list[Arrays]:
    """Mark a tenth of what each name has; one where there are three, none where there are fewer."""
    places: dict[int, int] = {}
    counts = Counter(int(drum["label"][0]) for drum in drums)
    marked = []
    for drum in drums:
        label = int(drum["label"][0])
        places[label] = place = places.get(label, -1) + 1
        held_out = counts[label] > 2 and place % TENTH == min(TENTH, counts[label]) // 2
        marked.append(drum | {"held_out": np.full(len(drum["label"]), held_out)})
    return marked


def _is_new(drum: Arrays, known: list[NDArray[np.complex128]]) -> bool:
    loudest = drum["sound"][np.argmax(drum["velocity"])].astype(np.float64)
    spectrum = np.fft.rfft(loudest / np.linalg.norm(loudest), 2 * SAMPLES)
    new = all(_correlation(spectrum, other) < ALIKE for other in known)
    known.extend([spectrum] if new else [])
    return new


def _correlation(one: NDArray[np.complex128], other: NDArray[np.complex128]) -> float:
    lags = np.abs(np.fft.irfft(one * np.conj(other)))
    return float(max(lags[:SHIFT].max(), lags[-SHIFT:].max()))
