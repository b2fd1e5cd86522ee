"""What a session comes to: lines for a person, a table of figures for a file."""

import json
import resource
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .errors import HostError
from .playing import Session
from .writing import write_whole


def figures(session: Session) -> dict[str, Any]:
    """Everything measured, ready for JSON. Times in seconds, loads as shares of a period, memory in MB."""
    driver, feeder = session.driver, session.engine.feeder
    return {
        "driver": driver.name,
        "rate": driver.rate,
        "period": driver.period,
        "preset": session.lineup.preset.id,
        "instrument": session.lineup.bundle.id,
        "inputs": list(session.inputs),
        **asdict(session.engine.telemetry()),
        "generator_priority": feeder.priority,
        "quality_lowered": feeder.quality.raised,
        "memory": session.memory,
        "generator_failures": feeder.failures,
        "generator_failure": feeder.last_failure,
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The figures in a few lines."""
    period = 1000 * told["period"] / told["rate"]
    where = f"{told['driver']}, {told['rate']:g} Hz, period {told['period']} ({period:.2f} ms)"
    yield f"{told['seconds']:.1f} s on {where}"
    yield f"{told['calls']} callbacks, {told['xruns']} xruns, {told['gaps']} late by more than half a period"
    yield (
        f"load: half of the callbacks under {_percent(told['load_p50'])} of a period, 99.9 % under "
        f"{_percent(told['load_p999'])}, the longest {_percent(told['peak_load'])}"
    )
    yield (
        f"{told['events']} MIDI events, at most {told['peak_voices']} voices, {told['stolen']} stolen, "
        f"{told['late_blocks']} late blocks"
    )
    yield f"generator thread: {told['generator_priority']} priority; memory {told['memory']}"
    for key, text in TROUBLES.items():
        if told[key]:
            yield text.format(told[key])


TROUBLES = {
    "overruns": "{} callbacks took longer than their period",
    "quality_lowered": "quality was lowered {} times under load (--quality full forbids it)",
    "dropped_events": "{} MIDI events were dropped: they came faster than they can be played",
    "late_events": "{} MIDI events came too late for their time",
    "bad_blocks": "{} blocks of the network were refused: not finite or far too loud",
    "not_finite": "{} samples were not finite and were silenced",
    "generator_failures": "the network failed {} times",
    "generator_failure": "its last error: {}",
}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def write_figures(told: dict[str, Any], path: Path) -> None:
    """Write the figures as JSON. Raises HostError where the file cannot be written."""
    try:
        write_whole(path, json.dumps(told, indent=2) + "\n")
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}; name another file with --json") from error
