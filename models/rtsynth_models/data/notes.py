"""The data set in memory, and batches of segments from it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rtsynth_models.data.catalogue import HELD_OUT, PROGRAMS, Program
from rtsynth_models.data.dataset import load_program
from rtsynth_models.network.scale import normalise

SEGMENT = 96  # steps
LATE_DECAY_LEAST = 2.0  # dB/s: an instrument whose median note falls slower is sustained, the rest is tremolo
AUDIBLE_DB = -75.0


@dataclass(frozen=True)
class Notes:
    """N notes of F frames.

    frames (N, F, O) normalised, float16; slopes (N, 2) in log(1 + dB/s), NaN where unknown; others (N,).
    `peak` is the note's loudest partial in dB, `slots` how many partials lie below 20 kHz.
    """

    frames: Tensor
    instrument: Tensor
    pitch: Tensor
    velocity: Tensor
    slots: Tensor
    slopes: Tensor
    peak: Tensor

    def chosen(self, held_out: bool) -> Tensor:
        """Indices of the audible notes whose pitch is, or is not, held out."""
        held = torch.isin(self.pitch, torch.tensor(HELD_OUT, dtype=self.pitch.dtype))
        return torch.flatten(torch.nonzero((held == held_out) & (self.peak > AUDIBLE_DB)))


@dataclass(frozen=True)
class Batch:
    """B segments: frames (B, 2 T, O), first (B,) step of each segment, note (B,) index."""

    frames: Tensor
    first: Tensor
    note: Tensor


def load_notes(folder: Path, partials: int, programs: tuple[Program, ...] = PROGRAMS) -> Notes:
    """Read the data set of `programs`; `instrument` counts along them."""
    loaded = [_load(folder, program, i, partials) for i, program in enumerate(programs)]
    return Notes(*(torch.cat(column) for column in zip(*loaded, strict=True)))


def _load(folder: Path, program: Program, index: int, partials: int) -> tuple[Tensor, ...]:
    stored = load_program(folder, program.number)
    frames = torch.from_numpy(stored["frames"])
    slopes = stored["slopes"].copy()
    if np.nanmedian(slopes[:, 1]) < LATE_DECAY_LEAST:
        slopes[:, 1] = 0.0
    return (
        torch.cat([normalise(part.float(), partials).half() for part in frames.split(64)]),
        torch.full((len(frames),), index),
        torch.from_numpy(stored["pitch"]).float(),
        torch.from_numpy(stored["velocity"]).float() / 127,
        torch.from_numpy(stored["slots"]),
        torch.log1p(torch.from_numpy(slopes)),
        frames[..., :partials].float().amax((1, 2)),
    )


def draw(notes: Notes, index: Tensor, size: int) -> Batch:
    """A random batch of segments: half of them from the onset, a sixth from the end, the others anywhere."""
    note = index[torch.randint(len(index), (size,))]
    last = notes.frames.shape[1] // 2 - SEGMENT
    kind, anywhere = torch.rand(size), torch.randint(0, last + 1, (size,))
    first = torch.where(kind < 0.5, 0, torch.where(kind < 0.66, last, anywhere))
    places = zip(note.tolist(), first.tolist(), strict=True)
    rows = [notes.frames[n, 2 * s : 2 * (s + SEGMENT)] for n, s in places]
    return Batch(torch.stack(rows).float(), first, note)
