"""All families on the same sounds: every instrument played, scored and timed in one run."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth_engine.bundles import Bundle
from rtsynth_models.scoring.asking import ask, is_kit
from rtsynth_models.scoring.classes import Progress
from rtsynth_models.scoring.cost import measure, parameters
from rtsynth_models.scoring.playing import play
from rtsynth_models.scoring.scores import Judges, Scores
from rtsynth_models.scoring.sheets import SHOWN, draw_sheet
from rtsynth_models.sounds import load_sounds

Figures = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """Instruments, sets of pitched notes and of drums, and at most how many notes of each to play."""

    bundles: tuple[Bundle, ...]
    data: Path | None
    drums: Path | None
    notes: int
    seed: int = 0


@dataclass(frozen=True)
class Heard:
    """Sounds (n, S) of one row of the table with their MIDI numbers, for whoever wants to look at them."""

    name: str
    pitch: NDArray[np.int64]
    sound: NDArray[np.float32]
    real: bool = False


def compare(request: Request, progress: Progress) -> tuple[list[Figures], list[Heard]]:
    """A row of figures for the real sounds of each set and for every instrument, and what was heard."""
    found = []
    for folder, kits in ((request.data, False), (request.drums, True)):
        bundles = [bundle for bundle in request.bundles if is_kit(bundle) == kits]
        if folder and bundles:
            found += _compare(request, folder, bundles, progress)
    return [figures for figures, _ in found], [heard for _, heard in found]


def _compare(
    request: Request, folder: Path, bundles: list[Bundle], progress: Progress
) -> list[tuple[Figures, Heard]]:
    """The real sounds of the set in `folder`, and the instruments that learned from the like."""
    kits = is_kit(bundles[0])
    judges = Judges(load_sounds(folder), folder, not kits, progress)
    sounds = judges.sounds
    rows, scores = judges.real(request.notes, request.seed)
    name = f"real {'drums' if kits else 'notes'}, held out"
    heard = Heard(name, sounds.pitch[rows], judges.cut(sounds.sound[rows]).astype(np.float32), real=True)
    found = [({"name": name} | _figures(scores), heard)]
    for bundle in bundles:
        asked = ask(bundle, sounds, request.notes, request.seed)
        if len(asked.pitch):
            sound = play(bundle, asked, judges.samples, request.seed, progress)
            figures = _of(bundle) | _figures(judges.score(sound, asked.pitch, asked.name))
            found.append((figures, Heard(bundle.name, asked.pitch, sound)))
    return found


def _of(bundle: Bundle) -> Figures:
    """What it is, what it took to train and what it costs."""
    cost = measure(bundle)
    return {
        "name": bundle.name,
        "id": bundle.id,
        "generator": bundle.generator,
        "parameters": parameters(bundle),
        "real_time": cost.real_time,
        "first_ms": cost.first_ms,
        "trained": dict(bundle.trained),
    }


def _figures(scores: Scores) -> Figures:
    """Figures that JSON can hold: None for what does not apply."""
    return {name: None if value != value else value for name, value in asdict(scores).items()}


def pictures(heard: list[Heard]) -> list[bytes]:
    """PNGs, one for every instrument: its sounds under the real ones of the set, low to high."""
    found, real = [], list[Heard]()
    for one in heard:
        if one.real:
            real = [one]
        else:
            found.append(draw_sheet([(each.name, *_spread(each)) for each in (*real, one)]))
    return found


def _spread(heard: Heard) -> tuple[NDArray[np.float32], list[int]]:
    """Sounds to look at, evenly over the keys that were played."""
    order = np.argsort(heard.pitch, kind="stable")
    rows = order[np.linspace(0, len(order) - 1, min(SHOWN, len(order))).round().astype(int)]
    return heard.sound[rows], heard.pitch[rows].tolist()
