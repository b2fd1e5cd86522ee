"""A set of sounds on disk: `sounds.npy` (N, S) int16, `sounds.npz` with what each is, `manifest.json`."""

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from rtsynth_models.data import manifest
from rtsynth_models.data.errors import DataError

FULL_SCALE = 32767  # where a sound peaks
HELD_OUT_SHARE = 10  # one in so many
COLUMNS = ("pitch", "velocity", "label", "held_out")

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Sounds:
    """N sounds of S samples each, which begin at their onset and peak at FULL_SCALE.

    `label` indexes `names`: programs, or drums. `pitch` and `velocity` are MIDI's, `rate` is in Hz.
    """

    sound: NDArray[np.int16]  # (N, S), mapped from the disk
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    label: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    names: tuple[str, ...]
    rate: int
    source: str
    licence: str

    def chosen(self, held_out: bool) -> NDArray[np.int64]:
        """Rows that are never learned from, or those that are."""
        return np.flatnonzero(self.held_out == held_out)


@dataclass(frozen=True)
class Origin:
    """What `manifest.json` says of a set."""

    names: tuple[str, ...]
    rate: int
    source: str
    licence: str


def is_held_out(name: str, pitch: int) -> bool:
    """Whether the sounds of one instrument at one pitch, at whatever velocity, are kept for measuring."""
    digest = blake2b(f"{name} {pitch}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % HELD_OUT_SHARE == 0


def load_sounds(folder: Path) -> Sounds:
    """Open a set; DataError when it is missing or broken."""
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        with (folder / "sounds.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            columns = [stored[name] for name in COLUMNS]
        sound = np.load(folder / "sounds.npy", mmap_mode="r", allow_pickle=False)
        origin = [tuple(told["names"]), int(told["rate"]), str(told["source"]), str(told["licence"])]
    except FileNotFoundError:
        raise DataError(
            f"no sounds in {folder}: make them with `rtsynth dataset --sounds --out {folder}`"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"the sounds in {folder} are broken: remove it and make them again") from error
    if any(len(column) != len(sound) for column in columns):
        raise DataError(f"the sounds in {folder} are broken: remove it and make them again")
    return Sounds(sound, *columns, *origin)


def make_folder(folder: Path) -> None:
    """Make the folder of a set; DataError when there is a set in it already."""
    if (folder / "manifest.json").exists():
        raise DataError(f"{folder} holds another data set: name another --out")
    manifest.make_folder(folder)


def load_part(path: Path) -> Arrays:
    """What a worker has finished."""
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def write_sounds(folder: Path, parts: Sequence[Arrays], origin: Origin) -> None:
    """Write a set; a part holds `sound` (n, S) int16 and the COLUMNS (n,). The manifest comes last.

    Raises DataError when the disk refuses.
    """
    rows, samples = sum(len(part["sound"]) for part in parts), parts[0]["sound"].shape[1]
    try:
        sound = open_memmap(folder / "sounds.npy", "w+", np.int16, (rows, samples))
        first = 0
        for part in parts:
            sound[first : first + len(part["sound"])] = part["sound"]
            first += len(part["sound"])
        sound.flush()
        columns: Any = {c: np.concatenate([part[c] for part in parts]) for c in COLUMNS}
        np.savez(folder / "sounds.npz", **columns)
        _write_manifest(folder, origin, rows, samples)
    except OSError as error:
        raise DataError(f"cannot write {folder}: {error.strerror}; the same command goes on") from error


def _write_manifest(folder: Path, origin: Origin, rows: int, samples: int) -> None:
    told = {"names": origin.names, "rate": origin.rate, "sounds": rows, "samples": samples}
    told |= {"source": origin.source, "licence": origin.licence}
    part = folder / "manifest.part.json"
    part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / "manifest.json")
