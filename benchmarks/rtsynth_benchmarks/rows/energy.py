"""Energy of the whole processor in joules per minute: without rtsynth, playing silence, with 32 voices.

Read from the processor's own counters (RAPL, through /sys/class/powercap), which count every program on the
machine.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from ..context import Context
from ..figures import NEITHER, Figure, NotMeasured
from ..players import live_driver, player

POWERCAP = Path("/sys/class/powercap")
VOICES = 32


def run(context: Context) -> Iterator[Figure]:
    """Joules per minute of three states."""
    seconds = context.pick(20.0, 3.0, 0.3)
    packages = find_packages(POWERCAP)
    context.tell("the machine as it is")
    yield Figure("rtsynth not running", "energy", joules_per_minute(packages, seconds), "J/min", NEITHER)
    with live_driver(context) as driver, player(context, driver) as playing:
        context.tell("playing, no voice")
        yield Figure("playing, no voice", "energy", joules_per_minute(packages, seconds), "J/min")
        playing.grow(VOICES)
        context.tell(f"{VOICES} voices")
        yield Figure(f"{VOICES} voices", "energy", joules_per_minute(packages, seconds), "J/min")


def find_packages(root: Path) -> list[Path]:
    """The counters of whole processors. Raises NotMeasured where none can be read."""
    found = sorted(root.glob("intel-rapl:[0-9]*"))
    packages = [path for path in found if path.name.count(":") == 1]
    if not packages:
        raise NotMeasured(f"no energy counters under {root} (a virtual machine, or a processor without RAPL)")
    try:
        (packages[0] / "energy_uj").read_text()
    except OSError as error:
        raise NotMeasured(f"energy counters cannot be read ({error.strerror}): run as root") from error
    return packages


def joules_per_minute(packages: list[Path], seconds: float) -> float:
    """Watch the counters for a while. They wrap at a known place."""
    before, began = [_read(path, "energy_uj") for path in packages], time.monotonic()
    time.sleep(seconds)
    spent = time.monotonic() - began
    used = 0
    for path, start in zip(packages, before, strict=True):
        used += (_read(path, "energy_uj") - start) % (_read(path, "max_energy_range_uj") + 1)
    return used * 1e-6 * 60.0 / spent


def _read(path: Path, name: str) -> int:
    return int((path / name).read_text())
