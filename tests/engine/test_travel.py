"""Travelling: sounding notes follow latent, wheel and pressure, and attacks are rendered anew."""

import numpy as np
import pytest

from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.errors import EngineError
from rtsynth_engine.feeder import LEAD, NEAR
from rtsynth_engine.generators.contract import Character, plain_character
from rtsynth_engine.layout import CACHES, KEYS, READY, STALE, TOUCH
from rtsynth_engine.timbres import MOST_MOVED
from tests.engine.parts import CC, ON, Steady, level, make_engine, render, send, sounding, wait_until
from tests.engine.test_feeder import fed, play

PRESSURE, WHEEL = 0xD0, 1
BLOCK = 512 / 48_000  # seconds of one step of the network
LATENCY = LEAD / 187.5 + 4 * BLOCK  # until the frames written before a move are used up


class Dial(Steady):
    """A generator whose level is its latent, in tenths."""

    def prepare(self, rows: int) -> None:
        self.latents, self.conditioned = np.zeros(rows, np.float32), []

    def reset(self, rows, pitch, velocity, latent) -> Character:
        self.latents[rows] = latent[:, 0]
        return plain_character(np.full((len(rows), 2), [60.0, 0.0], np.float32))

    def condition(self, rows, pitch, velocity, latent) -> Character:
        self.conditioned.append(len(rows))
        return self.reset(rows, pitch, velocity, latent)

    def step(self, rows, time):
        frames = super().step(rows, time).copy()
        frames[:, :, 0] = 0.1 * self.latents[rows, None]
        return frames


def dial(**sound) -> Engine:
    engine = make_engine(generator=Dial(), cached=False)
    engine.set_sound(0, Sound((1.0,), low=60, high=72, reverb=0.0, **sound))
    engine.feeder.settle_cache()
    return engine


def loudness(engine: Engine) -> float:
    """Level of key 69's first partial in units of the latent, over a tenth of a second."""
    return level(render(engine, [], 0.1)[0], 48_000, 440.0) / level(reference(), 48_000, 440.0)


def reference() -> np.ndarray:
    engine = dial()
    render(engine, [(0.0, ON, 69, 127)], 0.3)
    return render(engine, [], 0.1)[0]


def lamps(engine: Engine) -> list[int]:
    return engine.memory.lamps.reshape(CACHES, KEYS)[0, 60:73].tolist()


def held(**sound) -> Engine:
    engine = dial(**sound)
    render(engine, [(0.0, ON, 69, 127)], 0.3)
    return engine


def test_a_sounding_note_follows_its_programs_latent() -> None:
    engine = held()
    engine.move(0, (2.0,))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(2.0, rel=0.01)


def test_a_held_note_whose_latent_passes_through_silence_sounds_again() -> None:
    engine = held()
    render(engine, [], 2.5)
    engine.move(0, (0.0,))
    render(engine, [], 1.5)
    assert np.abs(render(engine, [], 0.1)).max() < 1e-4
    engine.move(0, (2.0,))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(2.0, rel=0.01)


def test_a_voice_is_conditioned_anew_within_two_blocks_of_a_move() -> None:
    engine = held()
    engine.move(0, (2.0,))
    render(engine, [], 2 * BLOCK)
    assert engine.feeder.generator.conditioned == [1]
    render(engine, [], 0.3)
    assert engine.feeder.generator.conditioned == [1]


@pytest.mark.parametrize("voices", [1, 12])
def test_voices_move_soon_where_frames_can_be_written_again(voices: int) -> None:
    engine = dial()
    render(engine, [(0.0, ON, 60 + i, 127) for i in range(voices)], 0.3)
    engine.move(0, (2.0,))
    render(engine, [], NEAR / 187.5 + 2 * BLOCK)
    assert engine.memory.voices[0]["trend"][0] == np.float32(0.2)
    assert engine.telemetry().late_blocks == 0


def test_where_they_cannot_the_frames_written_before_are_played_first() -> None:
    engine = dial()
    engine.feeder.memoryless = False
    render(engine, [(0.0, ON, 60, 127)], 0.3)
    engine.move(0, (2.0,))
    play(engine, BLOCK)
    before = engine.feeder.counts[0]
    engine.feeder.follow()
    assert engine.feeder.generator.conditioned == [1]
    assert engine.feeder.counts[0] == before
    render(engine, [], LATENCY)
    assert engine.memory.voices[0]["trend"][0] == np.float32(0.2)
    assert engine.telemetry().late_blocks == 0


def test_a_stream_that_is_written_again_stays_ahead_while_the_generator_stalls() -> None:
    engine = held()
    engine.move(0, (2.0,))
    play(engine, BLOCK)
    engine.feeder.follow()
    assert engine.feeder.counts[0] - engine.memory.position[0] < LEAD
    assert engine.feeder.serve()  # one step of several, and then no more
    late = engine.telemetry().late_blocks
    play(engine, (LEAD - 6) / 187.5)
    assert engine.telemetry().late_blocks == late


def test_a_move_of_one_program_leaves_the_voices_of_another_alone() -> None:
    engine = held()
    engine.set_sound(1, Sound((1.0,), low=60, high=60))
    engine.move(1, (2.0,))
    render(engine, [], 0.2)
    assert engine.feeder.generator.conditioned == []


def test_notes_to_come_start_from_attacks_that_are_stale_until_they_are_rendered_anew() -> None:
    engine = dial()
    assert lamps(engine) == [READY] * 13
    engine.move(0, (2.0,))
    engine.feeder.fill()
    assert lamps(engine) == [STALE] * 13
    send(engine, (ON, 69, 127))
    assert sounding(engine)["cache"].tolist() == [0]
    assert engine.memory.voices[0]["trend"][0] == np.float32(0.1)
    engine.feeder.settle_cache()
    assert lamps(engine) == [READY] * 13
    send(engine, (ON, 70, 127))
    assert engine.memory.voices[1]["trend"][0] == np.float32(0.2)


def test_attacks_rendered_while_the_latent_moves_on_are_rendered_once_more() -> None:
    engine = dial()
    engine.move(0, (2.0,))
    engine.feeder.fill()
    engine.move(0, (3.0,))
    engine.feeder.settle_cache()
    assert lamps(engine) == [READY] * 13
    np.testing.assert_array_equal(engine.memory.attack[0, 60:73, :, :, 0], np.float32(0.1) * np.float32(3.0))


def test_a_latent_of_another_size_is_refused_in_one_line() -> None:
    engine = dial()
    for attempt in (
        lambda: engine.move(0, (1.0, 2.0)),
        lambda: engine.set_sound(1, Sound((0.0,), wheel=(1.0, 2.0))),
    ):
        with pytest.raises(EngineError, match="2 latents for Organ, which has 1"):
            attempt()


def test_the_wheel_moves_the_timbre_of_its_channels_notes_by_its_offset() -> None:
    engine = held(wheel=(2.0,), vibrato=0.0)
    send(engine, (ON | 1, 60, 127))
    send(engine, (CC, WHEEL, 127))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(3.0, rel=0.01)
    assert engine.memory.voices[1]["trend"][0] == np.float32(0.1)
    send(engine, (CC, WHEEL, 0))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(1.0, rel=0.01)


def test_channel_pressure_moves_the_timbre_and_adds_to_the_wheel() -> None:
    engine = held(wheel=(2.0,), pressure=(-0.5,), vibrato=0.0)
    send(engine, (PRESSURE, 127))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(0.5, rel=0.01)
    send(engine, (CC, WHEEL, 127))
    render(engine, [], LATENCY)
    assert loudness(engine) == pytest.approx(2.5, rel=0.01)


def test_a_note_played_with_the_wheel_up_streams_with_its_offset() -> None:
    engine = dial(wheel=(2.0,), vibrato=0.0)
    render(engine, [(0.0, CC, WHEEL, 127), (0.0, ON, 69, 127)], 0.3)
    assert loudness(engine) == pytest.approx(3.0, rel=0.01)


def test_resetting_the_controllers_lets_go_of_the_pressure() -> None:
    engine = held(pressure=(1.0,))
    send(engine, (PRESSURE, 127))
    send(engine, (CC, 121, 0))
    assert engine.memory.channels[0]["controls"][TOUCH] == 0.0


def test_controllers_without_an_offset_condition_nothing() -> None:
    engine = held()
    for value in range(0, 128, 8):
        send(engine, (CC, WHEEL, value), (PRESSURE, value), frames=512)
    assert engine.feeder.generator.conditioned == []


def test_a_controller_that_trembles_by_one_step_conditions_nothing() -> None:
    engine = held(wheel=(2.0,), vibrato=0.0)
    send(engine, (CC, WHEEL, 64))
    render(engine, [], 0.1)
    before = len(engine.feeder.generator.conditioned)
    for value in (65, 64, 63, 64) * 4:
        send(engine, (CC, WHEEL, value), frames=512)
    assert len(engine.feeder.generator.conditioned) == before


def test_a_wheel_that_moves_all_the_time_conditions_a_few_voices_once_a_block() -> None:
    engine = dial(wheel=(2.0,), vibrato=0.0)
    send(engine, *((ON | c, key, 100) for c in range(5) for key in range(60, 72)))
    assert len(sounding(engine)) == 60
    render(engine, [(0.001 * i, CC | c, WHEEL, i % 128) for i in range(1000) for c in range(5)], 1.0)
    rows = engine.feeder.generator.conditioned
    assert max(rows) == MOST_MOVED
    assert len(rows) <= round(1.0 / BLOCK) + 1
    assert engine.telemetry().late_blocks == 0
    assert fed(engine)


def test_a_timbre_that_moves_makes_no_click() -> None:
    engine = held(wheel=(2.0,), vibrato=0.0)
    sound = render(engine, [(0.1, CC, WHEEL, 127)], 0.5)[0]
    steepest = 2.0 * np.pi * 440.0 / 48_000 * np.abs(sound).max()
    assert np.abs(np.diff(sound)).max() < 1.1 * steepest


def test_what_travels_sounds_the_same_at_every_block_size() -> None:
    piece = [(0.0, ON, 69, 127), (0.05, CC, WHEEL, 90), (0.11, PRESSURE, 30), (0.2, CC, WHEEL, 10)]
    first, *others = (
        render(dial(wheel=(2.0,), pressure=(-0.5,)), piece, 0.5, block) for block in (64, 17, 480, 4096)
    )
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_the_generator_thread_follows_moves_while_it_plays() -> None:
    engine = held()
    engine.feeder.start()
    try:
        engine.move(0, (3.0,))
        play(engine, 0.2)
        wait_until(lambda: fed(engine) and lamps(engine) == [READY] * 13)
        play(engine, 0.1)
        assert engine.memory.voices[0]["trend"][0] == pytest.approx(0.3)
    finally:
        engine.close()


@pytest.mark.parametrize(("vibrato", "swing"), [(1.0, 50.0), (0.5, 25.0), (0.0, 0.0)])
def test_the_share_of_the_wheel_that_is_vibrato_is_the_sounds_own(vibrato: float, swing: float) -> None:
    engine = held(vibrato=vibrato)
    sound = render(engine, [(0.0, CC, WHEEL, 127)], 1.0)[0, 4800:]
    turned = sound * np.exp(-2j * np.pi * 440.0 * np.arange(len(sound)) / 48_000)
    turns = np.unwrap(np.angle(np.convolve(turned, np.hanning(960), "valid")))
    hertz = 440.0 + np.diff(turns[::48]) / (2.0 * np.pi * 0.001)
    assert 1200.0 * np.log2(hertz.max() / 440.0) == pytest.approx(swing, abs=3.0)


def test_a_velocity_curve_bends_velocities_and_keeps_their_ends() -> None:
    heard = []
    for curve in (0.5, 1.0, 2.0):
        engine = dial(velocity_curve=curve)
        send(engine, (ON, 60, 127), (ON, 64, 32))
        heard.append(sounding(engine)["velocity"].tolist())
    np.testing.assert_allclose(heard, [[1.0, (32 / 127) ** curve] for curve in (0.5, 1.0, 2.0)], rtol=1e-6)
