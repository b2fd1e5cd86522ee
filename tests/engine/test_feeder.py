"""The generator thread: whatever a network does, the sound stays finite, notes end, and it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from rtsynth_engine.engine import Engine
from rtsynth_engine.feeder import LEAD
from rtsynth_engine.generators.contract import plain_character
from rtsynth_engine.generators.onnx import Batch
from rtsynth_engine.layout import BLEND_FROM, HELD, VOICES
from rtsynth_engine.streaming import gather_demand
from tests.engine.parts import CC, OFF, ON, Organ, Steady, keys, level, make_engine, render, send, wait_until

PERIOD = 256


class Faulty(Organ):
    """An organ that breaks when told to; `released` lets a stalled step go on."""

    def __init__(self) -> None:
        self.fault, self.released, self.steps, self.stalled = "", threading.Event(), 0, False

    def step(self, rows, time):
        self.steps += 1
        frames = super().step(rows, time)
        if self.fault == "raises":
            raise RuntimeError("out of memory")
        if self.fault == "stalls":
            self.stalled = True
            self.released.wait()
        elif self.fault == "has the wrong shape":
            return frames[:, :, :100]
        elif self.fault == "has the wrong type":
            return frames.astype(np.float64)
        elif self.fault:
            frames = frames.copy()
            frames[:, :, 1] = float(self.fault)
        return frames


FAULTS = ["raises", "has the wrong shape", "has the wrong type", "nan", "inf", "-inf", "1e30", "-1"]


def play(engine: Engine, seconds: float) -> np.ndarray:
    """Call the block as a driver does, whether the generator keeps up or not: (2, n)."""
    out = np.zeros((2, round(seconds * engine.rate) // PERIOD * PERIOD), np.float32)
    for start in range(0, out.shape[1], PERIOD):
        engine.process(out[0, start : start + PERIOD], out[1, start : start + PERIOD])
    return out


@contextmanager
def served(engine: Engine) -> Iterator[None]:
    engine.feeder.start()
    try:
        yield
    finally:
        engine.feeder.generator.released.set()
        engine.close()


def failures(engine: Engine) -> int:
    return engine.feeder.failures + engine.telemetry().bad_blocks


def fed(engine: Engine) -> bool:
    """Whether every voice's stream is ahead of it."""
    feeder, serials = engine.feeder, engine.memory.serials
    ahead = feeder.counts - engine.memory.position >= LEAD
    return bool(np.all(ahead[serials > 0] & (feeder.seen == serials)[serials > 0]))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_generator_that_breaks_is_counted_and_heard_again_once_it_works(fault: str) -> None:
    generator = Faulty()
    engine = make_engine(generator=generator, release=0.05, reverb=0.0)
    with served(engine):
        engine.push(0, ON, 60, 100)
        play(engine, 0.1)
        wait_until(lambda: fed(engine))
        generator.fault = fault
        held = play(engine, 1.0)
        wait_until(lambda: failures(engine) > 0)
        assert np.all(np.isfinite(held))
        assert np.abs(held[:, -4800:]).max() > 0.01  # the last frames go on
        engine.push(engine.clock, OFF, 60, 0)
        play(engine, 0.3)
        assert keys(engine) == []
        generator.fault = ""
        engine.push(engine.clock, ON, 62, 100)
        play(engine, 0.05)
        wait_until(lambda: fed(engine))
        assert np.abs(play(engine, 0.05)).max() > 0.01


def test_a_failure_is_told_in_one_line() -> None:
    generator = Faulty()
    engine = make_engine(generator=generator, cached=False)
    generator.fault = "raises"
    with served(engine):
        wait_until(lambda: engine.feeder.failures > 0)
    assert engine.feeder.last_failure == "RuntimeError: out of memory"


def test_bad_blocks_leave_no_trace_of_the_note_before() -> None:
    generator = Faulty()
    engine = make_engine(generator=generator, cached=False, release=0.05, reverb=0.0)
    render(engine, [(0.0, ON, 60, 127), (0.3, CC, 120, 0)], 0.4)
    generator.fault = "nan"
    silent = render(engine, [(0.0, ON, 72, 127)], 0.15)
    generator.fault = ""
    assert np.abs(silent).max() < 1e-4
    assert np.abs(render(engine, [], 0.2)).max() > 0.01


def test_one_bad_block_within_a_note_is_bridged_by_its_last_frame() -> None:
    engine = make_engine(generator=(generator := Faulty()), cached=False, reverb=0.0)
    render(engine, [(0.0, ON, 69, 127)], 0.5)
    generator.fault = "nan"
    while engine.telemetry().bad_blocks == 0:
        render(engine, [], PERIOD / engine.rate)
    generator.fault = ""
    sound = render(engine, [], 0.5)[0]
    levels = [level(sound[i : i + 2400], 48_000, 440.0) for i in range(0, 20_000, 240)]
    assert np.ptp(20.0 * np.log10(np.abs(levels[1:]) / np.abs(levels[:-1]))) < 0.1


def test_a_stalled_generator_drops_what_it_missed_and_comes_back_in_time() -> None:
    generator = Faulty()
    engine = make_engine(generator=generator)
    with served(engine):
        engine.push(0, ON, 60, 100)
        play(engine, 0.1)
        wait_until(lambda: fed(engine))
        generator.fault = "stalls"
        play(engine, 0.2)
        wait_until(lambda: generator.stalled)
        held = play(engine, 4.0)  # 750 frames
        late = engine.telemetry().late_blocks
        assert np.all(np.isfinite(held))
        assert np.abs(held[:, -4800:]).max() > 0.01
        assert late > 600
        generator.fault, before = "", generator.steps
        generator.released.set()
        wait_until(lambda: fed(engine))
        assert generator.steps - before < 30  # not the 375 steps of four seconds
        play(engine, 0.05)
        assert engine.telemetry().late_blocks == late


def test_notes_end_while_the_generator_stalls_and_the_engine_still_closes() -> None:
    generator = Faulty()
    engine = make_engine(generator=generator, release=0.05)
    generator.fault = "stalls"
    engine.feeder.start()
    engine.push(0, ON, 60, 100)
    assert np.abs(play(engine, 0.5)).max() > 0.01
    wait_until(lambda: generator.stalled)
    engine.push(engine.clock, OFF, 60, 0)
    play(engine, 0.3)
    assert keys(engine) == []
    engine.close()
    generator.released.set()


def test_a_voice_without_attack_cache_starts_when_its_first_frames_come() -> None:
    engine = make_engine(generator=Steady(), cached=False, reverb=0.0)
    engine.push(0, ON, 69, 100)
    assert np.all(play(engine, 0.1) == 0.0)
    assert keys(engine, HELD) == [69]
    engine.feeder.settle()
    sound = play(engine, 0.1)[0]
    assert np.nonzero(sound)[0][0] < 64  # at the next tick
    assert level(sound[2400:], 48_000, 440.0) > 0.1


def test_a_note_released_before_its_first_frames_never_sounds_and_ends() -> None:
    engine = make_engine(generator=Steady(), cached=False, release=0.05)
    engine.push(0, ON, 69, 100)
    engine.push(100, OFF, 69, 0)
    assert np.all(play(engine, 0.3) == 0.0)
    assert keys(engine) == []


def test_the_handover_from_attack_cache_to_stream_has_no_step() -> None:
    sound = render(make_engine(reverb=0.0), [(0.0, ON, 81, 80)], 0.4)[0]
    starts = np.arange(2400, 16_000, 240)  # 50 ms … 330 ms: the stream takes over from 64 ms to 107 ms
    levels = np.array([level(sound[i : i + 1200], 48_000, 880.0) for i in starts])
    wanted = np.exp(-0.5 * starts / 48_000)
    assert np.ptp(20.0 * np.log10(levels / wanted)) < 0.1


def test_a_stream_that_differs_from_its_cache_takes_over_gradually() -> None:
    class LouderAttack(Steady):
        def step(self, rows, time):
            frames = super().step(rows, time)
            frames[rows >= VOICES, :, 0] *= 1.5
            return frames

    sound = render(make_engine(generator=LouderAttack(), reverb=0.0), [(0.0, ON, 81, 100)], 0.2)[0]
    levels = np.array([level(sound[i : i + 480], 48_000, 880.0) for i in range(1440, 8000, 256)])
    assert levels[0] / levels[-1] == pytest.approx(1.5, rel=0.02)
    assert -np.diff(levels).min() / levels[-1] < 0.08  # half as much again, over eight frames of 256 samples


class Falling(Steady):
    """Steady frames of a note whose late decay is 20 dB a second."""

    def reset(self, rows, pitch, velocity, latent):
        return plain_character(np.full((len(rows), 2), [60.0, 20.0], np.float32))


@pytest.mark.parametrize(
    "generator", [Falling((0.2,)), Falling((0.0,), noise=0.02)], ids=["partials", "noise"]
)
def test_beyond_the_longest_trained_time_a_note_falls_at_its_late_decay(generator: Falling) -> None:
    engine = make_engine(generator=generator, reverb=0.0)
    sound = render(engine, [(0.0, ON, 69, 100)], 6.5)[0]
    early, trained, late = (
        20 * np.log10(np.sqrt(np.mean(sound[round(t * 48_000) :][:19_200] ** 2))) for t in (1.0, 3.5, 6.0)
    )
    assert abs(trained - early) < 0.5
    assert abs(trained - late - 44.0) < 2.0  # from 4.0 s to the middle of the last 0.4 s


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_note_whose_slopes_are_no_numbers_still_ends(wrong: float) -> None:
    class Slopeless(Steady):
        def reset(self, rows, pitch, velocity, latent):
            return plain_character(np.full((len(rows), 2), wrong, np.float32))

    engine = make_engine(generator=Slopeless((0.1,)), release=0.1)
    sound = render(engine, [(0.0, ON, 69, 100), (0.2, OFF, 69, 0)], 3.0)
    assert np.all(np.isfinite(sound))
    assert keys(engine) == []


def test_a_note_of_the_cache_sounds_like_one_of_the_stream() -> None:
    cached, streamed = (
        render(make_engine(reverb=0.0, cached=cached), [(0.0, ON, 81, 70)], 0.3) for cached in (True, False)
    )
    found, wanted = (level(sound[0, 1200:4800], 48_000, 880.0) for sound in (cached, streamed))
    assert found == pytest.approx(wanted, rel=0.01)


def test_every_voice_is_fed_when_more_sound_than_one_step_can_take() -> None:
    engine = make_engine(polyphony=128, cached=False, generator=Steady())
    send(engine, *((ON | c, key, 64) for c in (0, 1, 2, 3) for key in range(40, 80)), frames=64)
    engine.feeder.settle()
    assert fed(engine)


def test_an_output_that_the_network_leaves_unwritten_is_not_a_number() -> None:
    class Idle:
        def io_binding(self):
            return self

        def bind_ortvalue_input(self, *arguments) -> None: ...

        def bind_ortvalue_output(self, *arguments) -> None: ...

        def run_with_iobinding(self, binding) -> None: ...

    batch = Batch(Idle(), 4, {}, {}, {"amplitude": (2, 96)})
    batch.results["amplitude"][:] = 0.5
    batch.run()
    assert np.all(np.isnan(batch.results["amplitude"]))


def test_beyond_what_a_step_takes_streams_that_end_soonest_come_first():
    """A note that has not begun plays its cached attack for longer than a stream that is ten frames ahead."""
    memory = make_engine(cached=False).memory
    memory.serials[:3], memory.position[:3] = (7, 8, 9), (0, 40, 40)
    memory.requests["first"][:3] = BLEND_FROM, 0, 0
    seen, counts, out = (np.zeros(VOICES, np.int64) for _ in range(3))
    seen[1:3], counts[1:3] = (8, 9), (40 + BLEND_FROM + 2, 40 + BLEND_FROM + 1)
    asked = memory.serials, memory.position, memory.requests, BLEND_FROM + 1, 1, seen, counts, out
    assert gather_demand(*asked) == 3
    assert list(out[:3]) == [2, 1, 0]
