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
from rtsynth_models.analysis.resynthesis import render_note
from rtsynth_models.analysis.slots import Grid
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
AUDIBLE_DB = -75.0  # of the loudest partial
PROBES = 5
SWEEP_VELOCITY, SWEEP_SECONDS = 102, 1.6


@dataclass(frozen=True)
class Plan:
    """What to play. `offsets` from the held-out pitches give the trained ones; `sweep` is checked for pitch only."""

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
    """One place of the bundle `folder`; `data` is a data set whose grid is used; `draw` asks for a picture."""

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


def listen(task: Task) -> Report:
    """Play, analyse and measure one place. Raises BundleError, FileNotFoundError and CalledProcessError."""
    bundle = load_bundle(task.folder)
    place = bundle.place(task.place)
    notes = task.plan.notes(place)
    rows = dict(zip(notes, render_notes(place.program, notes, task.soundfont), strict=True)) if notes else {}
    played = dict(zip(notes, play_notes(bundle, place, notes, seed=task.plan.seed), strict=True)) if notes else {}
    grid = _grid(task.data, place, rows)
    originals = {note: analyse(row, note[0], grid) for note, row in rows.items()}
    audible = [note for note in notes if _level(originals[note]) > AUDIBLE_DB]
    heard = [_compare(place, note, rows, played, originals, grid, task.plan.seed) for note in audible]
    sweep = _sweep(bundle, place, task.plan)
    picture = _picture(place, audible, played, originals, task.plan.seed) if task.draw and audible else None
    return Report(place, heard, sweep, picture)


def _grid(data: Path | None, place: Place, rows: dict[Note, NDArray[np.float32]]) -> Grid:
    """The grid that the data set was analysed on, or the one that suits some of the notes."""
    if data and place.program in find_programs(data):
        divisor, slots = read_program(data, place.program, "divisor", "slots_kind")
        return Grid(int(divisor), str(slots))  # type: ignore[arg-type]
    probes = [note for note in rows][:: max(1, len(rows) // PROBES)]
    return choose_grid([rows[note].astype(np.float64) for note in probes], [pitch for pitch, _ in probes])


def _level(note: Analysis) -> float:
    return float(20 * np.log10(note.amplitude.max() + 1e-9))


def _compare(
    place: Place,
    note: Note,
    rows: dict[Note, NDArray[np.float32]],
    played: dict[Note, NDArray[np.float32]],
    originals: dict[Note, Analysis],
    grid: Grid,
    seed: int,
) -> Heard:
    """Measure one note; the neighbour is the nearest trained original of the same velocity."""
    pitch, velocity = note
    heard, original = Heard(place, pitch, velocity), originals[note]
    copy = _resynthesised(original, seed)
    versions = {
        "original": (rows[note], original),
        "analysed": (copy, analyse(copy, pitch, grid)),
        "generated": (played[note], analyse(played[note], pitch, grid)),
    }
    for kind, (row, analysis) in versions.items():
        heard.measures[kind] = _measure(original.signal, analysis.signal, row, pitch)
        heard.mel[kind] = log_mel(analysis.signal).astype(np.float16)
        heard.moved[kind] = statistics(frames_of(analysis, pitch, grid.divisor), analysis.hz.shape[1])
    beside = [originals[p, velocity] for p in (pitch + 1, pitch - 1) if (p, velocity) in originals]
    if heard.held_out and beside:
        heard.measures["neighbour"] = _distances(original.signal, beside[0].signal)
    return heard


def _resynthesised(note: Analysis, seed: int) -> Array:
    """A row like the others that holds the analysis, rendered with random phases."""
    signal = render_note(note.amplitude[:FRAMES], note.hz, note.noise[:FRAMES], seed)
    return np.concatenate([np.zeros(LEAD), signal, np.zeros(LEAD)])


def _distances(original: Array, other: Array) -> dict[str, float]:
    return {"mr": spectral_distance(original, other), "mel": mel_distance(original, other)}


def _measure(original: Array, other: Array, row: NDArray[np.float32], pitch: int) -> dict[str, float]:
    return _distances(original, other) | {
        "level_db": level_db(original, other),
        "rise_ms": rise_ms(other),
        "pre_echo_db": pre_echo_db(np.asarray(row, np.float64)),
        "pitch_cents": pitch_cents(row, pitch),
    }


def _sweep(bundle: Bundle, place: Place, plan: Plan) -> list[tuple[int, float]]:
    notes = [(pitch, SWEEP_VELOCITY) for pitch in plan.sweep]
    rows = play_notes(bundle, place, notes, SWEEP_SECONDS, plan.seed) if notes else ()
    return [(pitch, pitch_cents(row, pitch)) for pitch, row in zip(plan.sweep, rows, strict=True)]


def _picture(
    place: Place,
    notes: list[Note],
    played: dict[Note, NDArray[np.float32]],
    originals: dict[Note, Analysis],
    seed: int,
) -> bytes:
    """A held-out note of the middle of the range: original, analysis, generated."""
    held = [note for note in notes if note[0] in HELD_OUT] or notes
    note = held[len(held) // 2]
    original = originals[note]
    versions = {
        "original": original.signal,
        "analysis": _resynthesised(original, seed),
        "generated": np.asarray(played[note], np.float64),
    }
    return draw_row(f"{place.name}, key {note[0]}, velocity {note[1]}", versions)
