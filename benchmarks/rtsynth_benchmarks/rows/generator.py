"""The network alone on one core: time of a step for several batch sizes, and the voices it keeps up with in
blocks of 5, 10 and 20 ms.

A step yields the frames of one block of the instrument (10.7 ms for PartialGAN); `share` is the step's part
of that time. `in time`: the largest batch whose slowest step ends within the block, where as many steps fall
into a block as it is long, one at least. `--device` chooses among processor and GPU.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth.lineup import choose_lineup
from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.streaming import MOST_STEPPED

from ..context import Context
from ..devices import open_generators
from ..figures import LARGER, Figure, held, quantiles, spread

BATCHES = tuple(size for size in (1, 8, 16, 32, 64, 128, 256) if size <= MOST_STEPPED)
BLOCKS = (0.005, 0.010, 0.020)  # seconds


def run(context: Context) -> Iterator[Figure]:
    """Figures for every way of running the network on the device asked for."""
    lineup = choose_lineup(context.options.preset)
    context.setup(preset=lineup.preset.id, driver="none", network=context.options.device)
    for name, generator in open_generators(context, lineup.bundle):
        try:
            context.tell(f"{name}: warming up")
            generator.prepare(MOST_STEPPED)
            yield from figures(context, name, generator, lineup.bundle)
        finally:
            generator.close()


def figures(context: Context, name: str, generator: Generator, bundle: Bundle) -> Iterator[Figure]:
    """Of one generator at every batch size."""
    length = generator.frames_per_step / bundle.head.frame_rate
    slowest: dict[int, float] = {}
    for voices in context.pick(BATCHES, BATCHES, BATCHES[:2]):
        what = f"{name}, {held(voices)}"
        context.tell(what)
        spent = steps(generator, bundle, voices, context.pick(400, 100, 3))
        slowest[voices] = max(spent)
        yield from spread(what, 1e3 * np.array(spent), "ms")
        median = quantiles(spent)["median"]
        yield Figure(what, "share", 100.0 * median / length, "% of block")
        yield Figure(what, "a voice", 100.0 * median / length / voices, "% of a core")
    for block in BLOCKS:
        turns = max(int(np.ceil(block / length)), 1)
        fit = [voices for voices, worst in slowest.items() if turns * worst <= block]
        yield Figure(
            f"{name}, blocks of {1e3 * block:g} ms", "in time", max(fit, default=0), "voices", LARGER
        )


def steps(generator: Generator, bundle: Bundle, voices: int, rounds: int) -> list[float]:
    """Seconds that each of `rounds` steps takes."""
    rows = np.arange(voices)
    pitch = np.linspace(36, 96, voices, dtype=np.float32)
    latent = np.tile(np.asarray(_latent(bundle), np.float32), (voices, 1))
    generator.reset(rows, pitch, np.full(voices, 0.8, np.float32), latent)
    length = generator.frames_per_step / bundle.head.frame_rate
    _step(generator, rows, 0.0)
    return [_step(generator, rows, i * length) for i in range(rounds)]


def _latent(bundle: Bundle) -> Any:
    return bundle.places[0].latent if bundle.places else np.zeros(bundle.latent)


def _step(generator: Generator, rows: NDArray[np.int64], at: float) -> float:
    began = time.perf_counter()
    generator.step(rows, np.full(len(rows), at, np.float32))
    return time.perf_counter() - began
