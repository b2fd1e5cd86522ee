"""What another program heard of a player: the compiled client of `loop`, started and understood."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import NotMeasured
from .stage import process

NOTE = ("sent", "heard", "sent_us", "heard_us")
AUDIBLE = 3e-4  # -70 dBFS
LOOK = 0.01  # seconds between two looks: notes sound for longer
PATIENCE = 20.0  # seconds for a port to appear
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """Notes in order. `sent`, `heard`: JACK's frames, -1 unheard; `…_ns`: the same by CLOCK_MONOTONIC."""

    sent: Array
    heard: Array
    sent_ns: Array
    heard_ns: Array
    rate: float
    xruns: int

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which notes were heard."""
        return self.heard >= 0

    @property
    def delays(self) -> Array:
        """From sending to hearing, in ms, of the notes that were heard; counted in frames."""
        return np.asarray(1e3 * (self.heard - self.sent)[self.there] / self.rate)


def hear(
    ports: tuple[str, str], notes: int, *options: str, meanwhile: Callable[[], object] = lambda: None
) -> Heard:
    """Send notes into a MIDI port and listen to a sound port. Raises NotMeasured where the client fails."""
    told = _told("loop", *ports, f"--notes={notes}", f"--threshold={AUDIBLE}", *options, meanwhile=meanwhile)
    sent, heard, sent_us, heard_us = (np.array(told[name][: told["done"]], float) for name in NOTE)
    return Heard(sent, heard, 1e3 * sent_us, 1e3 * heard_us, told["rate"], told["xruns"])


def send(words: str, notes: int, meanwhile: Callable[[], object]) -> list[int]:
    """Send notes with python-rtmidi to the port that `words` name; when each went, CLOCK_MONOTONIC ns."""
    return list(_told("sender", words, f"--notes={notes}", meanwhile=meanwhile))


def _told(module: str, *arguments: str, meanwhile: Callable[[], object]) -> Any:
    """What a program of ours prints as JSON. Raises NotMeasured where it fails."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", f"rtsynth_benchmarks.{module}", *arguments]
    with process(command, stdout=pipe, stderr=pipe) as child:
        while child.poll() is None:
            meanwhile()
            time.sleep(LOOK)
        said, complaint = child.communicate()
    if child.returncode:
        raise NotMeasured(f"{module} failed: {' '.join(complaint.splitlines()[-1:])}")
    return json.loads(said)


def find_port(*words: str) -> str:
    """The first JACK port whose name has all the words. Raises NotMeasured where there is none."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for name in subprocess.run(["jack_lsp"], capture_output=True, text=True).stdout.splitlines():
            if all(word in name for word in words):
                return name
        time.sleep(0.1)
    raise NotMeasured(f"JACK never showed a port {' '.join(words)}")
