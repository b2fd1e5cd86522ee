"""A device is lost while notes sound: the processor goes on in the very call that failed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rtsynth_presets
from rtsynth_engine.bundles import Bundle, load_bundle
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.generators.contract import Generator
from rtsynth_engine.generators.fallback import Fallback
from rtsynth_engine.generators.onnx import OnnxGenerator
from tests.engine.parts import OFF, ON, Organ, render

SHIPPED = Path(rtsynth_presets.__file__).parent / "instruments" / "partialgan.rtsynth"
MELODY = [(0.0, ON, 60, 100), (0.1, ON, 67, 40), (0.6, ON, 72, 90), (0.7, OFF, 60, 0)]


class Mortal:
    """A generator whose device is gone after `calls` calls of `kind`, for good."""

    def __init__(self, real: Any, kind: str, calls: int) -> None:
        self.real, self.kind, self.left, self.asked = real, kind, calls, 0
        self.frames_per_step, self.memoryless = real.frames_per_step, real.memoryless

    def _may(self, kind: str) -> None:
        self.left -= kind == self.kind
        if self.left < 0:
            self.asked += 1
            raise RuntimeError("CUDA error: device lost\nmore of it")

    def prepare(self, rows):
        self._may("prepare")
        self.real.prepare(rows)

    def reset(self, *notes):
        self._may("reset")
        return self.real.reset(*notes)

    def condition(self, *notes):
        self._may("condition")
        return self.real.condition(*notes)

    def step(self, rows, time):
        self._may("step")
        return self.real.step(rows, time)

    def close(self) -> None:
        self._may("close")
        self.real.close()


class Counting(Organ):
    """Frames are as loud as steps were made of their note."""

    memoryless = False

    def prepare(self, rows):
        super().prepare(rows)
        self.steps = np.zeros(rows, np.float32)

    def reset(self, rows, pitch, velocity, latent):
        self.steps[rows] = 0
        return super().reset(rows, pitch, velocity, latent)

    def condition(self, rows, pitch, velocity, latent):
        return super().reset(rows, pitch, velocity, latent)

    def step(self, rows, time):
        self.steps[rows] += 1
        frames = super().step(rows, time)
        frames[:] = self.steps[rows, None, None]
        return frames


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(SHIPPED)


def play(bundle: Bundle, generator: Generator) -> np.ndarray:
    engine = Engine(bundle, generator=generator)
    start, moved = (np.array(bundle.places[i].latent) for i in (41, 48))
    engine.set_sound(0, Sound(tuple(start), low=58, high=74))
    engine.prepare()
    first = render(engine, MELODY, 1.0)
    engine.move(0, tuple(0.5 * (start + moved)))
    rest = render(engine, [(0.2, ON, 64, 80)], 1.0)
    engine.close()
    return np.concatenate([first, rest], 1)


@pytest.fixture(scope="module")
def uninterrupted(bundle: Bundle) -> np.ndarray:
    return play(bundle, OnnxGenerator(bundle))


@pytest.mark.parametrize(
    ("kind", "calls"),
    [("prepare", 0), ("reset", 0), ("step", 0), ("step", 33), ("step", 40), ("reset", 4), ("condition", 0)],
)
def test_a_lost_device_is_not_heard(bundle: Bundle, uninterrupted: np.ndarray, kind: str, calls: int) -> None:
    primary = Mortal(OnnxGenerator(bundle), kind, calls)
    generator = Fallback(primary, OnnxGenerator(bundle), bundle.latent)
    sound = play(bundle, generator)
    assert np.abs(uninterrupted).max() > 0.01
    assert np.abs(sound - uninterrupted).max() <= 1e-5
    assert (generator.failures, primary.asked) == (1, 1 + 1)  # the call that failed, and closing


def notes(rows: list[int]) -> tuple[np.ndarray, ...]:
    column = np.ones(len(rows), np.float32)
    return np.array(rows), 60 * column, column, column[:, None]


def steps(generator: Generator, rows: list[int]) -> list[float]:
    return generator.step(np.array(rows), np.zeros(len(rows), np.float32))[:, 0, 0].tolist()


def test_what_was_lost_is_told_once_in_one_line() -> None:
    generator = Fallback(Mortal(Organ(), "step", 0), Organ(), 1)
    generator.prepare(4)
    generator.reset(*notes([0, 1]))
    assert not generator.lost
    for _ in range(3):
        steps(generator, [0, 1])
    assert generator.failures == 1
    assert generator.lost == "the network's device failed (CUDA error: device lost); the processor plays on"


def test_states_are_begun_anew_by_the_spare_and_that_is_said() -> None:
    generator = Fallback(Mortal(Counting(), "step", 2), Counting(), 1)
    generator.prepare(4)
    generator.reset(*notes([0, 1, 2]))
    assert [steps(generator, [0, 1, 2]) for _ in range(2)] == [[1.0] * 3, [2.0] * 3]
    assert steps(generator, [0, 1]) == [1.0, 1.0]
    assert steps(generator, [0, 1, 2]) == [2.0, 2.0, 1.0]
    assert not generator.memoryless
    assert "from new states" in generator.lost


def test_frames_of_the_wrong_shape_lose_the_device_too() -> None:
    class Narrow(Organ):
        def step(self, rows, time):
            return super().step(rows, time)[:, :, :100]

    generator = Fallback(Narrow(), Organ(), 1)
    generator.prepare(4)
    generator.reset(*notes([3]))
    assert steps(generator, [3])[0] > 0
    assert "(3, 2, 100)" not in generator.lost
    assert "(1, 2, 100)" in generator.lost
