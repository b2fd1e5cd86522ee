"""Rows, each in a process of its own, heard by the one that shows them."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from .context import Options, plain
from .figures import Figure, Result

PATIENCE = 30.0  # seconds for a row to leave JACK and end its own processes


def measure(
    row: str, options: Options, result: Result, progress: Callable[[str], object] = lambda text: None
) -> None:
    """Run a row into `result`, which holds what was found by then also when this is interrupted."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as complaints:
        child = _start(row, options, complaints)
        try:
            for line in child.stdout or ():
                _take(result, line, progress)
            child.wait()
        finally:
            result.seconds = round(time.monotonic() - began, 2)
            _end(child)
        if child.returncode:
            result.failed = True
            result.remarks.append(f"failed: {_last_words(complaints)}")


def _start(row: str, options: Options, complaints: IO[bytes]) -> "subprocess.Popen[str]":
    """In a session of its own: Ctrl-C is for the parent, which then ends it."""
    command = [sys.executable, "-m", "rtsynth_benchmarks.row", row, json.dumps(plain(options))]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=complaints, text=True, start_new_session=True
    )


def _take(result: Result, line: str, progress: Callable[[str], object]) -> None:
    kind, value = json.loads(line)
    takers: dict[str, Callable[[Any], object]] = {
        "progress": progress,
        "figure": lambda figure: result.figures.append(Figure(*figure)),
        "setup": result.setup.update,
        "series": result.series.update,
        "remark": result.remarks.append,
    }
    takers[kind](value)


def _end(child: "subprocess.Popen[str]") -> None:
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
        child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            pipe.close()


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "without a word")
