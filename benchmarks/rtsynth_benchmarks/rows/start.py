"""Seconds from the command `rtsynth play` until a note can sound: warm, and the first time ever.

The first time compiles the engine into an empty cache; --quick leaves it out. Silent, without MIDI ports:
what a device takes to open is not ours.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import numpy as np

from ..context import Context
from ..figures import Figure, NotMeasured
from ..stage import process

FIRST = "acoustic-grand-piano"  # named, for a bare `play` has the last setup again
PLAY = [sys.executable, "-m", "rtsynth", "play", "--audio", "null", "--midi", "none"]


def run(context: Context) -> Iterator[Figure]:
    """First ever, then warm."""
    preset = context.options.preset or FIRST
    context.setup(driver="null", preset=preset)
    command = [*PLAY, preset]
    if context.pick(True, False, False):
        context.tell("once, so that files and caches are warm")
        seconds_to_play(command, {})
    warm = []
    for i in range(context.pick(5, 1, 1)):
        context.tell(f"warm, {i + 1}")
        warm.append(seconds_to_play(command, {}))
    yield Figure("warm", "median", float(np.median(warm)), "s")
    yield Figure("warm", "max", max(warm), "s")
    if not context.pick(True, False, False):
        context.remark("first ever: only in the full run")
        return
    context.tell("first ever, compiling")
    with tempfile.TemporaryDirectory() as cache:
        first = seconds_to_play(command, {"XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": ""})
    yield Figure("first ever", "once", first, "s")


def seconds_to_play(command: list[str], environment: dict[str, str]) -> float:
    """From the command to the line that says it is playing."""
    began = time.perf_counter()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with process(command, env=os.environ | environment, **pipes) as child:
        assert child.stdout is not None
        said = list(_until_playing(child.stdout))
        spent = time.perf_counter() - began
        child.terminate()
        child.communicate()
    if "playing" not in said[-1]:
        raise NotMeasured(f"rtsynth play did not start: {said[-1].strip()}")
    return spent


def _until_playing(lines: Iterator[str]) -> Iterator[str]:
    yield "no word"
    for line in lines:
        yield line
        if " playing " in line:
            return
