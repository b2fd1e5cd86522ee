"""The child process of `rtsynth check`: tells in lines of JSON which check begins, and what it found."""

import json
import sys
from typing import Any

from rtsynth_engine.errors import EngineError

from .faults import CHECKS, Check
from .subject import Subject, find_subject

MOST = 5  # faults of one check that are told


def main(target: str, seed: str, trust: str) -> None:
    """Check `target` and tell the parent, line by line."""
    try:
        subject = find_subject(target, int(seed), trust == "trust")
    except EngineError as error:
        return _tell(refused=str(error))
    for check in CHECKS:
        _tell(begins=check.__name__)
        _tell(check=check.__name__, faults=_faults(check, subject), told="; ".join(subject.told))
        subject.told.clear()
    return _tell(ends=True)


def _faults(check: Check, subject: Subject) -> list[str]:
    try:
        return list(check(subject))[:MOST]
    except Exception as error:  # whatever another's code raises is what is looked for
        text = (str(error).strip().splitlines() or [""])[0][:200]
        return [f"raises {type(error).__name__}: {text}"]


def _tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
