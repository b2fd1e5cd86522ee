"""CPU time of held notes offline at 48 kHz: rtsynth and FluidSynth on the same MIDI files.

Each file is rendered at two lengths by a process of its own, and the difference of the CPU times that the
system counted for the two is the cost of holding the notes: start and loading fall out. FluidSynth plays
without reverb and chorus; rtsynth sends nothing to its reverb, which has no switch and is in its figure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from rtsynth.midi.files import EVENTS, Score, write_midi

from ..figures import NotMeasured
from ..stage import SOUNDFONT
from .report import Row, Say, need

RATE = 48_000
KEYS, LOWEST, APART = 64, 36, 5  # APART and KEYS have no common divisor: each key once a channel, spread wide
NOTE_ON, NOTE_OFF, PROGRAM_CHANGE, VELOCITY = 0x90, 0x80, 0xC0, 90
PLAIN = {
    "synth.reverb.active": 0,
    "synth.chorus.active": 0,
    "synth.cpu-cores": 1,
    "synth.polyphony": 1024,  # a note of a stereo sample takes two
    "synth.dynamic-sample-loading": 1,  # loading all of a SoundFont varies by more than 16 notes cost
}
THEIRS = ("fluidsynth", "-ni", "-r", str(RATE), *(f"-o{name}={value}" for name, value in PLAIN.items()))
OURS = (sys.executable, "-m", "rtsynth_benchmarks.peers.holding")
WARM_UP = (0.1, 0.2)  # seconds


@dataclass(frozen=True)
class Setting:
    """Every number of `notes` with each General MIDI program, `repetitions` times; lengths in seconds."""

    notes: tuple[int, ...] = (16, 32, 64, 128)
    programs: tuple[int, ...] = (0, 19, 48)
    repetitions: int = 3
    lengths: tuple[float, float] = (2.0, 12.0)


FULL, QUICK = Setting(), Setting(notes=(16, 128), programs=(48,), repetitions=1)


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with the cost of a held note in percent of a core, ours and FluidSynth's, and the ratio."""
    need(("fluidsynth",))
    if not SOUNDFONT.exists():
        raise NotMeasured("install fluid-soundfont-gm")
    say("warming up: the engine's compiled code, the SoundFont in the page cache")
    _costs(setting.programs[0], setting.notes[0], WARM_UP)
    costs: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for repetition in range(setting.repetitions):
        for program, notes in _cases(setting):
            say(f"program {program}, {notes} notes, {repetition + 1} of {setting.repetitions}")
            costs.setdefault((program, notes), []).append(_costs(program, notes, setting.lengths))
    return [_row(program, notes, found) for (program, notes), found in costs.items()]


def _cases(setting: Setting) -> Iterator[tuple[int, int]]:
    return ((program, notes) for program in setting.programs for notes in setting.notes)


def _row(program: int, notes: int, found: list[tuple[float, float]]) -> Row:
    """Medians and spreads (largest less smallest) of the repetitions; costs as shares of a core."""
    ours, theirs = zip(*found, strict=True)
    ratios = [a / b for a, b in found]
    return {
        "what": f"program {program}, {notes} held notes",
        "rtsynth_percent_a_note": round(100 * median(ours) / notes, 4),
        "rtsynth_spread": round(100 * _spread(ours) / notes, 4),
        "FluidSynth_percent_a_note": round(100 * median(theirs) / notes, 4),
        "FluidSynth_spread": round(100 * _spread(theirs) / notes, 4),
        "rtsynth_percent_in_all": round(100 * median(ours), 2),
        "FluidSynth_percent_in_all": round(100 * median(theirs), 2),
        "ratio": round(median(ratios), 2),
        "ratio_spread": round(_spread(ratios), 2),
    }


def _spread(numbers: list[float] | tuple[float, ...]) -> float:
    return max(numbers) - min(numbers)


def chord(program: int, notes: int, seconds: float) -> Score:
    """`notes` notes on as few channels as hold them, struck at once and held for `seconds`."""
    channels = range(-(-notes // KEYS))
    keys = [(i // KEYS, LOWEST + i * APART % KEYS) for i in range(notes)]
    messages = [(0.0, 0, PROGRAM_CHANGE | channel, program, 0) for channel in channels]
    messages += [(0.0, 0, NOTE_ON | channel, key, VELOCITY) for channel, key in keys]
    messages += [(seconds, 0, NOTE_OFF | channel, key, 0) for channel, key in keys]
    return Score(np.array(messages, EVENTS), seconds)


def _costs(program: int, notes: int, lengths: tuple[float, float]) -> tuple[float, float]:
    """CPU seconds per second that the chord is held, ours and FluidSynth's."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{i}.mid" for i in range(2)]
        for file, seconds in zip(files, lengths, strict=True):
            write_midi(file, chord(program, notes, seconds))
        ours = [cpu_seconds([*OURS, str(file), str(notes)]) for file in files]
        theirs = [cpu_seconds([*THEIRS, *_into(folder), str(file)]) for file in files]
    longer = lengths[1] - lengths[0]
    return (ours[1] - ours[0]) / longer, (theirs[1] - theirs[0]) / longer


def _into(folder: str) -> list[str]:
    """FluidSynth's options for writing raw samples."""
    return ["-T", "raw", "-F", f"{folder}/fluidsynth.raw", str(SOUNDFONT)]


def cpu_seconds(command: list[str]) -> float:
    """CPU time, its own and the system's for it, of a program from its start to its end."""
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | {"OMP_NUM_THREADS": "1"})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().strip()[-300:]}")
    return usage.ru_utime + usage.ru_stime
