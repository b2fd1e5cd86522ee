"""Parts for engine tests: a tiny generator that needs no network, and an engine around it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import FRAME, NOISE, RATIO

F4 = np.float32
HEAD = Head("partials", 96, 48, 187.5, 2, 4.0)


class Organ:
    """A generator of steady harmonics 1 / k and a little noise, quieter with time so that frames differ."""

    frames_per_step = 2

    def prepare(self, rows: int) -> None:
        self.notes = np.zeros((rows, 2), F4)
        self.frames = np.zeros((64, 2, FRAME), F4)

    def reset(self, rows, pitch, velocity, latent) -> NDArray[F4]:
        self.notes[rows] = np.stack([pitch, velocity], 1)
        return np.full((len(rows), 2), [60.0, 0.0], F4)

    def step(self, rows, time) -> NDArray[F4]:
        k = np.arange(1, 97, dtype=F4)
        for i, row in enumerate(rows):
            for j in range(2):
                level = 0.2 * self.notes[row, 1] * np.exp(-0.5 * (time[i] + j / 187.5))
                self.frames[i, j, :RATIO] = np.where(k < 12, level / k, 0.0)
                self.frames[i, j, RATIO:NOISE] = k
                self.frames[i, j, NOISE:] = level * 0.01
        return self.frames[: len(rows)]

    def close(self) -> None:
        pass


def organ_bundle(head: Head = HEAD) -> Bundle:
    return Bundle(
        Path("organ.rtsynth"), "organ", "Organ", "", "", "", "streaming", head, 1, (), 1, 1, (0, 127), (), "", b"", b""
    )


def make_engine(rate: float = 48_000.0, polyphony: int = 64, seed: int = 0, generator=None, **sound) -> Engine:
    """An engine whose program 0 is the organ."""
    engine = Engine(organ_bundle(), rate, polyphony, seed, generator=generator or Organ())
    engine.set_sound(0, Sound((0.0,), **sound))
    return engine


GRID = 256


def render(engine: Engine, events, seconds: float, block: int = 64) -> NDArray[F4]:
    """Play `events` (second, status, data1, data2) and return (2, n) samples, asking for `block` frames at a time."""
    for second, *message in sorted(events, key=lambda e: e[0]):
        engine.push(round(second * engine.rate), *message)
    total = round(seconds * engine.rate)
    out = np.zeros((2, total), F4)
    done = 0
    while done < total:
        count = min(block - done % block, GRID - done % GRID, total - done)
        engine.feeder.settle()
        engine.process(out[0, done : done + count], out[1, done : done + count])
        done += count
    return out
