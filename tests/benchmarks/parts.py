"""Reports that tests make up."""

from rtsynth_benchmarks.figures import LARGER, Figure, Result
from rtsynth_benchmarks.report import Report

SETUP = {"driver": "null", "period": 64, "rate": 48_000.0, "preset": "violin", "priority": "normal"}


def report(*rows: Result, machine: str = "a machine", effort: str = "full") -> Report:
    about = {"machine": machine, "instrument": "partialgan", "system": "Linux", "date": "2026-01-02T03:04:05"}
    return Report(about, {"effort": effort}, {"before": [], "after": []}, list(rows), 12.5)


def row(*figures: Figure, name: str = "callback", **setup) -> Result:
    return Result(name, SETUP | setup, list(figures))


def load(value: float) -> Figure:
    return Figure("32 voices", "p99.9", value, "µs")


def voices(value: float) -> Figure:
    return Figure("one core", "in time", value, "voices", LARGER)


def curve(voices_held: int) -> dict[str, float]:
    return {
        "voices": voices_held,
        "median": 1.0,
        "p999": 2.0,
        "longest": 150.0,
        "generator": 9.0,
        "late_blocks": 1,
        "beyond": 0,
    }
