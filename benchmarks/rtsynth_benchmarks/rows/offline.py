"""Rendering a dense piece to a file on one core: seconds of sound per second, with and without the start of
the process.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np

from ..context import Context
from ..figures import LARGER, Figure

VOICES = 16
PROGRAMS = (0, 48, 73, 11)  # of four channels


def run(context: Context) -> Iterator[Figure]:
    """`rtsynth render`, held to one core, several times."""
    context.setup(driver="offline")
    with tempfile.TemporaryDirectory() as folder:
        piece, out = Path(folder) / "dense.mid", Path(folder) / "dense.wav"
        dense_piece(piece, context.pick(60.0, 10.0, 2.0))
        command = [sys.executable, "-m", "rtsynth", "render", str(piece), "-o", str(out)]
        runs = []
        for turn in range(context.pick(3, 2, 1)):
            context.tell(f"run {turn + 1}")
            runs.append(_timed(command))
    what = f"{VOICES} voices, one core"
    for name, column in (("rendering", 1), ("with the start of the process", 2)):
        speeds = [run[0] / run[column] for run in runs]
        yield Figure(what, f"{name}, median", float(np.median(speeds)), "× real time", LARGER)
        yield Figure(what, f"{name}, slowest", min(speeds), "× real time", LARGER)


def dense_piece(path: Path, seconds: float) -> None:
    """Write a MIDI file in which VOICES notes sound at any time, on four channels."""
    song = mido.MidiFile(ticks_per_beat=480)
    track = song.add_track()
    for channel, program in enumerate(PROGRAMS):
        track.append(mido.Message("program_change", channel=channel, program=program))
    for beat in range(0, int(seconds * 2), 2):
        keys = [(c, 48 + c * 7 + i * 4 + beat % 5) for c in range(4) for i in range(VOICES // 4)]
        for c, key in keys:
            track.append(mido.Message("note_on", channel=c, note=key, velocity=90))
        for i, (c, key) in enumerate(keys):
            track.append(mido.Message("note_off", channel=c, note=key, time=960 if i == 0 else 0))
    song.save(path)


def _timed(command: list[str]) -> tuple[float, float, float]:
    """Seconds of sound, of rendering as the command says, and of the whole process."""
    began = time.perf_counter()
    told = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {0})
    ).stderr
    spent = time.perf_counter() - began
    sound, rendering = re.search(r"([\d.]+) s rendered in ([\d.]+) s", told).groups()  # type: ignore[union-attr]
    return float(sound), float(rendering), spent
