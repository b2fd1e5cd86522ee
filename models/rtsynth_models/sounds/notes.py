"""Pitched notes of a SoundFont as sounds: held 3 s, then let go, as NSynth's are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rtsynth_models.data import manifest
from rtsynth_models.data.catalogue import Program, program_of
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import Preset, read_headers
from rtsynth_models.data.notefile import save
from rtsynth_models.data.parallel import ProgramFile, run_all
from rtsynth_models.data.soundfont import SILENT, SOUNDFONT, Note, render_notes
from rtsynth_models.sounds.rendering import RATE, hear_all
from rtsynth_models.sounds.store import Origin, is_held_out, load_part, make_folder, write_sounds

PROGRAMS = (0, 4, 6, 11, 12, 16, 19, 22, 24, 40, 42, 48, 52, 56, 60, 65, 68, 71, 73, 81)
VELOCITIES = (51, 102)
LOWEST, HIGHEST = 24, 84  # MIDI numbers, GANSynth's
SMALL_PROGRAMS, SMALL_STEP = (0, 16, 48, 73), 6
HOLD_SECONDS, SAMPLES, FADE = 3.0, 65_536, 320


@dataclass(frozen=True)
class Plan:
    """Which notes to render: every `step`-th semitone of `programs`, General MIDI numbers or "all"."""

    folder: Path
    soundfont: Path = SOUNDFONT
    programs: tuple[int, ...] | str = PROGRAMS
    velocities: tuple[int, ...] = VELOCITIES
    step: int = 1
    jobs: int = 1


@dataclass(frozen=True)
class Rendering(ProgramFile):
    """One program to render; `label` is its place among the names."""

    label: int
    notes: tuple[Note, ...]
    soundfont: Path

    def run(self) -> bool:
        """Render and keep it; False when it is silent. Runs in a worker process."""
        rendered = render_notes(self.program.number, list(self.notes), self.soundfont, HOLD_SECONDS)
        if np.abs(rendered).max() < SILENT:
            return False
        pitch, velocity = np.array(self.notes).T
        label = np.full(len(pitch), self.label)
        held_out = np.array([is_held_out(self.name, int(p)) for p in pitch])
        columns = {"pitch": pitch, "velocity": velocity, "label": label, "held_out": held_out}
        save(self.path, hear_all(rendered, columns, SAMPLES, FADE))
        return True


def build(plan: Plan, say: Callable[[str], None]) -> None:
    """Render what is missing of a set of notes, then put it together. Raises DataError."""
    make_folder(plan.folder)
    tasks = _tasks(plan)
    run_all(tasks, plan.jobs, say, lambda: None)
    there = [task for task in tasks if task.path.exists()]
    parts = [load_part(task.path) for task in there]
    write_sounds(plan.folder, parts, origin_of(plan.soundfont, tuple(task.name for task in tasks)))
    for task in there:
        task.path.unlink()


def origin_of(soundfont: Path, names: tuple[str, ...]) -> Origin:
    """What to say of sounds from a SoundFont."""
    told = manifest.of_soundfont(soundfont, read_headers(soundfont), (), 1)
    return Origin(names, RATE, told["source"], told["licence"])


def _tasks(plan: Plan) -> list[Rendering]:
    presets = read_headers(plan.soundfont).melodic
    numbers = sorted(presets) if isinstance(plan.programs, str) else plan.programs
    if lacking := [number for number in numbers if number not in presets]:
        raise DataError(f"{plan.soundfont.name} has no program {', '.join(map(str, lacking))}")
    found = [program_of(n, presets[n].name, presets[n].keys) for n in numbers]
    notes = [(p, _notes(plan, p, presets[p.number])) for p in found]
    playable = [(p, some) for p, some in notes if some]
    return [Rendering(p, plan.folder, i, some, plan.soundfont) for i, (p, some) in enumerate(playable)]


def _notes(plan: Plan, known: Program, preset: Preset) -> tuple[Note, ...]:
    pitches = range(max(known.low, LOWEST), min(known.high, HIGHEST) + 1, plan.step)
    return tuple((p, v) for p in pitches if p in preset.keys for v in plan.velocities)
