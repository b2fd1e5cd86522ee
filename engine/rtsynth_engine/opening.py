"""Bundles from elsewhere are opened first in a child process, which has little memory, processor time and
patience: what hangs, crashes or swells there is refused in one line, and the sound goes on.

The child is no sandbox. ONNX and safetensors hold nothing that runs outside ONNX Runtime and numpy; a
TorchScript is a program, which is trusted as it is or not run at all.
"""

import hashlib
import json
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .bundles import Bundle, load_bundle
from .errors import BundleError, EngineError

PATIENCE = 10.0  # seconds
PROCESSOR = 8  # seconds
MEMORY = 3 << 30  # bytes beyond what Python and its libraries take
LONGEST = 240  # letters of a reason
TRIED = 2  # notes, and steps of each
COMPILED = ("sample",)  # kinds whose steps are compiled by us, which may take longer than there is patience
UNVETTED = ("script", "plugin")  # programs
TOO_SLOW = "takes more than {} s {}to open"
REMEDY = "; ask its author for a smaller one"


def vet(bundle: Bundle, vetted: Path) -> None:
    """Open the bundle in a child process, unless the folder `vetted` tells that it was done before. Takes a
    second or two, PATIENCE at most; any thread that may wait. Raises BundleError with the reason.
    """
    mark = vetted / _key(bundle)
    if bundle.generator in UNVETTED or mark.exists():
        return
    reason = _try(bundle)
    if reason:
        raise BundleError(reason)
    try:
        vetted.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:  # it is opened there again the next time
        pass


def _key(bundle: Bundle) -> str:
    """Of all that the manifest says, and of its files."""
    from onnxruntime import __version__

    told = repr((replace(bundle, files={}, path=Path()), __version__))
    return hashlib.sha256(told.encode()).hexdigest()


def _try(bundle: Bundle) -> str:
    """Why the bundle is refused; nothing where it is not."""
    command = [sys.executable, "-P", "-m", __name__, str(bundle.path.resolve()), bundle.digest]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{bundle.path.name} {TOO_SLOW.format(int(PATIENCE), '')}{REMEDY}"
    if done.returncode < 0:
        return f"{bundle.path.name} {_death(-done.returncode)}{REMEDY}"
    try:
        return str(json.loads(done.stdout.splitlines()[-1])["refused"])
    except (ValueError, IndexError, KeyError, TypeError):
        cause = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1][:160]
        return f"{bundle.path.name} cannot be opened ({cause}); get the bundle again from its author"


def _death(number: int) -> str:
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return TOO_SLOW.format(PROCESSOR, "of processor time ")
    return f"crashes what opens it ({signal.Signals(number).name})"


def main(path: str, digest: str) -> None:
    """The child: tell in a line of JSON why the bundle at `path` is refused, or that it is not."""
    print(json.dumps({"refused": _refusal(Path(path), digest)}), flush=True)


def _refusal(path: Path, digest: str) -> str:
    try:
        bundle = load_bundle(path)
        if bundle.digest != digest:
            return f"{path.name} was changed while it was opened; try again"
        _play(bundle)
    except EngineError as error:
        return " ".join(str(error).split())
    except MemoryError:
        return f"{path.name} takes more than {MEMORY >> 20} MB of memory to open{REMEDY}"
    except Exception as error:  # whatever a network makes a library raise
        cause = " ".join(str(error).split())[:LONGEST] or type(error).__name__
        return f"{path.name}: its network cannot be run ({cause}); get the bundle again from its author"
    return ""


def _play(bundle: Bundle) -> None:
    """Open the generator, prepare it for as many voices as it will have, and play some notes. Raises what it
    raises, and BundleError for numbers that are not finite.
    """
    from .generators.choosing import ROWS
    from .generators.contract import checked_character, checked_step
    from .generators.kinds import open_generator

    _limit()
    generator = open_generator(bundle)
    if bundle.generator in COMPILED:
        return
    generator.prepare(ROWS)
    rows, one = np.arange(TRIED), np.ones(TRIED, np.float32)
    said = checked_character(generator.reset(rows, *_note(bundle)), TRIED)
    frames = [checked_step(generator, rows, i * one).copy() for i in range(TRIED)]
    if not all(np.isfinite(each).all() for each in (*said, _used(bundle, np.stack(frames)))):
        raise BundleError(
            f"{bundle.path.name}: its network gives numbers that are not finite; train it again"
        )


def _limit() -> None:
    """Bound what this process may take from now on."""
    with open("/proc/self/statm", encoding="ascii") as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime) + PROCESSOR
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _note(bundle: Bundle) -> tuple[Any, ...]:
    """Pitch, velocity and latent of TRIED notes of the first place."""
    place = bundle.places[0] if bundle.places else None
    latent = np.array(place.latent if place else np.zeros(bundle.latent), np.float32)
    pitch = float((place.low + place.high) // 2 if place else 60)
    one = np.ones(TRIED, np.float32)
    return pitch * one, 0.8 * one, np.tile(latent, (TRIED, 1))


def _used(bundle: Bundle, frames: Any) -> Any:
    """Frames without padding."""
    from .layout import USED

    return frames[..., :USED] if bundle.head.kind == "partials" else frames


if __name__ == "__main__":
    main(*sys.argv[1:])
