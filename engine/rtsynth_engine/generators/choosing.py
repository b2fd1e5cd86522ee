"""Which generator plays a bundle: the processor's, or one on a GPU that was measured to be faster here."""

import ctypes
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import onnxruntime as ort

from ..bundles import Bundle
from ..errors import EngineError
from ..layout import VOICES
from ..streaming import MOST_STEPPED
from .comparing import disagreement, some_notes, time_steps
from .contract import Generator
from .fallback import Fallback
from .kinds import open_generator
from .onnx import OnnxGenerator
from .sessions import CUDA

WANTED = ("auto", "cpu", "cuda")
ROWS = VOICES + MOST_STEPPED  # what the feeder prepares, so that it need not be done again
FEW, MANY = 8, 64  # voices of the steps that are timed
BUDGET = 0.04  # seconds of timing for each
MOST_APART = 1e-3  # what a device says, against the processor


class Backend(NamedTuple):
    """A way to run a bundle's networks."""

    name: str
    open: Callable[[], Generator]


@dataclass(frozen=True)
class Measured:
    """A prepared generator and the p99 of its steps, in seconds, with FEW and with MANY voices."""

    name: str
    generator: Generator
    few: float
    many: float

    def told(self) -> str:
        return f"{self.name} {1000 * self.few:.2f} and {1000 * self.many:.2f} ms"


@dataclass(frozen=True)
class Choice:
    """The generator to play with; `told` says in one line why. Nothing is `measured` without a choice."""

    generator: Generator
    told: str
    measured: tuple[Measured, ...] = ()


def choose_generator(bundle: Bundle, wanted: str = "auto", trusted: bool = False) -> Choice:
    """The fastest generator of a bundle, or the processor's ("cpu"), or the fastest on a GPU ("cuda").

    `trusted`: its TorchScript may be run. A GPU's is followed by the processor's where it fails. Takes a
    quarter of a second, and what opening takes, where there is a GPU. Main thread. Raises EngineError where
    "cuda" cannot be had, BundleError for a broken network.
    """
    if wanted not in WANTED:
        raise EngineError(f"no device {wanted!r}; choose {', '.join(WANTED)}")
    spare = open_generator(bundle)
    if wanted == "cpu":
        return Choice(spare, "the processor plays, as wanted")
    backends, lacking = on_gpu(bundle, trusted)
    if not backends:
        return _without(spare, wanted, lacking)
    return _fastest(bundle, wanted, spare, backends, lacking)


def _without(spare: Generator, wanted: str, lacking: list[str]) -> Choice:
    if wanted == "cuda":
        raise EngineError(
            f"nothing can play on CUDA: {', '.join(lacking)}; --device cpu plays on the processor"
        )
    return Choice(spare, f"the processor plays: {', '.join(lacking)}")


def _fastest(
    bundle: Bundle, wanted: str, spare: Generator, backends: list[Backend], lacking: list[str]
) -> Choice:
    spare.prepare(ROWS)
    own = _measure(bundle, "processor", spare)
    found, failed = _measure_all(bundle, spare, backends)
    candidates = found if wanted == "cuda" else [own, *found]
    if not candidates:
        return _without(spare, wanted, [*failed, *lacking])
    deadline = bundle.head.frames_per_step / bundle.head.frame_rate
    best = min(candidates, key=lambda each: each.many)
    for each in found:
        if each is not best:
            each.generator.close()
    chosen = spare if best is own else Fallback(best.generator, spare, bundle.latent)
    return Choice(chosen, _tell(best, [own, *found], deadline, [*failed, *lacking]), (own, *found))


def _measure_all(
    bundle: Bundle, spare: Generator, backends: list[Backend]
) -> tuple[list[Measured], list[str]]:
    """The backends that play what the processor plays, measured; and what is wrong with the others."""
    found, failed = [], []
    for backend in backends:
        try:
            generator = backend.open()
            generator.prepare(ROWS)
            _compare(bundle, spare, generator)
            found.append(_measure(bundle, backend.name, generator))
        except Exception as error:  # drivers raise what they like; the processor can play
            failed.append(
                f"{backend.name} fails: {(str(error) or type(error).__name__).splitlines()[0][:200]}"
            )
    return found, failed


def _compare(bundle: Bundle, spare: Generator, generator: Generator) -> None:
    apart = max(disagreement(spare, generator, some_notes(FEW, bundle.latent), 2, 0.5))
    if apart > MOST_APART:
        raise EngineError(f"it plays something else than the processor, {apart:.1e} away")


def _measure(bundle: Bundle, name: str, generator: Generator) -> Measured:
    block = bundle.head.frames_per_step / bundle.head.frame_rate
    few, many = (
        float(np.percentile(time_steps(generator, some_notes(count, bundle.latent), block, BUDGET), 99))
        for count in (FEW, MANY)
    )
    return Measured(name, generator, few, many)


def _tell(best: Measured, all: list[Measured], deadline: float, others: list[str]) -> str:
    figures = ", ".join(each.told() for each in all)
    late = " (none is in time)" if best.many > deadline else ""
    said = f"{best.name} plays{late}: {FEW} and {MANY} voices take {figures} (p99) of {1000 * deadline:.1f}"
    return "; not measured: ".join([said, ", ".join(others)] if others else [said])


def on_gpu(bundle: Bundle, trusted: bool) -> tuple[list[Backend], list[str]]:
    """Every backend that may play the bundle on a GPU here; and why there are no more."""
    if not has_gpu():
        return [], ["there is no NVIDIA GPU, or no driver for it"]
    if bundle.generator != "streaming":
        return [], [f"a generator of kind {bundle.generator} is played by the processor"]
    backends, lacking = [], []
    for name, missing, opener in (
        ("ONNX Runtime on CUDA", _no_onnx(), lambda: OnnxGenerator(bundle, CUDA)),
        ("TorchScript on CUDA", _no_torchscript(bundle, trusted), lambda: _torchscript(bundle)),
    ):
        if missing:
            lacking.append(missing)
        else:
            backends.append(Backend(name, opener))
    return backends, lacking


def _no_onnx() -> str:
    there = CUDA in ort.get_available_providers()
    return "" if there else "this ONNX Runtime knows no CUDA (onnxruntime-gpu does)"


def _no_torchscript(bundle: Bundle, trusted: bool) -> str:
    if not bundle.files.get("generator.ts"):
        return "the instrument holds no TorchScript (`rtsynth export BUNDLE --torchscript` adds it)"
    if not trusted:
        return "its TorchScript comes from outside rtsynth and is not run (--trust runs it)"
    return "" if importlib.util.find_spec("torch") else "torch is missing (pip install torch)"


def _torchscript(bundle: Bundle) -> Generator:
    from .torchscript import TorchScriptGenerator

    return TorchScriptGenerator(bundle, "cuda")


def has_gpu() -> bool:
    """Whether NVIDIA's driver finds a GPU for this process. Takes no time where there is no driver."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
