"""What the shipped network costs: its steps alone, on one core, for several numbers of voices."""

import time

import numpy as np

from rtsynth.folders import SHIPPED
from rtsynth_engine.bundles import load_bundle
from rtsynth_engine.generators.onnx import OnnxGenerator

from .stage import Row

VOICES, ROUNDS = (1, 8, 32, 64, 128), 60


def run() -> list[Row]:
    """Median time of a step, and its share of real time per voice."""
    bundle = load_bundle(SHIPPED / "instruments" / "partialgan.rtsynth")
    generator = OnnxGenerator(bundle)
    generator.prepare(max(VOICES))
    seconds = bundle.head.frames_per_step / bundle.head.frame_rate
    return [_row(generator, voices, seconds) for voices in VOICES]


def _row(generator: OnnxGenerator, voices: int, seconds: float) -> Row:
    rows = np.arange(voices)
    pitch = np.linspace(36, 96, voices, dtype=np.float32)
    latent = np.zeros((voices, generator.bundle.latent), np.float32)
    generator.reset(rows, pitch, np.full(voices, 0.8, np.float32), latent)
    spent = [_step(generator, rows, i * seconds) for i in range(ROUNDS)]
    median = float(np.median(spent))
    return {
        "what": f"{voices} voices, one step of {1000 * seconds:.1f} ms",
        "ms, median": round(1000 * median, 3),
        "ms, longest": round(1000 * max(spent), 3),
        "% of a core per voice": round(100 * median / seconds / voices, 4),
    }


def _step(generator: OnnxGenerator, rows: np.ndarray, at: float) -> float:
    began = time.perf_counter()
    generator.step(rows, np.full(len(rows), at, np.float32))
    return time.perf_counter() - began
