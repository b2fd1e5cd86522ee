"""Parts for engine tests: a tiny generator that needs no network, and an engine around it."""

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rtsynth_engine.engine
from rtsynth_engine.bundles import Bundle, Head
from rtsynth_engine.drivers.offline import render as render_offline
from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.generators.contract import Character, plain_character
from rtsynth_engine.heads.motion import MOTION, motion_part
from rtsynth_engine.heads.noise import noise_loops
from rtsynth_engine.heads.onset import ONSET_BANDS, ONSET_STEPS
from rtsynth_engine.layout import FADING, FRAME, HELD, NOISE, PARTIALS, RATIO, RELEASED
from rtsynth_engine.rings import EVENT

F4 = np.float32
rtsynth_engine.engine.noise_loops = functools.cache(
    noise_loops
)  # a tenth of a second each, the same for a rate
ON, OFF, CC, PROGRAM, BEND = 0x90, 0x80, 0xB0, 0xC0, 0xE0
HEAD = Head("partials", 187.5, 2, 4.0, 96, 48)
SOUND_HEAD = Head("waveform", 62.5, 4, 4.0, sample_rate=16_000.0)


class Organ:
    """A generator of steady harmonics 1 / k and a little noise, quieter with time so that frames differ."""

    frames_per_step, memoryless = 2, True

    def prepare(self, rows: int) -> None:
        self.notes = np.zeros((rows, 2), F4)
        self.frames = np.zeros((128, 2, FRAME), F4)

    def reset(self, rows, pitch, velocity, latent) -> Character:
        self.notes[rows] = np.stack([pitch, velocity], 1)
        return plain_character(np.full((len(rows), 2), [60.0, 0.0], F4))

    def step(self, rows, time) -> NDArray[F4]:
        k, frames = np.arange(1, PARTIALS + 1, dtype=F4), self.frames[: len(rows)]
        for j in range(2):
            levels = 0.2 * self.notes[rows, 1] * np.exp(-0.5 * (time + j / 187.5))
            frames[:, j, :RATIO] = np.where(k < 12, levels[:, None] / k, 0.0)
            frames[:, j, RATIO:NOISE] = k
            frames[:, j, NOISE:] = levels[:, None] * 0.01
        return frames

    def condition(self, rows, pitch, velocity, latent) -> Character:
        return self.reset(rows, pitch, velocity, latent)

    def close(self) -> None:
        pass


class Sines:
    """A generator of sound: for every key a sine of its pitch at 16 kHz, as loud as the latent says, until
    `end`.
    """

    frames_per_step, rows_at_once = 4, 16

    def __init__(self, end: float = np.inf, velocity_layers: int = 1) -> None:
        self.end, self.velocity_layers = end, velocity_layers

    def prepare(self, rows: int) -> None:
        self.notes = np.zeros((rows, 3))

    def reset(self, rows, pitch, velocity, latent) -> Character:
        heard = velocity if self.velocity_layers > 1 else np.ones_like(velocity)
        self.notes[rows] = np.stack([pitch, heard, latent[:, 0]], 1)
        return plain_character(np.full((len(rows), 2), [200.0, 0.0], F4))

    def condition(self, rows, pitch, velocity, latent) -> Character:
        return self.reset(rows, pitch, velocity, latent)

    def step(self, rows, time) -> NDArray[F4]:
        pitch, velocity, level = self.notes[rows].T[:, :, None]
        seconds = time[:, None].astype(np.float64) + np.arange(self.frames_per_step * FRAME) / 16_000.0
        sound = level * velocity * np.sin(2.0 * np.pi * 440.0 * 2.0 ** ((pitch - 69.0) / 12.0) * seconds)
        return (sound * (seconds < self.end)).astype(F4).reshape(len(rows), self.frames_per_step, FRAME)

    def close(self) -> None:
        pass


class Steady:
    """A generator whose every frame is the same; `noise` is the gain of every band."""

    frames_per_step, memoryless = 2, True

    def __init__(
        self, levels: Sequence[float] = (1.0,), ratios: Sequence[float] | None = None, noise: float = 0.0
    ):
        self.frame = np.zeros(FRAME, F4)
        self.frame[RATIO:NOISE] = np.arange(1, PARTIALS + 1)
        self.frame[: len(levels)] = levels
        self.frame[RATIO : RATIO + len(ratios or ())] = ratios or ()
        self.frame[NOISE:] = noise

    def prepare(self, rows: int) -> None:
        pass

    def reset(self, rows, pitch, velocity, latent) -> Character:
        return plain_character(np.full((len(rows), 2), [60.0, 0.0], F4))

    def step(self, rows, time) -> NDArray[F4]:
        return np.tile(self.frame, (len(rows), 2, 1))

    def condition(self, rows, pitch, velocity, latent) -> Character:
        return self.reset(rows, pitch, velocity, latent)

    def close(self) -> None:
        pass


def organ_bundle(head: Head = HEAD) -> Bundle:
    return Bundle(
        Path("organ.rtsynth"),
        "organ",
        "Organ",
        "",
        "",
        "",
        "streaming",
        head,
        1,
        (0, 127),
        (),
        (),
        "",
        {},
        (),
        1,
        1,
    )


def make_engine(
    rate: float = 48_000.0, polyphony: int = 64, seed: int = 0, generator=None, cached: bool = True, **sound
) -> Engine:
    """An engine whose program 0 is the organ, its attack cache full unless not `cached`."""
    engine = Engine(organ_bundle(), rate, polyphony, seed, generator=generator or Organ())
    engine.set_sound(0, Sound((0.0,), **sound))
    if cached:
        engine.prepare()
    return engine


def sound_engine(
    rate: float = 48_000.0, generator=None, cached: bool = True, seed: int = 0, **sound
) -> Engine:
    """An engine whose program 0 is half as loud as can be, of a head whose frames are sound."""
    engine = Engine(organ_bundle(SOUND_HEAD), rate, seed=seed, generator=generator or Sines())
    engine.set_sound(0, Sound((0.5,), reverb=0.0, **sound))
    if cached:
        engine.prepare()
    return engine


def events(rate: float, *messages: tuple[float, ...]) -> NDArray[Any]:
    """EVENT records of (second, status, data1[, data2[, port]])."""
    records = np.zeros(len(messages), EVENT)
    for record, (second, *message) in zip(records, sorted(messages, key=lambda m: m[0]), strict=True):
        status, data1, data2, port = (*message, 0, 0)[:4]
        record["time"], record["port"] = round(second * rate), port
        record["status"], record["data1"], record["data2"] = status, data1, data2
    return records


def render(
    engine: Engine, messages: Sequence[tuple[float, ...]], seconds: float, block: int = 256
) -> NDArray[F4]:
    """Play `messages` (second, status, data1[, data2[, port]]) from now on; returns (2, n) samples."""
    records = events(engine.rate, *messages)
    records["time"] += engine.clock
    return render_offline(engine, records, round(seconds * engine.rate), block)


def send(engine: Engine, *messages: tuple[int, ...], frames: int = 64) -> NDArray[F4]:
    """Play messages (status, data1[, data2[, port]]) now and render a few frames: (2, frames)."""
    return render(engine, [(0.0, *message) for message in messages], frames / engine.rate)


def sounding(engine: Engine, *stages: int) -> NDArray[Any]:
    """Copies of the voices in `stages`, oldest first; of all that sound when no stage is given."""
    voices = engine.memory.voices
    chosen = voices[np.isin(voices["stage"], stages or (HELD, RELEASED, FADING))]
    return chosen[np.argsort(chosen["serial"])].copy()


def keys(engine: Engine, *stages: int) -> list[int]:
    """Keys of the voices in `stages`, oldest first."""
    return sounding(engine, *stages)["key"].tolist()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for another thread to bring `condition` about."""
    patience = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < patience, "waited in vain"
        time.sleep(0.002)


def cents(found: float, wanted: float) -> float:
    """Interval between two frequencies."""
    return float(1200.0 * np.log2(found / wanted))


def pitch(signal: NDArray[F4], rate: float, near: float) -> float:
    """Frequency in Hz of the partial within 2 Hz of `near`, by its phase a quarter of a second later."""
    hop = round(0.25 * rate)
    window = np.hanning(len(signal) - hop)
    turn = np.exp(-2j * np.pi * near * np.arange(len(signal)) / rate)
    early, late = (np.sum(window * (signal * turn)[start : start + len(window)]) for start in (0, hop))
    return float(near + np.angle(late * np.conj(early)) * rate / (2.0 * np.pi * hop))


def level(signal: NDArray[F4], rate: float, frequency: float) -> float:
    """Amplitude of the partial at `frequency` Hz."""
    window = np.blackman(len(signal))
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(signal)) / rate)
    return float(2.0 * abs(np.sum(window * signal * turn)) / window.sum())


class Lively(Steady):
    """Steady frames, whose notes stir as `motion` (name of a part of the vector: value) says."""

    def __init__(self, motion: dict[str, Any], onset: Any = 0.0, phase: Any = 0.0, **steady: Any):
        super().__init__(**({"levels": (0.1,) * 12} | steady))
        self.motion, self.onset = np.zeros(MOTION, F4), np.zeros((ONSET_BANDS, ONSET_STEPS), F4)
        for name, value in ({"am_zone": 1.0, "fm_zone": 1.0} | motion).items():
            motion_part(self.motion, name)[...] = np.asarray(value, F4)
        self.onset[...] = onset
        self.phase = np.zeros((PARTIALS, 2), F4)
        self.phase[...] = phase

    def reset(self, rows, pitch, velocity, latent) -> Character:
        slopes = super().reset(rows, pitch, velocity, latent).slopes
        said = (
            np.tile(part, (len(rows), *(1,) * part.ndim)) for part in (self.motion, self.onset, self.phase)
        )
        return Character(slopes, *said)
