"""What the networks learn of each note, distilled from the data set: its trend, its motion, its onset.

They are kept beside it, in `targets-NNN.npz` per program.
"""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.motion import measure_motion
from rtsynth_models.analysis.onsets import frame_levels, onset_gains
from rtsynth_models.analysis.partials import LEAD_IN, PARTIALS, midi_hz
from rtsynth_models.analysis.trend import FRAMES_PER_STEP, detuning, trend, trend_steps
from rtsynth_models.data.dataset import load_program
from rtsynth_models.data.soundfont import SAMPLE_RATE

Arrays = dict[str, NDArray[Any]]
ONSET_FRAMES = 10


def distil(frames: NDArray[np.float32], pitch: int, slots: int, onset: NDArray[Any], divisor: int) -> Arrays:
    """Targets of one note: trend (STEPS, 2, O), onset (3, 32) gains in dB, detuning in cents, its motion."""
    smooth = trend(frames)
    kept = (trend_steps()[:, None] * FRAMES_PER_STEP + np.arange(FRAMES_PER_STEP)).ravel()
    out_of_tune = detuning(smooth, divisor)
    smooth[:, PARTIALS : 2 * PARTIALS] -= out_of_tune
    motion = measure_motion(frames, trend(frames), slots)
    return {
        "trend": smooth[kept].reshape(len(trend_steps()), FRAMES_PER_STEP, -1).astype(np.float16),
        "onset": _onset(smooth, pitch, slots, onset, divisor),
        "detuning": np.float32(out_of_tune),
        **{f"motion_{name}": np.asarray(value, np.float16) for name, value in asdict(motion).items()},
    }


def _onset(
    smooth: NDArray[np.float32], pitch: int, slots: int, levels: NDArray[Any], divisor: int
) -> NDArray[np.float16]:
    early = smooth[:ONSET_FRAMES].astype(np.float64)
    amplitude = 10 ** (early[:, :slots] / 20)
    hz = (
        midi_hz(pitch)
        / divisor
        * np.arange(1, slots + 1)
        * 2 ** (early[0, PARTIALS : PARTIALS + slots] / 1200)
    )
    framed = frame_levels(amplitude, hz, 10 ** (early[:, 2 * PARTIALS :] / 10))
    return onset_gains(levels.astype(np.float64), framed).astype(np.float16)


def heard_phases(phase: NDArray[Any], pitch: NDArray[Any], divisor: int) -> NDArray[np.float16]:
    """Phases (N, K) in radians where notes can first be heard, of those at their onsets.

    There the notes of one sample agree whatever their pitch, for they are the same sound faster or slower.
    """
    hz = np.array([midi_hz(p) for p in pitch])[:, None] / divisor * np.arange(1, phase.shape[1] + 1)
    return np.asarray((phase + 2 * np.pi * LEAD_IN / SAMPLE_RATE * hz) % (2 * np.pi), np.float16)


def _path(folder: Path, number: int) -> Path:
    return folder / f"targets-{number:03d}.npz"


def distil_program(folder: Path, number: int) -> int:
    """Write the targets of one program; returns its number. Runs in a worker process."""
    stored = load_program(folder, number)
    columns = [
        distil(frames.astype(np.float32), int(pitch), int(slots), onset, int(stored["divisor"]))
        for frames, pitch, slots, onset in zip(
            stored["frames"], stored["pitch"], stored["slots"], stored["onset"], strict=True
        )
    ]
    arrays = {name: np.stack([column[name] for column in columns]) for name in columns[0]}
    arrays |= {name: stored[name] for name in ("slots", "slopes", "pitch", "velocity", "divisor")}
    arrays["phase"] = heard_phases(stored["phase"], stored["pitch"], int(stored["divisor"]))
    arrays["peak"] = stored["frames"][..., :PARTIALS].max((1, 2)).astype(np.float32)
    part = folder / f"targets-{number:03d}.part.npz"
    np.savez(part, **arrays)
    os.replace(part, _path(folder, number))
    return number


def load_targets(folder: Path, number: int) -> Arrays:
    """Targets of one program."""
    with np.load(_path(folder, number), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def available(folder: Path) -> list[int]:
    """Programs that the data set holds."""
    return sorted(int(path.stem[-3:]) for path in folder.glob("program-[0-9][0-9][0-9].npz"))


def distil_all(folder: Path, jobs: int) -> None:
    """Distil what is missing, with progress on standard output."""
    missing = [number for number in available(folder) if not _path(folder, number).exists()]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(distil_program, folder, number) for number in missing]
        for done, future in enumerate(as_completed(waiting), 1):
            click.echo(f"{done}/{len(missing)} program {future.result()}")
