"""Reading what an evaluation needs of a data set, and nothing else of its gigabytes."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.errors import EngineError


class EvaluationError(EngineError):
    """Something that the measurement needs is missing or damaged."""


def find_programs(data: Path) -> list[int]:
    """General MIDI programs that a data set holds."""
    return sorted(int(path.stem[-3:]) for path in data.glob("program-[0-9][0-9][0-9].npz"))


def read_program(data: Path, number: int, *names: str) -> list[NDArray[Any]]:
    """Arrays of one program by name. Raises EvaluationError, naming the file and the remedy."""
    path = data / f"program-{number:03d}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return [stored[name] for name in names]
    except (KeyError, OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise EvaluationError(
            f"{path} is damaged or of an older rtsynth; delete it and build the data set again"
        ) from error
