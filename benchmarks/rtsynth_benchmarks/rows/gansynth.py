"""GANSynth at the paper's size, random weights: time to the first sound of a note, and to the whole of it.

From an empty cache: in play a note starts from the attack cache, within one period. 7.3 million parameters,
images of 128 by 1024, four seconds at 16 kHz (Engel et al. 2019; theirs took 20 ms on a TITAN X, whole).
`first sound`: the first 128 ms; `a voice` as long as it sounds. On one core, and on a GPU where there is one.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort

from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.generators.sessions import CPU, CUDA
from rtsynth_engine.generators.tiled import TiledGenerator

from ..context import Context
from ..figures import Figure, NotMeasured, spread

RATE, FRAME, FRAMES = 16_000.0, 256, 8
ROW = np.zeros(1, np.int64)
PITCH, FULL = np.full(1, 60.0, np.float32), np.ones(1, np.float32)


def run(context: Context) -> Iterator[Figure]:
    """Figures of each provider there is."""
    context.tell("making the network")
    bundle = paper_bundle()
    context.setup(preset="random weights", driver="none", network="processor, one core")
    for provider in (CPU, CUDA):
        if provider in ort.get_available_providers():
            name = provider.removesuffix("ExecutionProvider")
            yield from figures(context, name, bundle, TiledGenerator(bundle, provider))


def paper_bundle() -> Bundle:
    """An instrument of the paper's size in memory. Raises NotMeasured without what training needs."""
    try:
        import torch

        from rtsynth_models.families.gansynth.config import PAPER
        from rtsynth_models.families.gansynth.generator import Generator
        from rtsynth_models.families.tiled import files_of
    except ImportError as error:
        raise NotMeasured(f"{error.name} is missing: pip install 'rtsynth[train]'") from error
    torch.manual_seed(0)
    files, spectrum = files_of(Generator(PAPER), PAPER.latent), PAPER.spectrum
    seconds = (spectrum.columns * spectrum.hop - spectrum.lead) / RATE
    head = Head("spectral", RATE / FRAME, FRAMES, seconds, sample_rate=RATE, spectrum=spectrum)
    return Bundle(
        path=Path("gansynth-paper.rtsynth"),
        id="gansynth-paper",
        name="GANSynth, the paper's size",
        author="",
        licence="",
        data="none",
        generator="tiled",
        head=head,
        latent=PAPER.latent,
        pitch_range=(PAPER.pitches[0], PAPER.pitches[-1]),
        places=(),
        directions=(),
        digest="",
        files=files,
        classes=PAPER.pitches,
    )


def figures(context: Context, name: str, bundle: Bundle, generator: TiledGenerator) -> Iterator[Figure]:
    """Notes one after the other, each with another latent."""
    context.tell(f"{name}: notes")
    generator.prepare(1)
    notes = [note(bundle, generator, seed) for seed in range(context.pick(20, 5, 1))]
    first, whole = np.array(notes).T
    yield from spread(f"{name}, first sound", 1e3 * first, "ms")
    yield from spread(f"{name}, whole note", 1e3 * whole, "ms")
    share = 100.0 * float(np.median(whole)) / bundle.head.longest_seconds
    yield Figure(f"{name}, a voice", "cost", share, "% of a core")
    generator.close()


def note(bundle: Bundle, generator: TiledGenerator, seed: int) -> tuple[float, float]:
    """Seconds until the first step of a note is there, and until the last."""
    latent = np.random.default_rng(seed).standard_normal((1, bundle.latent), np.float32)
    step, began = generator.frames_per_step * FRAME / RATE, time.perf_counter()
    generator.reset(ROW, PITCH, FULL, latent)
    generator.step(ROW, 0.0 * FULL)
    first = time.perf_counter() - began
    for number in range(1, int(np.ceil(bundle.head.longest_seconds / step))):
        generator.step(ROW, np.float32(number * step) * FULL)
    return first, time.perf_counter() - began
