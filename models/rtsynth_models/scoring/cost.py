"""What a second of sound costs a processor: the generator alone, one voice, one core."""

import time
from dataclasses import dataclass

import numpy as np

from rtsynth_engine.bundles import Bundle
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.generators.kinds import open_generator

PITCH, VELOCITY = 60.0, 0.8
LONGEST_SECONDS = 2.0  # of a note that are measured
TURNS = 3  # the quickest counts: the machine may be doing something else


@dataclass(frozen=True)
class Cost:
    """Relative to real time; and milliseconds from note-on until the network's first frames, without a cache.

    Processor time of the calling thread, in which the networks run: another process does not count.
    """

    real_time: float
    first_ms: float


def measure(bundle: Bundle) -> Cost:
    """What one voice costs, its start included. Takes some seconds."""
    generator = open_generator(bundle)
    try:
        generator.prepare(1)
        turns = [_play(generator, bundle) for _ in range(TURNS)]
    finally:
        generator.close()
    return Cost(*(min(figures) for figures in zip(*turns, strict=True)))


def _play(generator: Generator, bundle: Bundle) -> tuple[float, float]:
    """Seconds of processor time for a second of sound; milliseconds for the first frames."""
    row, when = np.zeros(1, np.int64), np.zeros(1, np.float32)
    pitch, velocity = np.array([_key(bundle)], np.float32), np.array([VELOCITY], np.float32)
    seconds = min(bundle.head.longest_seconds, LONGEST_SECONDS)
    step = generator.frames_per_step / bundle.head.frame_rate
    began = time.thread_time()
    generator.reset(row, pitch, velocity, np.array([bundle.places[0].latent], np.float32))
    generator.step(row, when)
    first = time.thread_time() - began
    for number in range(1, round(seconds / step)):
        generator.step(row, when + np.float32(number * step))
    return (time.thread_time() - began) / (max(round(seconds / step), 1) * step), 1000 * first


def _key(bundle: Bundle) -> float:
    low, high = bundle.pitch_range
    return float(np.clip(PITCH, low, high)) if not bundle.classes else float(_nearest(bundle.classes))


def _nearest(classes: tuple[int, ...]) -> int:
    return min(classes, key=lambda pitch: abs(pitch - PITCH))


def parameters(bundle: Bundle) -> int:
    """Weights of the networks: what the manifest says, or what the graphs hold."""
    if "parameters" in bundle.trained:
        return int(bundle.trained["parameters"])
    import onnx

    graphs = [
        onnx.load_from_string(file).graph for name, file in bundle.files.items() if name.endswith(".onnx")
    ]
    return sum(int(np.prod(tensor.dims)) for graph in graphs for tensor in graph.initializer)
