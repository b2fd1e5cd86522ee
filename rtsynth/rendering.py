"""Rendering a score to a WAV file, in pieces, so that memory does not grow with its length."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from rtsynth_engine.drivers.offline import GRID, render
from rtsynth_engine.engine import Engine

from .errors import HostError
from .midi.score import Move

PIECE = 512 * GRID  # frames rendered and written at a time
FORMAT, BYTES = "PCM_24", 6  # of a stereo frame
LARGEST = (1 << 32) - 4096  # bytes; what a WAV file's 32-bit sizes can say


def render_to_wav(
    engine: Engine,
    events: NDArray[Any],
    seconds: float,
    path: Path,
    block: int,
    progress: Callable[[float], None] = lambda done: None,
    moves: Sequence[Move] = (),
) -> None:
    """Render EVENT records for `seconds` into a stereo WAV; an unfinished file never takes the name.

    `moves` of latents act at the generator's next turn; `progress` hears the seconds done. Raises HostError
    where it cannot be written.
    """
    frames = round(seconds * engine.rate)
    if frames * BYTES > LARGEST:
        raise HostError(
            f"{seconds / 3600:.1f} hours do not fit into a WAV file; lower --rate or cut the MIDI file"
        )
    try:
        temporary = _beside(path)
        try:
            _write(engine, events, frames, temporary, block, progress, moves)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except (OSError, soundfile.LibsndfileError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise HostError(f"cannot write {path}: {cause}; name another file with -o") from error


def _beside(path: Path) -> str:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".wav")
    os.fchmod(descriptor, 0o644)
    os.close(descriptor)
    return temporary


def _write(
    engine: Engine,
    events: NDArray[Any],
    frames: int,
    path: str,
    block: int,
    progress: Callable[[float], None],
    moves: Sequence[Move],
) -> None:
    times, due = events["time"], _due(moves, engine.rate)
    with soundfile.SoundFile(path, "w", round(engine.rate), 2, FORMAT) as file:
        starts = sorted({*range(0, frames, PIECE), *(at for at in due if at < frames)})
        for start, end in pairwise([*starts, frames]):
            for move in due.get(start, ()):
                engine.move(move.program, move.latent)
            count = end - start
            here = events[np.searchsorted(times, start) : np.searchsorted(times, start + count)]
            file.write(render(engine, here, count, block).T)
            progress((start + count) / engine.rate)


def _due(moves: Sequence[Move], rate: float) -> dict[int, list[Move]]:
    """Moves by the frame of the generator's turn at which, or before which, they came."""
    due = defaultdict(list)
    for move in moves:
        due[-(-round(move.seconds * rate) // GRID) * GRID].append(move)
    return due
