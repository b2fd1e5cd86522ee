"""`rtsynth render` of a dense piece, on one core: seconds of sound per second."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mido

from .stage import Row

VOICES = 16
SECONDS = 60.0


def dense_piece(path: Path) -> None:
    """Write a MIDI file in which VOICES notes sound at any time, on four channels."""
    song = mido.MidiFile(ticks_per_beat=480)
    track = song.add_track()
    for channel, program in enumerate((0, 48, 73, 11)):
        track.append(mido.Message("program_change", channel=channel, program=program))
    beats = int(SECONDS * 2)
    for beat in range(0, beats, 2):
        keys = [(c, 48 + c * 7 + i * 4 + beat % 5) for c in range(4) for i in range(VOICES // 4)]
        for c, key in keys:
            track.append(mido.Message("note_on", channel=c, note=key, velocity=90))
        for i, (c, key) in enumerate(keys):
            track.append(mido.Message("note_off", channel=c, note=key, time=960 if i == 0 else 0))
    song.save(path)


def run() -> list[Row]:
    """One row: three runs, each held to one core; the command's own time, and with the process's start."""
    with tempfile.TemporaryDirectory() as folder:
        piece, out = Path(folder) / "dense.mid", Path(folder) / "dense.wav"
        dense_piece(piece)
        command = [sys.executable, "-m", "rtsynth", "render", str(piece), "-o", str(out)]
        runs = sorted(_timed(command) for _ in range(3))
    sound, rendering, whole = runs[1]
    return [
        {
            "what": f"render, {VOICES} voices, one core, median of three",
            "seconds of sound": sound,
            "rendered in": rendering,
            "times_real_time": round(sound / rendering, 1),
            "with the start of the process": round(whole, 2),
            "times_real_time, whole": round(sound / whole, 1),
            "slowest, whole": round(runs[-1][2], 2),
        }
    ]


def _timed(command: list[str]) -> tuple[float, float, float]:
    """Seconds of sound, of rendering as the command says, and of the whole process."""
    began = time.perf_counter()
    told = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {0})
    ).stderr
    spent = time.perf_counter() - began
    sound, rendering = re.search(r"([\d.]+) s rendered in ([\d.]+) s", told).groups()  # type: ignore[union-attr]
    return float(sound), float(rendering), spent
