"""CPU time of notes, offline at 48 kHz: rtsynth and FluidSynth on the same MIDI files.

Each file is rendered at two lengths by a process of its own, and the difference of the CPU times that the
system counted for the two is the cost of the notes: start and loading fall out. FluidSynth plays without
reverb and chorus; rtsynth sends nothing to its reverb, which has no switch and is in its figure. A held note
costs our network less the older it is, so some notes are also struck anew every second.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from rtsynth.midi.files import write_midi
from rtsynth.midi.score import Score, messages

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
class Case:
    """A number of notes with a General MIDI program, struck anew `every` so many seconds; 0: held."""

    program: int
    notes: int
    every: float = 0.0

    def __str__(self) -> str:
        how = f"each struck every {self.every:g} s" if self.every else "held"
        return f"program {self.program}, {self.notes} notes, {how}"


@dataclass(frozen=True)
class Setting:
    """Numbers of notes that are held, and struck anew, with each program; lengths of the files in seconds."""

    held: tuple[int, ...] = (16, 32, 64, 128)
    struck: tuple[int, ...] = (64,)
    every: float = 1.0
    programs: tuple[int, ...] = (0, 19, 48)
    repetitions: int = 3
    lengths: tuple[float, float] = (2.0, 12.0)

    def cases(self) -> list[Case]:
        """All that is measured, in turn."""
        notes = [(count, 0.0) for count in self.held] + [(count, self.every) for count in self.struck]
        return [Case(program, *how) for program in self.programs for how in notes]


FULL, QUICK = Setting(), Setting(held=(16, 128), programs=(48,), repetitions=1)


def run(setting: Setting, say: Say) -> list[Row]:
    """Rows with the cost of a note in percent of a core, ours and FluidSynth's, and the ratio."""
    need(("fluidsynth",))
    if not SOUNDFONT.exists():
        raise NotMeasured("install fluid-soundfont-gm")
    cases = setting.cases()
    say("warming up: the engine's compiled code, the SoundFont in the page cache")
    _costs(cases[0], WARM_UP)
    costs: dict[Case, list[tuple[float, float]]] = {case: [] for case in cases}
    for repetition in range(setting.repetitions):
        for case in cases:
            say(f"{case}, {repetition + 1} of {setting.repetitions}")
            costs[case].append(_costs(case, setting.lengths))
    return [_row(case, found) for case, found in costs.items()]


def _row(case: Case, found: list[tuple[float, float]]) -> Row:
    """Medians and spreads (largest less smallest) of the repetitions; costs as shares of a core."""
    ours, theirs = zip(*found, strict=True)
    ratios = [a / b for a, b in found]
    return {
        "what": str(case),
        "rtsynth_percent_a_note": round(100 * median(ours) / case.notes, 4),
        "rtsynth_spread": round(100 * _spread(ours) / case.notes, 4),
        "FluidSynth_percent_a_note": round(100 * median(theirs) / case.notes, 4),
        "FluidSynth_spread": round(100 * _spread(theirs) / case.notes, 4),
        "rtsynth_percent_in_all": round(100 * median(ours), 2),
        "FluidSynth_percent_in_all": round(100 * median(theirs), 2),
        "ratio": round(median(ratios), 2),
        "ratio_spread": round(_spread(ratios), 2),
    }


def _spread(numbers: list[float] | tuple[float, ...]) -> float:
    return max(numbers) - min(numbers)


def score(case: Case, seconds: float) -> Score:
    """The notes on as few channels as hold them, until `seconds`; struck ones spread evenly over `every`."""
    rows = [(0.0, 0, PROGRAM_CHANGE | i, case.program, 0) for i in range(-(-case.notes // KEYS))]
    for i in range(case.notes):
        channel, key = i // KEYS, LOWEST + i * APART % KEYS
        for began, ended in pairwise([*_strikes(case, i, seconds), seconds]):
            rows.append((began, 0, NOTE_ON | channel, key, VELOCITY))
            rows.append((ended, 0, NOTE_OFF | channel, key, 0))
    rows.sort(key=lambda row: (row[0], row[2] & 0xF0 == NOTE_ON))
    return Score(messages(rows), seconds)


def _strikes(case: Case, i: int, seconds: float) -> list[float]:
    """Seconds at which note `i` is struck."""
    if not case.every:
        return [0.0]
    return [float(at) for at in np.arange(case.every * i / case.notes, seconds, case.every)]


def _costs(case: Case, lengths: tuple[float, float]) -> tuple[float, float]:
    """CPU seconds per second of the notes, ours and FluidSynth's."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{i}.mid" for i in range(2)]
        for file, seconds in zip(files, lengths, strict=True):
            write_midi(file, score(case, seconds))
        ours = [cpu_seconds([*OURS, str(file), str(case.notes)]) for file in files]
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
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.terminate()
            raise
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().strip()[-300:]}")
    return usage.ru_utime + usage.ru_stime
