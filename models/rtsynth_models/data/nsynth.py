"""NSynth as a data set: `examples.json` and `audio/*.wav`, as Google publishes it, to the same note files.

Its notes are 4 s at 16 kHz, held for 3 s. Frames and mel of the last second, where the key is up, are
replaced by the second before, fallen further as the note fell: they say how it would have gone on.
Engel et al., "Neural Audio Synthesis of Musical Notes with WaveNet Autoencoders", 2017.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from rtsynth_models.analysis.partials import LEAD, PARTIALS
from rtsynth_models.analysis.slopes import measure_late_decay, measure_release
from rtsynth_models.data import manifest
from rtsynth_models.data.catalogue import HIGHEST, LOWEST, Program
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.notefile import FLOOR_DB, Arrays, analyse_notes, save
from rtsynth_models.data.parallel import ProgramFile, run_all
from rtsynth_models.data.soundfont import SAMPLE_RATE, SILENT

RATE, HOLD_SECONDS, CONTINUED_SECONDS = 16_000, 3.0, 1.0
NOTE_SAMPLES, TAIL = 4 * SAMPLE_RATE, SAMPLE_RATE // 2  # the longest window reaches past the note
FRAME_SECONDS, MEL_SECONDS = 256 / SAMPLE_RATE, 512 / SAMPLE_RATE
FIELDS = {"pitch": int, "velocity": int, "instrument": int, "instrument_str": str}


@dataclass(frozen=True, order=True)
class Example:
    """One note of the tree; `wav` is its file."""

    pitch: int
    velocity: int
    wav: Path


@dataclass(frozen=True)
class Instrument(ProgramFile):
    """All notes of one of NSynth's instruments, by its number and its `instrument_str`."""

    examples: tuple[Example, ...]

    def run(self) -> bool:
        """Analyse and keep it; False when it is silent. Runs in a worker process."""
        sound = [read_wav(example.wav) for example in self.examples]
        if max(float(np.abs(s).max()) for s in sound) < SILENT:
            return False
        slopes = np.array(
            [(measure_release(s, HOLD_SECONDS), measure_late_decay(s, HOLD_SECONDS)) for s in sound],
            np.float32,
        )
        arrays = analyse_notes(sound, [(e.pitch, e.velocity) for e in self.examples])
        save(self.path, _held_on(arrays, slopes[:, 1]) | {"slopes": slopes})
        return True


def read_wav(path: Path) -> NDArray[np.float32]:
    """A note at 48 kHz, LEAD samples before it and TAIL after, shape (S,); else DataError."""
    try:
        signal, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError):
        raise DataError(f"{path} is missing or no WAV: NSynth comes with all its notes") from None
    if rate != RATE or signal.shape[1] != 1 or not len(signal):
        found = f"{rate} Hz, {signal.shape[1]} channels, {len(signal)} samples"
        raise DataError(f"{path} has {found}: NSynth's notes are 16000 Hz, mono, 4 s")
    note = resample_poly(signal[:, 0], SAMPLE_RATE // RATE, 1)[:NOTE_SAMPLES]
    return np.pad(note, (LEAD, NOTE_SAMPLES - len(note) + TAIL)).astype(np.float32)


def _held_on(arrays: Arrays, decay: NDArray[np.float32]) -> Arrays:
    """Let notes go on falling at `decay` dB/s (N,) after their key is up."""
    fall = np.nan_to_num(decay)[:, None, None] * CONTINUED_SECONDS
    levels = np.r_[:PARTIALS, 2 * PARTIALS : arrays["frames"].shape[2]]
    frames = _repeated(arrays["frames"], FRAME_SECONDS)
    last = round(HOLD_SECONDS / FRAME_SECONDS)
    tail = frames[:, last:, levels] - fall
    frames[:, last:, levels] = np.maximum(tail, FLOOR_DB)
    mel = _repeated(arrays["mel"], MEL_SECONDS)
    mel[:, round(HOLD_SECONDS / MEL_SECONDS) :] -= fall.astype(np.float16)
    return arrays | {"frames": frames, "mel": mel}


def _repeated(rows: NDArray[Any], step: float) -> NDArray[Any]:
    """Rows (N, T, D) of `step` seconds, those past the hold taken from a second before."""
    times = np.arange(rows.shape[1])
    back = round(CONTINUED_SECONDS / step)
    held = round(HOLD_SECONDS / step)
    return rows[:, np.where(times < held, times, held - back + (times - held) % back)]


def read_tree(tree: Path, folder: Path) -> list[Instrument]:
    """The instruments of a tree, A0 to C8, by their number; DataError when it is not NSynth's layout."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for key, row in _examples(tree / "examples.json").items():
        _check(tree, key, row)
        if LOWEST <= row["pitch"] <= HIGHEST:
            grouped.setdefault(row["instrument_str"], []).append(row | {"wav": tree / "audio" / f"{key}.wav"})
    found = [_instrument(name, rows, folder) for name, rows in grouped.items()]
    if len({i.program.number for i in found}) < len(found):
        raise DataError(f"{tree}: two instruments have one number in examples.json")
    return sorted(found, key=lambda instrument: instrument.program.number)


def _examples(path: Path) -> dict[str, Any]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"no {path}: name the folder of an unpacked NSynth archive") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: unpack the archive again") from error
    if not isinstance(rows, dict) or not rows:
        raise DataError(f"{path} lists no notes")
    return rows


def _check(tree: Path, key: str, row: Any) -> None:
    for field, kind in FIELDS.items():
        if not isinstance(row, dict) or not isinstance(row.get(field), kind):
            raise DataError(f"{tree}/examples.json: note {key} has no {field}")
    if Path(key).name != key:
        raise DataError(f"{tree}/examples.json: {key} is no name of a note")


def _instrument(name: str, rows: list[dict[str, Any]], folder: Path) -> Instrument:
    pitches = [row["pitch"] for row in rows]
    family = rows[0].get("instrument_family_str", "nsynth")
    program = Program(rows[0]["instrument"], name, str(family), min(pitches), max(pitches))
    examples = sorted(Example(row["pitch"], row["velocity"], row["wav"]) for row in rows)
    return Instrument(program, folder, tuple(examples))


def build(tree: Path, folder: Path, jobs: int, say: Callable[[str], None]) -> None:
    """Analyse what is missing of an NSynth tree; `say` is told what is done. DataError when it is corrupt."""
    instruments = read_tree(tree, folder)
    told = manifest.of_nsynth(tree, sorted({e.velocity for i in instruments for e in i.examples}))
    manifest.make_folder(folder)
    manifest.check_same(folder, told)
    programs = [instrument.program for instrument in instruments]
    say(f"{tree.name}: {len(instruments)} instruments, {sum(len(i.examples) for i in instruments)} notes")
    run_all(instruments, jobs, say, lambda: manifest.write_manifest(folder, told, programs))
    manifest.write_manifest(folder, told, programs)
