"""The figures of many notes: medians with their tails, shares and ratios."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from rtsynth_models.evaluation.listening import Heard, Report
from rtsynth_models.evaluation.liveliness import DEPTHS, NAMES

Figures = dict[str, Any]
FAST_RISE_MS = 30.0
IN_TUNE_CENTS = 10.0
TAILS = {"p10": 10, "median": 50, "p90": 90}
VERSIONS = {"ceiling": "analysed", "generated": "generated", "neighbour": "neighbour"}


def spread(values: Iterable[float]) -> Figures | None:
    """Median and tails; None of nothing."""
    known = [value for value in values if np.isfinite(value)]
    return {name: round(float(np.percentile(known, q)), 3) for name, q in TAILS.items()} if known else None


def summarise(notes: list[Heard]) -> Figures:
    """All of some notes. Distances and levels in dB, rises in ms, pitch in cents."""
    fast = [n for n in notes if n.measures["original"]["rise_ms"] < FAST_RISE_MS]
    kinds = ("original", "analysed", "generated")
    return {
        "notes": len(notes),
        "mr": {name: _measured(notes, kind, "mr") for name, kind in VERSIONS.items()},
        "mel": {name: _measured(notes, kind, "mel") for name, kind in VERSIONS.items()},
        "level_db": _measured(notes, "generated", "level_db"),
        "fast_notes": len(fast),
        "rise_ms": {kind: _measured(fast, kind, "rise_ms") for kind in kinds},
        "pre_echo_db": {kind: _measured(fast, kind, "pre_echo_db") for kind in kinds},
        "pitch": {kind: tuning([n.measures[kind]["pitch_cents"] for n in notes]) for kind in kinds},
        "motion": motion(notes),
    }


def _measured(notes: list[Heard], kind: str, name: str) -> Figures | None:
    return spread(n.measures[kind][name] for n in notes if kind in n.measures)


def tuning(cents: list[float]) -> Figures:
    """Share of notes in tune in per cent (those whose pitch cannot be found are not), and the errors."""
    found = [c for c in cents if np.isfinite(c)]
    within = sum(abs(c) <= IN_TUNE_CENTS for c in found)
    return {
        "notes": len(cents),
        "found": len(found),
        "within_10_cents": round(100 * within / len(cents), 2) if cents else None,
        "error_cents": spread(np.abs(found)),
    }


def motion(notes: list[Heard]) -> Figures:
    """Means of the 19 statistics of original, analysed and generated notes; of depths also the ratio."""
    if not notes:
        return {}
    means = {
        kind: np.mean([n.moved[kind] for n in notes], axis=0)
        for kind in ("original", "analysed", "generated")
    }
    return {
        name: {kind: round(float(mean[i]), 3) for kind, mean in means.items()}
        | (
            {"ratio": round(float(means["generated"][i] / (abs(means["original"][i]) + 1e-6)), 3)}
            if name in DEPTHS
            else {}
        )
        for i, name in enumerate(NAMES)
    }


def grouped(reports: list[Report], key: Callable[[Report], str]) -> Figures:
    """`summarise` of the held-out notes, and the tuning of the sweeps, by key."""
    groups: dict[str, list[Report]] = {}
    for report in reports:
        groups.setdefault(key(report), []).append(report)
    return {name: summarise_reports(group) for name, group in groups.items()}


def summarise_reports(reports: list[Report]) -> Figures:
    """`summarise` of the held-out notes of some places, and the tuning of their sweeps."""
    notes = [note for report in reports for note in report.notes if note.held_out]
    keys = [(report.place, pitch, cents) for report in reports for pitch, cents in report.sweep]
    return summarise(notes) | {
        "keyboard": tuning([cents for _, _, cents in keys]),
        "range": tuning([cents for place, pitch, cents in keys if place.low <= pitch <= place.high]),
    }
