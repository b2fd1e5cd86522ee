"""Where a period goes: each part of the callback and of the network alone, at 128 held voices, in µs per
period of 64 frames.

Every part is the engine's own function, repeated on the state of voices that sound; what a call costs in
itself is taken off. Their sum may lie below the whole, for parts disturb each other's caches. `apiece`: the
same per voice. What happens once per frame of the network, 256 samples at 48 kHz, or once per long step,
counts by its share of a period; all voices of this chord have their frames at the same time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtsynth.lineup import choose_lineup
from rtsynth_engine.block import add_ramped, aim_gains, voice_gains
from rtsynth_engine.compiling import offline
from rtsynth_engine.effects import make_safe, reverberate
from rtsynth_engine.engine import Engine
from rtsynth_engine.feeder import LONGEST_SPAN
from rtsynth_engine.heads.noise import ask_noise, gather_noise, render_noise
from rtsynth_engine.heads.partials import gather_partials, render_partials, scatter_partials
from rtsynth_engine.layout import FREE, TICK, VOICES
from rtsynth_engine.streaming import copy_frame, deliver_blocks, stir_frame

from ..context import Context
from ..figures import Figure, quantiles
from ..players import HELD, MELODIC, NOTE_ON, VELOCITY
from ..snapshots import render

HELD_VOICES = 128
RATE = 48_000.0
PERIOD = TICK
F4 = np.float32


@offline
def oscillators(block: NDArray[Any]) -> None:
    """One tick of every voice's partials."""
    memory = block[0]
    for v in range(VOICES):
        if memory.voices[v].stage != FREE:
            render_partials(memory.voices[v], memory.scratch[3], TICK)


@offline
def mixing(block: NDArray[Any]) -> None:
    """Every voice onto three buses."""
    memory = block[0]
    sound = memory.scratch[3]
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE:
            add_ramped(memory.scratch[0], sound, voice.left, voice.left_step, 0, TICK)
            add_ramped(memory.scratch[1], sound, voice.right, voice.right_step, 0, TICK)
            add_ramped(memory.scratch[2], sound, voice.send, voice.send_step, 0, TICK)


@offline
def gains(block: NDArray[Any]) -> None:
    """Every voice's gains, and what noise it asks for."""
    memory = block[0]
    state = memory.state[0]
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE:
            left, right, send, chorus = voice_gains(memory, voice)
            aim_gains(voice, left, right, send, chorus, TICK)
            ask_noise(state, voice, left, right, send)


@offline
def aiming(block: NDArray[Any]) -> None:
    """Every voice's partials and noise, once per frame."""
    memory = block[0]
    state = memory.state[0]
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE:
            scatter_partials(voice)
            turn = np.float32(2.0 * np.pi * voice.hertz / state.rate)
            gather_partials(voice, np.float32(0.5), turn, voice.hertz, 4 * TICK, state.audible)
            voice.power = gather_noise(voice, np.float32(0.5))


@offline
def stirring(block: NDArray[Any]) -> None:
    """Every voice's partials, once per frame."""
    memory = block[0]
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE:
            copy_frame(voice.later, voice.trend)
            stir_frame(memory, v, voice.frame_index + 1)


@offline
def noise(block: NDArray[Any]) -> None:
    """The noise of all voices, both channels."""
    memory = block[0]
    render_noise(memory, memory.scratch[0], False, TICK)
    render_noise(memory, memory.scratch[1], True, TICK)


@offline
def effects(block: NDArray[Any]) -> None:
    """Reverb and safety stage."""
    memory = block[0]
    left, right, send = memory.scratch[0], memory.scratch[1], memory.scratch[2]
    reverberate(memory, send, left, right, TICK)
    make_safe(memory, left, right, TICK, memory.telemetry[0])


def run(context: Context) -> Iterator[Figure]:
    """Figures of every part, and of the whole callback."""
    context.tell("preparing the engine")
    lineup = choose_lineup(context.options.preset or HELD)
    context.setup(preset=lineup.preset.id, driver="none", period=PERIOD, rate=RATE)
    with closing(Engine(lineup.bundle, RATE, HELD_VOICES)) as engine:
        lineup.load(engine)
        engine.prepare([lineup.start])
        hold(engine, lineup.sounds[lineup.start].low)
        rounds = context.pick(4000, 1000, 5)
        itself = median(timed(lambda: empty(engine.memory.block), rounds))
        for name, part, share in (*callback_parts(engine), *network_parts(engine)):
            context.tell(name)
            spent = median(timed(part, rounds if share > 0.02 else rounds // 20)) - itself
            yield from figures(name, 1e6 * share * spent)


def hold(engine: Engine, lowest: int) -> None:
    """Let all voices sound for two seconds."""
    for i in range(HELD_VOICES):
        engine.push(engine.clock, NOTE_ON | MELODIC[i // 60], lowest + i % 60, VELOCITY)
    for _ in range(int(2.0 * RATE / 256)):
        engine.feeder.settle()
        render(engine, 256, 256)


Part = tuple[str, Callable[[], object], float]


def callback_parts(engine: Engine) -> Iterator[Part]:
    """Name, what to call, and how many times a period it happens."""
    memory, out = engine.memory, np.zeros((2, PERIOD), F4)
    per_frame = float(memory.state[0]["frames_per_sample"]) * PERIOD
    each: tuple[tuple[Callable[[NDArray[Any]], None], float], ...] = (
        (oscillators, 1.0),
        (mixing, 1.0),
        (gains, 1.0),
        (aiming, per_frame),
        (stirring, per_frame),
        (noise, 1.0),
        (effects, 1.0),
    )
    yield "the whole callback", lambda: periods(engine, out), per_frame
    for part, share in each:
        yield f"callback: {part.__name__}", lambda part=part: part(memory.block), share  # type: ignore[misc]


def periods(engine: Engine, out: NDArray[F4]) -> None:
    """All the periods of one frame of the network."""
    for _ in range(round(1.0 / (float(engine.memory.state[0]["frames_per_sample"]) * PERIOD))):
        engine.process(out[0], out[1])


@offline
def empty(block: NDArray[Any]) -> None:
    """What a call costs in itself."""


def network_parts(engine: Engine) -> Iterator[Part]:
    """A long step of every voice, and its frames on their way."""
    feeder, memory = engine.feeder, engine.memory
    rows = np.flatnonzero(memory.serials > 0)
    times, spans = np.full(len(rows), 1.0, F4), np.full(len(rows), LONGEST_SPAN)
    share = float(memory.state[0]["frames_per_sample"]) * PERIOD / LONGEST_SPAN
    blocks = feeder.generator.step(rows, times).copy()
    counts = np.full(VOICES, 512)
    yield "network: steps", lambda: feeder.generator.step(rows, times), share

    def deliver() -> None:
        deliver_blocks(memory.block, rows, feeder.seen, counts, counts, spans, blocks)

    yield "network: frames between steps", deliver, share


def timed(part: Callable[[], Any], rounds: int) -> NDArray[np.float64]:
    """Seconds of each of `rounds` calls; the first ones, which compile, are not counted."""
    part()
    spent = np.zeros(max(rounds, 3))
    for i in range(len(spent)):
        began = time.perf_counter()
        part()
        spent[i] = time.perf_counter() - began
    return spent


def median(spent: NDArray[np.float64]) -> float:
    """The median, in the unit of `spent`."""
    return quantiles(spent)["median"]


def figures(what: str, spent: float) -> Iterator[Figure]:
    """Of microseconds per period."""
    yield Figure(what, "median", spent, "µs per period")
    yield Figure(what, "share", 100.0 * spent * 1e-6 * RATE / PERIOD, "% of a core")
    yield Figure(what, "apiece", 1e3 * spent / HELD_VOICES, "ns")
