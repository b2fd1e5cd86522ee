"""`manifest.json` of a data set: what it was made from, under which licence, and what is in it."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rtsynth_models.data.catalogue import HELD_OUT, Program
from rtsynth_models.data.errors import DataError
from rtsynth_models.data.headers import Headers
from rtsynth_models.data.notefile import file_of, is_whole
from rtsynth_models.data.soundfont import HOLD_SECONDS, SAMPLE_RATE

SOURCE = "FluidR3 GM SoundFont by Frank Wen, MIT licence, rendered dry by FluidSynth"
KNOWN = {"FluidR3_GM.sf2": SOURCE}
IDENTITY = {"sha256": "source", "velocities": "velocities", "pitch_step": "semitones"}
"""What must agree for an interrupted run to go on, and what a person calls it."""
PROGRAM_FIELDS = ("number", "name", "category", "low", "high")

Manifest = dict[str, Any]


def of_soundfont(path: Path, headers: Headers, velocities: Sequence[int], step: int) -> Manifest:
    """What to say of notes from a SoundFont; every `step`-th semitone was rendered."""
    made_by = (
        f"{headers.name or path.name}, {headers.copyright or 'no licence told'}, rendered dry by FluidSynth"
    )
    return {
        "source": KNOWN.get(path.name, made_by),
        "soundfont": path.name,
        "sha256": _digest(path),
        "licence": _licence(path, headers),
        "hold_seconds": HOLD_SECONDS,
        "velocities": list(velocities),
        "pitch_step": step,
    }


def of_nsynth(tree: Path, velocities: Sequence[int]) -> Manifest:
    """What to say of notes from NSynth; its last second was continued from the one before."""
    return {
        "source": "NSynth by the Magenta project of Google, CC BY 4.0",
        "licence": "Creative Commons Attribution 4.0 International",
        "sha256": _digest(tree / "examples.json"),
        "hold_seconds": 3.0,
        "velocities": list(velocities),
        "pitch_step": 1,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _licence(path: Path, headers: Headers) -> str:
    """What the file says of itself, then what the Debian package it came in says."""
    texts = [headers.copyright, headers.comment]
    if shutil.which("dpkg"):
        found = subprocess.run(["dpkg", "-S", str(path.resolve())], capture_output=True, text=True)
        terms = Path("/usr/share/doc", found.stdout.split(":")[0], "copyright")
        if found.returncode == 0 and terms.exists():
            texts.append(terms.read_text(encoding="utf-8", errors="replace"))
    return "\n\n".join(filter(None, texts)) or "The SoundFont does not tell its licence."


def read_manifest(folder: Path) -> Manifest:
    """What a data set says of itself; DataError when it is not there or broken."""
    path = folder / "manifest.json"
    try:
        found: Manifest = json.loads(path.read_text(encoding="utf-8"))
        return found
    except FileNotFoundError:
        raise DataError(f"no data set in {folder}: make one with `rtsynth dataset --out {folder}`") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is broken: run the same `rtsynth dataset` again") from error


def make_folder(folder: Path) -> None:
    """Make the folder of a data set."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make {folder}: {error.strerror}") from error


def check_same(folder: Path, manifest: Manifest) -> None:
    """Refuse to mix two data sets in one folder."""
    if not (folder / "manifest.json").exists():
        return
    there = read_manifest(folder)
    for key, name in IDENTITY.items():
        if there.get(key, manifest[key]) != manifest[key]:
            raise DataError(f"{folder} holds another data set (other {name}): name another --out")


def write_manifest(folder: Path, manifest: Manifest, programs: Iterable[Program]) -> None:
    """Write what is known, and each of `programs` that is finished with its grid."""
    found = [_entry(folder, p) for p in programs if is_whole(file_of(folder, p.number))]
    whole = {"sample_rate": SAMPLE_RATE, "held_out_pitches": HELD_OUT} | manifest | {"programs": found}
    part = folder / "manifest.part.json"
    try:
        part.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        os.replace(part, folder / "manifest.json")
    except OSError as error:
        raise DataError(f"cannot write {part}: {error.strerror}; the same command goes on") from error


def _entry(folder: Path, program: Program) -> Manifest:
    with np.load(file_of(folder, program.number), allow_pickle=False) as stored:
        grid = {"divisor": int(stored["divisor"]), "slots_kind": str(stored["slots_kind"])}
        return asdict(program) | grid | {"notes": len(stored["pitch"])}


def programs_of(folder: Path) -> tuple[Program, ...]:
    """The finished programs of a data set, as its manifest tells them."""
    return tuple(Program(*(p[key] for key in PROGRAM_FIELDS)) for p in read_manifest(folder)["programs"])
