"""The heads whose frames are sound: read at the note's own speed, from the attack cache, then the stream."""

import numpy as np
import pytest

from rtsynth_engine.heads.waveform import sinc_table
from rtsynth_engine.layout import PHASES, READY, TAPS
from tests.engine.parts import BEND, OFF, ON, Sines, cents, keys, level, pitch, render, send, sound_engine

RATE = 48_000.0
A = 440.0


def hertz(key: float) -> float:
    return A * 2.0 ** ((key - 69) / 12)


def test_a_note_sounds_at_its_pitch_and_level_from_cache_and_stream():
    left, _ = render(sound_engine(), [(0.0, ON, 69, 127)], 1.5)
    begin, end = left[4_800:14_400], left[24_000:72_000]
    assert abs(cents(pitch(end, RATE, A), A)) < 0.01
    assert level(begin, RATE, A) == pytest.approx(level(end, RATE, A), rel=1e-3)


def residue(sound: np.ndarray, rate: float, frequency: float) -> float:
    """What is not a sine of that frequency, against it."""
    turns = 2 * np.pi * frequency * np.arange(len(sound)) / rate
    waves = np.stack([np.sin(turns), np.cos(turns)], 1)
    found, *_ = np.linalg.lstsq(waves, sound, rcond=None)
    return float(np.abs(sound - waves @ found).max() / np.linalg.norm(found))


def settled(engine):
    """The engine after the fade it begins with."""
    render(engine, [], 0.1)
    return engine


def test_the_stream_goes_on_from_the_cache_without_a_seam():
    left, _ = render(settled(sound_engine()), [(0.0, ON, 69, 127)], 0.6)
    assert residue(left[9_000:], RATE, A) < 1e-3


@pytest.mark.parametrize("semitones", [-2.0, 0.37, 2.0])
def test_a_bend_is_exact(semitones: float):
    value = round(8192 * semitones / 2) + 8192
    value = min(value, 16383)
    engine = sound_engine()
    left, _ = render(engine, [(0.0, BEND, value & 127, value >> 7), (0.1, ON, 60, 127)], 1.6)
    wanted = hertz(60 + 2 * (value - 8192) / 8192)
    assert abs(cents(pitch(left[24_000:], RATE, wanted), wanted)) < 0.02


def test_keys_beyond_the_range_are_read_faster_or_slower():
    for key in (48, 91):
        left, _ = render(sound_engine(low=60, high=72), [(0.0, ON, key, 127)], 1.5)
        assert abs(cents(pitch(left[12_000:], RATE, hertz(key)), hertz(key))) < 0.02


def test_the_samples_do_not_depend_on_the_period():
    notes = [(0.0, ON, 60, 100), (0.0137, ON, 67, 70), (0.2, BEND, 3, 90), (0.3, OFF, 60, 64)]
    first = render(sound_engine(), notes, 0.5, 64)
    for block in (1, 100, 512):
        np.testing.assert_array_equal(render(sound_engine(), notes, 0.5, block), first)


def test_at_the_generators_own_rate_samples_come_out_as_they_are():
    left, _ = render(settled(sound_engine(16_000.0)), [(0.0, ON, 69, 127)], 0.5)
    assert residue(left[3_000:], 16_000.0, A) < 1e-3


def test_what_lies_above_the_devices_range_does_not_fold_back():
    inside, above = (
        np.abs(render(sound_engine(8_000.0), [(0.0, ON, key, 127)], 0.5)[0][800:]).max() for key in (100, 112)
    )  # 2.6 and 5.3 kHz, of which 4 can be heard
    assert above < 0.01 * inside


def test_velocity_is_gain_where_the_network_knows_none():
    loud, soft = (
        level(render(sound_engine(), [(0.0, ON, 69, velocity)], 0.3)[0][4_800:], RATE, A)
        for velocity in (127, 64)
    )
    assert soft / loud == pytest.approx((64 / 127) ** 2, rel=1e-2)


def test_a_network_that_knows_velocity_plays_one_layer():
    engine = sound_engine(generator=Sines(velocity_layers=5))
    send(engine, (ON, 69, 127), (ON, 60, 70))
    assert engine.memory.requests["velocity"][:2].tolist() == pytest.approx([1.0, 0.6])


class Stalling(Sines):
    """Stops answering while `stalled`."""

    stalled = False

    def step(self, rows, time):
        if self.stalled:
            raise RuntimeError("no answer")
        return super().step(rows, time)


def steepest(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound)).max())


def test_a_late_stream_goes_and_comes_back_without_a_click():
    engine = sound_engine(generator=Stalling())
    calm, _ = render(engine, [(0.0, ON, 69, 127)], 0.5)
    engine.feeder.generator.stalled = True
    serve, engine.feeder.serve = engine.feeder.serve, lambda: False
    gone, _ = render(engine, [], 0.7)
    engine.feeder.serve, engine.feeder.generator.stalled = serve, False
    back, _ = render(engine, [], 0.7)
    assert np.abs(gone[-4_800:]).max() < 1e-4
    assert engine.telemetry().late_blocks > 0
    assert level(back[-24_000:], RATE, A) == pytest.approx(level(calm[-12_000:], RATE, A), rel=1e-2)
    assert steepest(np.concatenate([calm[480:], gone, back])) < 1.1 * steepest(calm[480:])


class Broken(Sines):
    """Says what is no number from a second on, for a second."""

    def step(self, rows, time):
        sound = super().step(rows, time)
        sound[(time > 1.0) & (time < 2.0), 1, 100] = np.nan
        return sound


def test_a_block_that_is_no_number_is_left_out_without_a_click():
    left, _ = render(sound_engine(generator=Broken()), [(0.0, ON, 69, 127)], 3.0)
    assert np.isfinite(left).all()
    assert np.abs(left[72_000:86_400]).max() < 1e-4
    assert level(left[-24_000:], RATE, A) == pytest.approx(level(left[24_000:43_200], RATE, A), rel=1e-2)
    assert steepest(left[480:]) < 1.1 * steepest(left[480:43_200])


def test_a_sound_that_has_ended_frees_its_voice():
    engine = sound_engine(generator=Sines(end=0.4))
    render(engine, [(0.0, ON, 69, 127)], 3.0)
    assert keys(engine) == []


def test_a_one_shot_sounds_to_its_end():
    engine = sound_engine(generator=Sines(end=1.0), one_shot=True)
    left, _ = render(engine, [(0.0, ON, 69, 127), (0.05, OFF, 69, 64)], 3.5)
    assert level(left[24_000:45_000], RATE, A) > 0.1
    assert keys(engine) == []


def test_keys_of_a_group_choke_each_other():
    engine = sound_engine(one_shot=True, choke=((60, 62), (64, 65)))
    render(engine, [(0.0, ON, 60, 127), (0.1, ON, 64, 127), (0.2, ON, 62, 127)], 0.3)
    assert keys(engine) == [64, 62]


def test_every_key_of_a_kit_has_its_own_latent():
    engine = sound_engine(low=60, high=61, keys={60: (0.1,), 61: (0.4,)})
    quiet, loud = (
        level(
            render(engine, [(0.0, ON, key, 127), (0.4, OFF, key, 0)], 1.5)[0][2_400:16_800], RATE, hertz(key)
        )
        for key in (60, 61)
    )
    assert loud / quiet == pytest.approx(4.0, rel=1e-2)


def test_a_note_without_a_cached_attack_waits_for_its_stream():
    left, _ = render(sound_engine(cached=False), [(0.0, ON, 69, 127)], 1.0)
    assert level(left[24_000:], RATE, A) > 0.1


def test_the_table_reads_between_samples():
    table = sinc_table()
    assert table.shape == (PHASES + 1, TAPS)
    np.testing.assert_allclose(table[0], np.eye(TAPS)[TAPS // 2 - 1], atol=1e-7)
    np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-3)


def test_a_kit_plays_on_the_channel_of_drums_and_a_piano_does_not():
    for sound, heard in (({"keys": {60: (0.4,)}}, [60]), ({}, [])):
        engine = sound_engine(low=60, high=60, **sound)
        send(engine, (ON | 9, 60, 100))
        assert keys(engine) == heard


def test_attacks_that_are_not_waited_for_are_rendered_while_it_sounds():
    engine = sound_engine(cached=False)
    engine.prepare(seconds=0.0)
    before = int((engine.memory.lamps == READY).sum())
    render(engine, [(0.0, ON, 60, 100)], 0.5)
    engine.feeder.settle_cache()
    assert before < 128 == int((engine.memory.lamps == READY).sum())
