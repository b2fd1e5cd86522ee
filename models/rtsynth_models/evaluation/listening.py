"""One place of an instrument beside its originals: every note played, analysed and measured.

Runs in a worker process; nothing here needs torch.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle, Place, load_bundle
from rtsynth_models.analysis.grids import choose_grid
from rtsynth_models.analysis.partials import FRAMES, LEAD, Analysis, analyse
from rtsynth_models.analysis.resynthesis import FRAME, render_note
from rtsynth_models.analysis.slots import PLAIN, Grid
from rtsynth_models.data.catalogue import HELD_OUT
from rtsynth_models.data.dataset import frames_of
from rtsynth_models.data.soundfont import Note, render_notes
from rtsynth_models.evaluation.liveliness import statistics
from rtsynth_models.evaluation.metrics import (
    level_db,
    log_mel,
    mel_distance,
    pre_echo_db,
    rise_ms,
    spectral_distance,
)
from rtsynth_models.evaluation.page import draw_row
from rtsynth_models.evaluation.pitch import pitch_cents
from rtsynth_models.evaluation.playing import play_notes
from rtsynth_models.evaluation.stored import find_programs, read_program

Array = NDArray[np.float64]
Row = NDArray[np.float32]
AUDIBLE = 10 ** (-75 / 20)  # amplitude of the loudest partial
PROBES = 5
SWEEP_VELOCITY, SWEEP_SECONDS = 102, 1.6


@dataclass(frozen=True)
class Plan:
    """What to play. `offsets` lead from held-out pitches to trained ones; of `sweep` only pitch counts."""

    velocities: tuple[int, ...]
    offsets: tuple[int, ...]
    sweep: tuple[int, ...]
    seed: int = 0

    def notes(self, place: Place) -> list[Note]:
        """Held-out and trained pitches of the place's range, each at every velocity."""
        wanted = {p + offset for p in HELD_OUT for offset in (0, *self.offsets)}
        pitches = sorted(wanted & set(range(place.low, place.high + 1)))
        return [(pitch, velocity) for pitch in pitches for velocity in self.velocities]


@dataclass(frozen=True)
class Task:
    """One place of the bundle `folder`; a data set in `data` tells the grid; `draw` asks for a picture."""

    folder: Path
    place: str
    plan: Plan
    soundfont: Path
    data: Path | None = None
    draw: bool = False


@dataclass
class Heard:
    """One note. By kind (original, analysed, generated, neighbour): measures; log-mel; 19 statistics."""

    place: Place
    pitch: int
    velocity: int
    measures: dict[str, dict[str, float]] = field(default_factory=dict)
    mel: dict[str, NDArray[np.float16]] = field(default_factory=dict)
    moved: dict[str, Array] = field(default_factory=dict)

    @property
    def held_out(self) -> bool:
        """Whether no training saw its pitch."""
        return self.pitch in HELD_OUT


@dataclass(frozen=True)
class Report:
    """All of one place: its notes, (pitch, cents) of the sweep, and a PNG."""

    place: Place
    notes: list[Heard]
    sweep: list[tuple[int, float]]
    picture: bytes | None


@dataclass(frozen=True)
class Scene:
    """One place's notes: rows of originals and of what was played; analyses of the originals."""

    place: Place
    grid: Grid
    rows: dict[Note, Row]
    played: dict[Note, Row]
    originals: dict[Note, Analysis]
    seed: int

    @property
    def audible(self) -> list[Note]:
        """Notes whose original can be heard."""
        return [note for note, of in self.originals.items() if of.amplitude.max() > AUDIBLE]

    def resynthesised(self, note: Note) -> Array:
        """The original's analysis rendered, (S,)."""
        return _render(self.originals[note], 1.0, self.seed)


def listen(task: Task) -> Report:
    """Play, analyse and measure one place. Raises BundleError, DataError and EvaluationError."""
    bundle = load_bundle(task.folder)
    place = bundle.place(task.place)
    scene = _scene(bundle, place, task)
    heard = [_compare(scene, note) for note in scene.audible]
    picture = _picture(scene) if task.draw and heard else None
    return Report(place, heard, _sweep(bundle, place, task.plan), picture)


def _scene(bundle: Bundle, place: Place, task: Task) -> Scene:
    notes = task.plan.notes(place)
    if not notes:
        return Scene(place, PLAIN, {}, {}, {}, task.plan.seed)
    rows = dict(zip(notes, render_notes(place.program, notes, task.soundfont), strict=True))
    played = dict(zip(notes, play_notes(bundle, place, notes, seed=task.plan.seed), strict=True))
    grid = _grid(task.data, place, rows)
    originals = {note: analyse(row, note[0], grid) for note, row in rows.items()}
    return Scene(place, grid, rows, played, originals, task.plan.seed)


def _grid(data: Path | None, place: Place, rows: dict[Note, Row]) -> Grid:
    """The grid that the data set was analysed on, or the one that suits some of the notes."""
    if data and place.program in find_programs(data):
        divisor, slots = read_program(data, place.program, "divisor", "slots_kind")
        return Grid(int(divisor), str(slots))  # type: ignore[arg-type]
    probes = list(rows)[:: max(1, len(rows) // PROBES)]
    return choose_grid([rows[note].astype(np.float64) for note in probes], [pitch for pitch, _ in probes])


def _render(note: Analysis, transposed: float, seed: int) -> Array:
    return render_note(note.amplitude[:FRAMES], note.hz * transposed, note.noise[:FRAMES], seed, note.phase)


def _compare(scene: Scene, note: Note) -> Heard:
    """Measure one note in every version."""
    pitch, velocity = note
    heard, original = Heard(scene.place, pitch, velocity), scene.originals[note]
    silence = np.zeros(LEAD)
    copy = np.concatenate([silence, scene.resynthesised(note), silence])
    versions = {
        "original": (scene.rows[note], original),
        "analysed": (copy, analyse(copy, pitch, scene.grid)),
        "generated": (scene.played[note], analyse(scene.played[note], pitch, scene.grid)),
    }
    for kind, (row, analysis) in versions.items():
        heard.measures[kind] = _measure(analysis.signal, row, pitch)
        if kind != "original":
            heard.measures[kind] |= _distances(original.signal, analysis.signal)
        heard.mel[kind] = log_mel(analysis.signal).astype(np.float16)
        heard.moved[kind] = statistics(frames_of(analysis, pitch, scene.grid.divisor), analysis.hz.shape[1])
    if heard.held_out and (neighbour := _neighbour(scene, note)) is not None:
        heard.measures["neighbour"] = _distances(original.signal, neighbour)
    return heard


def _neighbour(scene: Scene, note: Note) -> Array | None:
    """The analysis of the nearest trained pitch at the same velocity, moved to this one."""
    pitch, velocity = note
    for step in (1, -1):
        if beside := scene.originals.get((pitch + step, velocity)):
            return _render(beside, 2 ** (-step / 12), scene.seed)
    return None


def _distances(original: Array, other: Array) -> dict[str, float]:
    return {
        "mr": spectral_distance(original, other),
        "mel": mel_distance(original, other),
        "level_db": level_db(original, other),
    }


def _measure(signal: Array, row: Row | Array, pitch: int) -> dict[str, float]:
    return {
        "rise_ms": rise_ms(signal),
        "pre_echo_db": pre_echo_db(np.asarray(row, np.float64)),
        "pitch_cents": pitch_cents(np.asarray(row, np.float64), pitch),
    }


def _sweep(bundle: Bundle, place: Place, plan: Plan) -> list[tuple[int, float]]:
    notes = [(pitch, SWEEP_VELOCITY) for pitch in plan.sweep]
    rows = play_notes(bundle, place, notes, SWEEP_SECONDS, plan.seed) if notes else ()
    return [(pitch, pitch_cents(row, pitch)) for pitch, row in zip(plan.sweep, rows, strict=True)]


def _picture(scene: Scene) -> bytes:
    """A held-out note of the middle of the range, its analysis and the generated one."""
    held = [note for note in scene.audible if note[0] in HELD_OUT] or scene.audible
    note = held[len(held) // 2]
    versions = {
        "original": scene.originals[note].signal,
        "analysis": scene.resynthesised(note),
        "generated": np.asarray(scene.played[note][LEAD : LEAD + FRAMES * FRAME], np.float64),
    }
    return draw_row(f"{scene.place.name}, key {note[0]}, velocity {note[1]}", versions)
