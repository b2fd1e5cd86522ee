"""Generators for the tests of `rtsynth check`: a good one, and one for each fault."""

import itertools
from collections.abc import Callable

import numpy as np

from rtsynth.checks.subject import Subject
from rtsynth_engine.layout import FRAME
from rtsynth_engine.plugins import Plugin, describe, open_instrument, place, sound_head

F4 = np.float32
RATE, STEP = 16_000.0, 4


class Good:
    """A sine for each row, whose phase is a state."""

    def prepare(self, rows):
        self.step_size, self.phase, self.level = np.zeros((3, rows))

    def reset(self, rows, pitch, velocity, latent):
        self.step_size[rows] = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0) / RATE
        self.phase[rows] = 0.0
        return self.condition(rows, pitch, velocity, latent)

    def condition(self, rows, pitch, velocity, latent):
        self.level[rows] = 0.1 * (2.0 + np.tanh(latent[:, 0])) * velocity

    def step(self, rows, time):
        self.phase[rows] = time * RATE * self.step_size[rows]
        phase = self.phase[rows, None] + self.step_size[rows, None] * np.arange(STEP * FRAME)
        sound = self.level[rows, None] * np.sin(2 * np.pi * phase)
        return sound.astype(F4).reshape(-1, STEP, FRAME)

    def close(self):
        pass


class WrongShape(Good):
    def step(self, rows, time):
        return super().step(rows, time)[:, :, :-1]


class WrongType(Good):
    def step(self, rows, time):
        return super().step(rows, time).astype(np.float64)


class NotFinite(Good):
    def step(self, rows, time):
        return np.where(time[:, None, None] > 4.2, F4(np.nan), super().step(rows, time))


class TooLoud(Good):
    def step(self, rows, time):
        return 100.0 * super().step(rows, time)


class Offset(Good):
    def step(self, rows, time):
        return super().step(rows, time) + F4(0.4)


class Drawn(Good):
    def step(self, rows, time):
        return super().step(rows, time) + np.random.normal(0.0, 1e-3, (len(rows), STEP, FRAME)).astype(F4)


class OtherEveryTime(Good):
    serials = itertools.count(1)

    def __init__(self):
        self.serial = next(self.serials)

    def step(self, rows, time):
        return super().step(rows, time) * F4(1.0 / self.serial)


class Leaks(Good):
    """Of a batch into each other's rows."""

    def step(self, rows, time):
        sound = super().step(rows, time)
        return sound + F4(0.01) * sound.mean(0, keepdims=True) * F4(len(rows) > 1)


class OneState(Good):
    """For all rows."""

    last = 0.0

    def step(self, rows, time):
        sound = super().step(rows, time) + F4(self.last)
        self.last = 0.1 * float(sound[-1, -1, -1])
        return sound


class Forgetful(Good):
    """Goes on where the row's last note was left."""

    def reset(self, rows, pitch, velocity, latent):
        before = self.phase[rows].copy()
        super().reset(rows, pitch, velocity, latent)
        self.carried = before[0] if np.any(before) else 0.0

    def step(self, rows, time):
        return super().step(rows, time) + F4(0.01 * np.sin(self.carried))


class OnlyForward(Good):
    """Takes no notice of the time that it is asked for."""

    def step(self, rows, time):
        begun = self.phase[rows].copy()
        super().step(rows, begun / (RATE * self.step_size[rows]))
        sound = super().step(rows, begun / (RATE * self.step_size[rows]))
        self.phase[rows] = begun + self.step_size[rows] * STEP * FRAME
        return sound


class StartsAnew(OnlyForward):
    def condition(self, rows, pitch, velocity, latent):
        super().condition(rows, pitch, velocity, latent)
        self.phase[rows] = 0.0


class Unwritten(Good):
    def prepare(self, rows):
        super().prepare(rows)
        self.out = np.zeros((rows, STEP, FRAME), F4)

    def step(self, rows, time):
        self.out[: len(rows), :, :-3] = super().step(rows, time)[:, :, :-3]
        return self.out[: len(rows)]


class NewUnwritten(Good):
    def step(self, rows, time):
        out = np.empty((len(rows), STEP, FRAME), F4)
        out[:, :, :-3] = super().step(rows, time)[:, :, :-3]
        out[:, :, -3:] = np.where(np.abs(out[:, :, -3:]) < 1e30, 0.0, out[:, :, -3:])
        return out


class OwnMemory(Good):
    """Gives views of what it reads again."""

    def prepare(self, rows):
        super().prepare(rows)
        self.noise = np.random.default_rng(0).normal(0.0, 0.1, (rows, STEP, FRAME)).astype(F4)

    def step(self, rows, time):
        return self.noise[rows[0] : rows[0] + len(rows)]


class Stuck(Good):
    def reset(self, rows, pitch, velocity, latent):
        super().reset(rows, pitch, velocity, latent)
        return np.zeros((len(rows), 2))


class Louder(Good):
    def step(self, rows, time):
        return super().step(rows, time) * np.where(time > 6.0, 20.0, 1.0).astype(F4)[:, None, None]


class Grows(Good):
    def reset(self, rows, pitch, velocity, latent):
        super().reset(rows, pitch, velocity, latent)
        self.kept = [*getattr(self, "kept", []), np.ones(1 << 17)]


class ClosesOnce(Good):
    def close(self):
        del self.phase


class NotSane(Good):
    """Some time after the beginning."""

    def step(self, rows, time):
        return np.where(time[:, None, None] > 0.4, F4(np.nan), super().step(rows, time))


class Mute(Good):
    def step(self, rows, time):
        return F4(1e-6) * super().step(rows, time)


class FewRows(Good):
    """Has room for 64 voices, whatever it is asked for."""

    def prepare(self, rows):
        super().prepare(64)


class Late(Good):
    def step(self, rows, time):
        Clock.sleep(0.07)
        return super().step(rows, time)


class Raises(Good):
    def step(self, rows, time):
        raise RuntimeError("the device is gone\nfor good")


class Clock:
    """A clock that tests turn, so that none of them waits."""

    now = 0.0

    @classmethod
    def sleep(cls, seconds: float) -> None:
        cls.now += seconds

    @classmethod
    def perf_counter(cls) -> float:
        return cls.now


def subject(kind: Callable[[], object], seed: int = 1) -> Subject:
    places = [place("one", "One", [0.0, 0.5], low=40, high=80)]
    plugin = Plugin(describe("tried", "Tried", sound_head(RATE, STEP), places), kind)
    return Subject(plugin.description, lambda: open_instrument(plugin), seed)


def places(id: str, kind: Callable[[], object]) -> Plugin:
    return Plugin(describe(id, id, sound_head(RATE, STEP), [place("one", "One", [0.0, 0.5])]), kind)
