"""The motion head set right by measuring: notes are played by the real engine, and the head learns the rest.

What the head says and what sounds differ, for the engine draws, partials hide one another and analysis adds
its own. Only trained pitches are used.
"""

import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtsynth_engine.bundles import load_bundle
from rtsynth_models.analysis.partials import analyse
from rtsynth_models.analysis.slots import Grid
from rtsynth_models.data.catalogue import HELD_OUT
from rtsynth_models.data.dataset import frames_of
from rtsynth_models.data.notes import Notes
from rtsynth_models.evaluation.liveliness import NAMES, statistics
from rtsynth_models.evaluation.playing import play_notes
from rtsynth_models.evaluation.stored import read_program
from rtsynth_models.export.make import write_networks
from rtsynth_models.network.losses import motion_loss
from rtsynth_models.network.train import Training, check_losses, snapshot

Array = NDArray[np.float64]
POWERS = [NAMES.index(f"{kind}_{band}") for kind in ("am", "fm") for band in ("slow", "middle", "fast")]
DEPTHS = [NAMES.index("amplitude_db"), NAMES.index("cents")]
VELOCITY, PITCHES = 102, 8
TRUSTED, MOST_DB = 0.8, 9.0  # share of a difference that is made good at once, and the most of it
LEAST_DB, LEAST = -22.0, 0.08  # stiller than this power or depth (dB or cents) is still
STEPS, SIZE, RATE = 800, 256, 1e-3


@dataclass(frozen=True)
class Task:
    """A place of the bundle `folder`, the data set in `data`, and the seed of the engine."""

    folder: Path
    place: str
    data: Path
    seed: int


def difference(task: Task) -> Array:
    """By how many dB the motion of real notes exceeds that of played ones, (6,): am, then fm, in three bands.

    The bands differ as their powers do, and together as the depth of all motion does.
    """
    bundle = load_bundle(task.folder)
    place = bundle.place(task.place)
    names = ("frames", "slots", "pitch", "velocity", "divisor", "slots_kind")
    frames, slots, pitch, velocity, divisor, kind = read_program(task.data, place.program, *names)
    grid = Grid(int(divisor), str(kind))  # type: ignore[arg-type]
    loud = velocity == velocity[np.abs(velocity - VELOCITY).argmin()]
    heard = np.isin(pitch, HELD_OUT, invert=True) & loud
    chosen = np.flatnonzero(heard & (pitch >= place.low) & (pitch <= place.high))
    chosen = chosen[np.linspace(0, len(chosen) - 1, min(PITCHES, len(chosen)) + 2).astype(int)[1:-1]]
    rows = play_notes(bundle, place, [(int(pitch[i]), int(velocity[i])) for i in chosen], seed=task.seed)
    real = np.array([statistics(frames[i], int(slots[i])) for i in chosen])
    played = np.array([_played(row, int(pitch[i]), grid) for i, row in zip(chosen, rows, strict=True)])
    return compare(real, played)


def _played(row: NDArray[np.float32], pitch: int, grid: Grid) -> Array:
    note = analyse(row, pitch, grid)
    return statistics(frames_of(note, pitch, grid.divisor), note.hz.shape[1])


def compare(real: Array, played: Array) -> Array:
    """`difference` of statistics (notes, 19) of the same notes, real and played."""
    powers = [np.maximum(of[:, POWERS], LEAST_DB) for of in (real, played)]
    bands = np.median(powers[0] - powers[1], axis=0).reshape(2, 3)
    depths = [np.maximum(of[:, DEPTHS].mean(axis=0), LEAST) for of in (real, played)]
    whole = 20 * np.log10(depths[0] / depths[1])
    return np.asarray((bands - bands.mean(1, keepdims=True) + whole[:, None]).ravel())


def differences(folder: Path, data: Path, seed: int, jobs: int) -> Array:
    """`difference` of every place of a bundle, (places, 6), in `jobs` processes."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    tasks = [Task(folder, place.id, data, seed) for place in load_bundle(folder).places]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return np.stack(list(pool.map(difference, tasks)))


def calibrate(training: Training, notes: Notes, data: Path, rounds: int, jobs: int, seed: int = 0) -> None:
    """Play, measure and train the motion head anew, `rounds` times; says how far off it was."""
    raised = torch.zeros(len(training.programs), 6)
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as part:
            folder = Path(part, "partialgan.rtsynth")
            folder.mkdir()
            write_networks(training.average, snapshot(training), folder)
            off = differences(folder, data, seed + number, jobs)
        click.echo(f"calibration {number + 1}/{rounds}: motion was off by {np.abs(off).mean():.1f} dB")
        raised = (raised + TRUSTED * torch.from_numpy(off).float()).clamp(-MOST_DB, MOST_DB)
        torch.manual_seed(seed + number)
        _teach(training, raise_motion(notes, raised))


def raise_motion(notes: Notes, raised: Tensor) -> Notes:
    """Notes whose variances are `raised` (instruments, 6) dB higher, am and fm of three bands each."""
    factor = 10 ** (raised[notes.instrument] / 10)
    am, fm = factor[:, None, :3], factor[:, None, 3:]
    motion = notes.motion
    changed = {
        "am": (motion.am.float() * am[..., None]).clamp(max=6e4).half(),
        "fm": (motion.fm.float() * fm[..., None]).clamp(max=6e4).half(),
        "vibrato": (motion.vibrato.float() * fm).clamp(max=6e4).half(),
        "beat_depth": (motion.beat_depth.float() * factor[:, :1]).half(),
    }
    return replace(notes, motion=motion._replace(**changed))


def _teach(training: Training, notes: Notes) -> None:
    """Train the motion head alone, of the weights in use."""
    model, index = training.average, notes.chosen(held_out=False)
    head = list(model.motion.requires_grad_(True).train().parameters())
    optimiser = torch.optim.AdamW(head, lr=RATE)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        note = index[torch.randint(len(index), (SIZE,))]
        with torch.no_grad():
            latent = model.draw_latent(notes.instrument[note])
            features = model.features(notes.pitch[note], notes.velocity[note], latent)
        loss = motion_loss(model.motion(features), notes.motion.of(note))
        check_losses({"motion": loss}, step)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.motion.requires_grad_(False).eval()
