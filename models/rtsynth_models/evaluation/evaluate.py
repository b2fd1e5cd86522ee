"""Measuring an instrument: its places played beside their originals, then judged by classifiers.

The notes are played by the engine itself, so the same measurement holds for every family of generators.
"""

import importlib.util
import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtsynth_engine.bundles import Bundle
from rtsynth_models.data.headers import read_headers
from rtsynth_models.data.soundfont import SOUNDFONT
from rtsynth_models.evaluation.listening import Plan, Report, Task, listen
from rtsynth_models.evaluation.stored import EvaluationError, find_programs
from rtsynth_models.evaluation.summary import grouped, summarise, summarise_reports

Progress = Callable[[str, float], None]
PLANS = {
    "quick": Plan(velocities=(102,), offsets=(1,), sweep=tuple(range(24, 109, 12))),
    "full": Plan(velocities=(51, 102), offsets=(1, 5), sweep=tuple(range(21, 109))),
}
PICTURES = 24
WORKERS = 2
FEWEST_TOLD = 16  # notes of each sort, fewer tell nothing
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Request:
    """What to measure. `data` is a data set's folder; without one nothing is judged by a classifier."""

    bundle: Bundle
    plan: Plan
    data: Path | None = None
    soundfont: Path = SOUNDFONT


def evaluate(
    request: Request, progress: Progress = lambda what, share: None
) -> tuple[dict[str, Any], list[bytes]]:
    """All figures, ready for JSON, and PNG spectrograms of up to PICTURES places. Raises EvaluationError."""
    require(request)
    reports = _listen(request, progress)
    notes = [note for report in reports for note in report.notes]
    trained = [note for note in notes if not note.held_out]
    figures: dict[str, Any] = {
        "format": 1,
        "instrument": request.bundle.id,
        "digest": request.bundle.digest,
        "seed": request.plan.seed,
        "velocities": request.plan.velocities,
        "all": summarise_reports(reports),
        "trained": summarise(trained),
        "categories": grouped(reports, lambda report: report.place.category),
        "programs": grouped(reports, lambda report: report.place.id),
        "names": {report.place.id: report.place.name for report in reports},
    }
    figures |= _judged(request, reports, progress)
    return figures, [report.picture for report in reports if report.picture]


def require(request: Request) -> None:
    """Raise EvaluationError or DataError, naming the remedy, unless all that is needed is there."""
    read_headers(request.soundfont)
    if not shutil.which("fluidsynth"):
        raise EvaluationError("fluidsynth, which plays the originals, is missing: apt-get install fluidsynth")
    if request.data and not find_programs(request.data):
        raise EvaluationError(
            f"no data set in {request.data}: name a folder that holds program-NNN.npz with --data"
        )
    missing = [
        name for name in ("torch", "sklearn", "scipy", "matplotlib") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise EvaluationError(f"{', '.join(missing)} missing: pip install 'rtsynth[train]'")


def _listen(request: Request, progress: Progress) -> list[Report]:
    """Reports of all places, in their order; two processes share them."""
    for name in THREADS:
        os.environ.setdefault(name, "1")  # the workers share the cores already
    places = request.bundle.places
    drawn = {places[i * len(places) // PICTURES].id for i in range(PICTURES)} if places else set()
    tasks = [
        Task(request.bundle.path, place.id, request.plan, request.soundfont, request.data, place.id in drawn)
        for place in places
    ]
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(listen, task) for task in tasks]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                progress(f"playing: {future.result().place.name}", done / len(tasks))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _judged(request: Request, reports: list[Report], progress: Progress) -> dict[str, Any]:
    """What forests and networks say: `told` from real and, with a data set, `classifier`."""
    import torch

    from rtsynth_models.evaluation.classifier import judge, load_classifier
    from rtsynth_models.evaluation.telling import told_apart

    torch.set_num_threads(
        1
    )  # small networks are slower with several, and figures would depend on their number
    notes, seed = [note for report in reports for note in report.notes], request.plan.seed
    held, trained = ([n for n in notes if n.held_out == which] for which in (True, False))
    figures: dict[str, Any] = {}
    if min(len(held), len(trained)) >= FEWEST_TOLD:
        told = {}
        for share, (name, kind) in enumerate((("floor", "analysed"), ("generated", "generated"))):
            progress("telling generated from real", share / 2)
            told[name] = told_apart(trained, held, kind, seed)
        figures["told"] = told
    if request.data and len(notes) >= FEWEST_TOLD:
        model, programs = load_classifier(request.data, seed, progress)
        figures["classifier"] = judge(model, programs, notes, seed)
    return figures
