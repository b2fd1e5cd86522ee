"""A whole run: read from and written to JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rtsynth.errors import HostError
from rtsynth.writing import write_whole

from .figures import Figure, Result

FORMAT = 1


@dataclass
class Report:
    """`about`: machine, software, instrument; `spoilers`: what spoils the run, before and after it."""

    about: dict[str, str]
    options: dict[str, Any]
    spoilers: dict[str, list[str]] = field(default_factory=lambda: {"before": [], "after": []})
    rows: list[Result] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False


def to_json(report: Report) -> str:
    """The report's text."""
    return json.dumps({"format": FORMAT, **asdict(report)}, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Report:
    """The report again. Raises ValueError, KeyError and TypeError for anything else."""
    told = json.loads(text)
    if told.pop("format") != FORMAT:
        raise ValueError("another format")
    rows = [Result(**row | {"figures": [Figure(**f) for f in row["figures"]]}) for row in told.pop("rows")]
    return Report(**told, rows=rows)


def write(path: Path, text: str) -> None:
    """Write a file whole. Raises HostError."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise HostError(f"cannot write {path}: {error.strerror}; name another file") from error


def read(path: Path) -> Report:
    """The report of an earlier run. Raises HostError."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror}; name a file that --json wrote") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HostError(f"{path} is no report of format {FORMAT}; name a file that --json wrote") from error
