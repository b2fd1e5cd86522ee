"""Runs the checks in a child process, which may hang, crash or eat memory without taking anything along."""

import json
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from ..errors import HostError

PATIENCE = 300.0  # seconds without an answer: the engine may have to be compiled first


@dataclass(frozen=True)
class Finding:
    """What a check found: nothing, where it has passed."""

    check: str
    faults: tuple[str, ...]
    told: str = ""


def run_checks(target: str, seed: int, trust: bool, patience: float = PATIENCE) -> Iterator[Finding]:
    """Check `target` and give every finding as it comes. Raises HostError where it cannot be opened."""
    command = [sys.executable, "-P", "-m", f"{__package__}", target, str(seed), "trust" if trust else ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_read, args=(child.stdout, lines), daemon=True).start()
        try:
            yield from _findings(child, lines, patience)
        finally:
            child.kill()


def _read(stream: IO[bytes], lines: "queue.Queue[bytes]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _findings(
    child: "subprocess.Popen[bytes]", lines: "queue.Queue[bytes]", patience: float
) -> Iterator[Finding]:
    current = "opening"
    while True:
        try:
            said = _parse(lines.get(timeout=patience))
        except queue.Empty:
            yield Finding(current, (f"does not answer for {patience:g} s",))
            return
        current = said.get("begins", current)
        if "refused" in said:
            raise HostError(said["refused"])
        if "check" in said:
            yield Finding(said["check"], tuple(said["faults"]), said["told"])
        if "dead" in said:
            yield Finding(current, (_death(child.wait()),))
        if "dead" in said or "ends" in said:
            return


def _parse(line: bytes) -> dict[str, Any]:
    """What the child says; nothing, where the code that it checks has printed something."""
    if not line:
        return {"dead": True}
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _death(status: int) -> str:
    how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"ends the process that runs it ({how})"
