"""Everything a figure depends on: programs, packages, instrument and machine, in words."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rtsynth.lineup import choose_lineup

from ..stage import SOUNDFONT

PACKAGES = ("rtsynth", "numpy", "numba", "onnxruntime", "torch", "JACK-Client")
PROGRAMS = {
    "FluidSynth": ("fluidsynth", "--version"),
    "amsynth": ("amsynth", "-v"),
    "jackd": ("jackd", "--version"),
    "gcc": ("gcc", "-dumpfullversion"),
}


def versions() -> dict[str, str]:
    """Names to versions; what is not there is "none"."""
    bundle = choose_lineup(None).bundle
    return {
        **{name: _program(command) for name, command in PROGRAMS.items()},
        **{name: _package(name) for name in PACKAGES},
        "instrument": f"{bundle.id} {bundle.digest}",
        "SoundFont": SOUNDFONT.name if SOUNDFONT.exists() else "none",
        "Python": platform.python_version(),
        "kernel": platform.release(),
        "CPU": _processor(),
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def _program(command: Sequence[str]) -> str:
    """The first number with a dot that a program tells about itself."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "none"
    found = re.search(r"\d+(?:\.\d+)+", told.stdout + told.stderr)
    return found.group() if found else "unknown"


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _processor() -> str:
    """Model, cores, and whether a hypervisor lies below."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        told = ""
    model = re.search(r"model name\s*:\s*(.+)", told)
    virtual = ", virtual" if re.search(r"^flags.*\bhypervisor\b", told, re.MULTILINE) else ""
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores{virtual}"
