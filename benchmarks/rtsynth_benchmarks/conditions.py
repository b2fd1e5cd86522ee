"""What figures were taken on, and what spoils them: looked at before and after a run."""

import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import rtsynth
from rtsynth.doctor import CHECKS
from rtsynth.lineup import choose_lineup

PROC = Path("/proc")
PACKAGES = ("numpy", "numba", "onnxruntime", "python-rtmidi", "sounddevice", "JACK-Client")
DOCTORS = {"priority": "no real-time priority", "CPU governor": "CPU governor"}
LOOK = 0.5  # seconds
BUSY = 0.05  # cores that others may use before it is said


def about(preset: str | None) -> dict[str, str]:
    """Machine, software and instrument. Raises PresetError and BundleError."""
    lineup = choose_lineup(preset)
    bundle = lineup.bundle
    return {
        "machine": machine(),
        "system": f"{platform.system()} {platform.release()}",
        "rtsynth": rtsynth.__version__,
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "instrument": f"{bundle.id} ({bundle.digest[:16]})",
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def machine() -> str:
    """The processor's model, its cores, and whether the machine is virtual."""
    details = _cpuinfo()
    model = details.get("model name") or platform.processor() or platform.machine()
    virtual = ", virtual" if "hypervisor" in details.get("flags", "").split() else ""
    return f"{model}, {os.cpu_count()} cores, {platform.machine()}{virtual}"


def _cpuinfo() -> dict[str, str]:
    try:
        lines = (PROC / "cpuinfo").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


@dataclass(frozen=True)
class Counters:
    """Of the system since it started: processor time in seconds, pages swapped."""

    at: float
    busy: float
    own: float
    steal: float
    swapped: int


def count() -> Counters | None:
    """The counters now; None where the system does not tell."""
    try:
        ticks = [int(part) for part in (PROC / "stat").read_text().splitlines()[0].split()[1:]]
        pages = dict(line.split() for line in (PROC / "vmstat").read_text().splitlines())
    except OSError:
        return None
    tick = os.sysconf("SC_CLK_TCK")
    user, nice, system, _, _, irq, softirq, steal = ticks[:8]
    busy = (user + nice + system + irq + softirq) / tick
    own, children = os.times()[:2], os.times()[2:4]
    swapped = int(pages.get("pswpin", 0)) + int(pages.get("pswpout", 0))
    return Counters(time.monotonic(), busy, sum(own) + sum(children), steal / tick, swapped)


def spoilers(since: Counters | None = None) -> list[str]:
    """What spoils a run, each in a line: as it is now and, after a run, what happened `since` its start."""
    return [*_of_the_system(), *_other_load(), *(_since(since) if since else ())]


def _of_the_system() -> Iterator[str]:
    for topic, meaning in DOCTORS.items():
        good, found, remedy = CHECKS[topic]()
        if not good:
            yield f"{meaning or topic}: {found}; {remedy}"
    if "hypervisor" in _cpuinfo().get("flags", "").split():
        yield "a virtual machine: what runs beside it on its host can stop it for moments"
    if sys.flags.dev_mode:
        yield "Python runs in development mode"


def _other_load() -> Iterator[str]:
    before, first = count(), _processes()
    time.sleep(LOOK)
    after, second = count(), _processes()
    if before is None or after is None:
        return
    others = (after.busy - before.busy - (after.own - before.own)) / (after.at - before.at)
    if others > BUSY:
        used = {pid: ticks - first.get(pid, (ticks, ""))[0] for pid, (ticks, _) in second.items()}
        used.pop(os.getpid(), None)
        worst = max(used, key=lambda pid: used[pid], default=None)
        name = f", most of it by {second[worst][1]} (process {worst})" if worst and used[worst] else ""
        yield f"other programs use {100 * others:.0f} % of a core right now{name}"


def _processes() -> dict[int, tuple[int, str]]:
    """Processor ticks and name of every process that can be seen."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text().partition(" (")[2].rpartition(") ")
        except OSError:
            continue
        fields = rest.split()
        found[int(folder.name)] = (int(fields[11]) + int(fields[12]), name)
    return found


def _since(start: Counters) -> Iterator[str]:
    now = count()
    if now is None:
        return
    stolen = now.steal - start.steal
    if stolen > 0:
        seconds = now.at - start.at
        yield f"the host took {stolen:.2f} s of processor time from this machine in {seconds:.0f} s (steal)"
    if now.swapped > start.swapped:
        yield f"the system swapped: {now.swapped - start.swapped} pages during the run"


def setup_text(setup: dict[str, Any]) -> str:
    """The setup of a row in one line."""
    parts = {key: value for key, value in setup.items() if value is not None}
    units = {"rate": " Hz", "period": " frames"}
    shown = (
        f"{key} {value:g}{units.get(key, '')}" if isinstance(value, int | float) else f"{key} {value}"
        for key, value in parts.items()
    )
    return ", ".join(shown)
