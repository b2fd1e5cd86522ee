"""The data set: every note of a SoundFont's programs, rendered and analysed.

`build` writes `program-NNN.npz` per program, `kit-NNN.npz` per drum kit, and a manifest. What is there is
kept, so an interrupted run goes on where it stopped.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.slopes import measure_late_decay, measure_release
from rtsynth_models.data import manifest
from rtsynth_models.data.catalogue import HELD_OUT, PROGRAMS, VELOCITIES, Program, program_of
from rtsynth_models.data.drums import Kit
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import Headers, read_headers
from rtsynth_models.data.manifest import SOURCE
from rtsynth_models.data.notefile import analyse_notes, frames_of, load_program, save
from rtsynth_models.data.parallel import ProgramFile, run_all
from rtsynth_models.data.soundfont import SILENT, SOUNDFONT, Note, render_notes

__all__ = ["SOUNDFONT", "SOURCE", "VELOCITIES", "Plan", "build", "frames_of", "load_program"]

SHORT_HOLD_SECONDS = 0.3
SMALL_PROGRAMS, SMALL_VELOCITIES, SMALL_STEP = (0, 16, 24, 48, 56, 73), (51, 102), 3


@dataclass(frozen=True)
class Plan:
    """What to render: every `step`-th semitone of `programs`, General MIDI numbers, "catalogue" or "all"."""

    folder: Path
    soundfont: Path = SOUNDFONT
    programs: tuple[int, ...] | str = "catalogue"
    velocities: tuple[int, ...] = VELOCITIES
    step: int = 1
    drums: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Rendering(ProgramFile):
    """One program of a SoundFont to render."""

    notes: tuple[Note, ...]
    soundfont: Path
    scratch: Path | None = None

    def run(self) -> bool:
        """Render, analyse and keep it; False when it is silent. Runs in a worker process."""
        notes = list(self.notes)
        sound = render_notes(self.program.number, notes, self.soundfont, scratch=self.scratch)
        if np.abs(sound).max() < SILENT:
            return False
        slopes = note_slopes(self.program.number, notes, sound, self.soundfont, self.scratch)
        save(self.path, analyse_notes(sound, notes) | {"slopes": slopes})
        return True


def note_slopes(
    number: int,
    notes: list[Note],
    sound: NDArray[np.float32],
    soundfont: Path,
    scratch: Path | None = None,
) -> NDArray[np.float32]:
    """Release and late decay of every note in dB/s, shape (N, 2).

    Notes that have died away before their note-off are rendered again, shorter, to hear their release.
    """
    slopes = np.array([(measure_release(s), measure_late_decay(s)) for s in sound], np.float32)
    dead = np.flatnonzero(np.isnan(slopes[:, 0]))
    if len(dead):
        again = [notes[i] for i in dead]
        short = render_notes(number, again, soundfont, SHORT_HOLD_SECONDS, scratch=scratch)
        slopes[dead, 0] = [measure_release(s, SHORT_HOLD_SECONDS) for s in short]
    return slopes


def chosen_programs(plan: Plan, headers: Headers) -> list[Program]:
    """The programs of a plan that the SoundFont has; DataError when it lacks one that was named."""
    known = {p.number for p in PROGRAMS}
    there = sorted(n for n in headers.melodic if n < 128)
    match plan.programs:
        case "all":
            wanted = there
        case "catalogue":
            wanted = [n for n in there if n in known]
        case named:
            wanted = [int(number) for number in named]
    if lacking := [number for number in wanted if number not in there]:
        raise DataError(f"{plan.soundfont.name} has no program {', '.join(map(str, lacking))}")
    return [program_of(n, headers.melodic[n].name, headers.melodic[n].keys) for n in wanted]


def notes_of(program: Program, keys: frozenset[int], plan: Plan) -> tuple[Note, ...]:
    """Every `step`-th semitone that has a sample, and the held-out ones, at every velocity."""
    pitches = [
        p for p in program.pitches if p in keys and ((p - program.low) % plan.step == 0 or p in HELD_OUT)
    ]
    return tuple((pitch, velocity) for pitch in pitches for velocity in plan.velocities)


def build(plan: Plan, say: Callable[[str], None]) -> None:
    """Render what is missing of a plan; `say` is told what is done. DataError when it cannot go on."""
    headers = read_headers(plan.soundfont)
    programs = chosen_programs(plan, headers)
    told = manifest.of_soundfont(plan.soundfont, headers, plan.velocities, plan.step)
    manifest.make_folder(plan.folder)
    manifest.check_same(plan.folder, told)
    with tempfile.TemporaryDirectory(dir=plan.folder, prefix=".rendering-") as scratch:
        tasks = _tasks(plan, headers, programs, Path(scratch))
        say(
            f"{plan.soundfont.name}: {len(tasks)} programs and kits, {sum(len(t.notes) for t in tasks)} notes"
        )
        run_all(tasks, plan.jobs, say, lambda: manifest.write_manifest(plan.folder, told, programs))
    manifest.write_manifest(plan.folder, told, programs)


def _tasks(plan: Plan, headers: Headers, programs: list[Program], scratch: Path) -> list[Rendering | Kit]:
    notes = {p: notes_of(p, headers.melodic[p.number].keys, plan) for p in programs}
    tasks: list[Rendering | Kit] = [
        Rendering(p, plan.folder, notes[p], plan.soundfont, scratch) for p in programs if notes[p]
    ]
    kits = [headers.kits[number] for number in sorted(headers.kits)] if plan.drums else []
    return tasks + [Kit(k, plan.velocities, plan.soundfont, plan.folder, scratch) for k in kits]
