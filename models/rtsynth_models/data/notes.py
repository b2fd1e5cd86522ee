"""The distilled data set in memory, and batches from it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rtsynth_models.analysis.trend import trend_steps
from rtsynth_models.data.catalogue import HELD_OUT
from rtsynth_models.data.targets import Arrays, load_targets
from rtsynth_models.network.scale import normalise

LATE_DECAY_LEAST = 2.0  # dB/s: an instrument whose median note falls slower is sustained, the rest is tremolo
AUDIBLE_DB = -75.0


class Motions(NamedTuple):
    """Measured motion of N notes; see `analysis.motion.Motion`."""

    am: Tensor
    fm: Tensor
    am_weight: Tensor
    fm_weight: Tensor
    vibrato: Tensor
    vibrato_weight: Tensor
    am_common: Tensor
    rate: Tensor
    tonality: Tensor
    beat_depth: Tensor
    beat_rate: Tensor
    beat: Tensor
    beat_weight: Tensor

    def of(self, note: Tensor) -> "Motions":
        """The motion of the notes (B,), as float32."""
        return Motions(*(part[note].float() for part in self))


@dataclass(frozen=True)
class Notes:
    """N notes of S kept steps.

    trend (N, S, 2, O) normalised, float16; onset (N, 3, 32) in dB; phase (N, K) in radians; slopes
    (N, 2) in log(1 + dB/s), NaN where unknown; others (N,). `peak` is the note's loudest partial in dB,
    `slots` how many partials lie below 20 kHz.
    """

    trend: Tensor
    onset: Tensor
    phase: Tensor
    motion: Motions
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


class Batch(NamedTuple):
    """B notes, T steps of each: note (B,), step (B, T), frames (B, T, 2, O)."""

    note: Tensor
    step: Tensor
    frames: Tensor


def load_notes(folder: Path, partials: int, programs: list[int]) -> Notes:
    """Read the targets of `programs`; `instrument` counts along them."""
    loaded = [_load(load_targets(folder, number), i, partials) for i, number in enumerate(programs)]
    motions = Motions(*(torch.cat(part) for part in zip(*(n.motion for n in loaded), strict=True)))
    columns = [f.name for f in fields(Notes)]
    return Notes(
        **{c: motions if c == "motion" else torch.cat([getattr(n, c) for n in loaded]) for c in columns}
    )


def _load(stored: Arrays, index: int, partials: int) -> Notes:
    trend = torch.from_numpy(stored["trend"])
    slopes = stored["slopes"].copy()
    known = slopes[~np.isnan(slopes[:, 1]), 1]
    if len(known) and np.median(known) < LATE_DECAY_LEAST:
        slopes[:, 1] = 0.0
    return Notes(
        torch.cat([normalise(part.float(), partials).half() for part in trend.split(64)]),
        torch.from_numpy(stored["onset"]),
        torch.from_numpy(stored["phase"]),
        Motions(*(torch.from_numpy(stored[f"motion_{name}"]) for name in Motions._fields)),
        torch.full((len(trend),), index),
        torch.from_numpy(stored["pitch"]).float(),
        torch.from_numpy(stored["velocity"]).float() / 127,
        torch.from_numpy(stored["slots"]),
        torch.log1p(torch.from_numpy(slopes)),
        torch.from_numpy(stored["peak"]),
    )


STEPS = torch.from_numpy(trend_steps())


def draw(notes: Notes, index: Tensor, size: int, moments: int) -> Batch:
    """A random batch: `moments` kept steps of each of `size` notes, one from every stretch of the note."""
    note = index[torch.randint(len(index), (size,))]
    kept = notes.trend.shape[1]
    edges = torch.linspace(0, kept, moments + 1)
    place = edges[:-1] + torch.rand(size, moments) * edges.diff()
    at = place.long().clamp(max=kept - 1)
    return Batch(note, STEPS[at], notes.trend[note[:, None], at].float())
