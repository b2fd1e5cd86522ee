"""Versions of everything the peers' figures depend on, beside what every figure of ours does."""

import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from ..conditions import about
from ..stage import SOUNDFONT

PROGRAMS = {
    "FluidSynth": ("fluidsynth", "--version"),
    "amsynth": ("amsynth", "-v"),
    "jackd": ("jackd", "--version"),
    "gcc": ("gcc", "-dumpfullversion"),
}
NONE = "not installed"


def versions() -> dict[str, str]:
    """Names to versions, in words."""
    return {
        **about(None),
        **{name: _program(command) for name, command in PROGRAMS.items()},
        "torch": _torch(),
        "SoundFont": SOUNDFONT.name if SOUNDFONT.exists() else NONE,
    }


def _program(command: Sequence[str]) -> str:
    """The first number with a dot that a program tells about itself."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return NONE
    found = re.search(r"\d+(?:\.\d+)+", told.stdout + told.stderr)
    return found.group() if found else "unknown"


def _torch() -> str:
    """Without importing it: it would be in the way of what plays."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return NONE
