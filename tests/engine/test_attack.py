"""The attack cache: which keys are ready, in which order, and who has to go when it is full."""

import numpy as np
import pytest

from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import CACHES, KEYS, MISSING, PARTIALS, READY, VOICES
from tests.engine.parts import (
    CC,
    ON,
    PROGRAM,
    Organ,
    Steady,
    cents,
    keys,
    level,
    make_engine,
    pitch,
    render,
    send,
    sounding,
)
from tests.engine.test_feeder import Faulty


def ready(engine: Engine, slot: int = 0) -> list[int]:
    return np.nonzero(engine.memory.lamps.reshape(CACHES, KEYS)[slot] == READY)[0].tolist()


def choose(engine: Engine, program: int) -> None:
    """Put every channel on a program and fill its cache."""
    engine.select(program)
    engine.feeder.settle_cache()


def crowd() -> Engine:
    """An engine with more programs than caches, each of one key."""
    engine = make_engine(generator=Steady(), cached=False)
    for program in range(CACHES + 4):
        engine.set_sound(program, Sound((0.0,), low=60, high=60))
    return engine


def test_the_cache_covers_the_keys_of_the_chosen_program() -> None:
    assert ready(make_engine(low=48, high=72)) == list(range(48, 73))


def test_the_middle_keys_are_ready_first() -> None:
    engine = make_engine(cached=False)
    while not ready(engine):
        assert engine.feeder.fill()
    first = ready(engine)
    rest = set(range(KEYS)) - set(first)
    assert rest
    assert max(abs(key - 60) for key in first) <= min(abs(key - 60) for key in rest)
    engine.feeder.settle_cache()
    assert len(ready(engine)) == KEYS


def test_prepare_fills_the_caches_of_all_programs_it_is_given() -> None:
    engine = crowd()
    engine.prepare([3, 5])
    assert {3, 5} <= set(engine.feeder.cache.programs)
    assert all(ready(engine, int(engine.memory.programs[p]["cache"])) == [60] for p in (0, 3, 5))


def test_a_note_sounds_at_once_from_a_cache_and_late_without_one() -> None:
    engine = make_engine(low=60, high=61)
    send(engine, (ON, 60, 100))
    engine.memory.lamps[:KEYS] = MISSING
    send(engine, (ON, 61, 100))
    assert sounding(engine)["cache"].tolist() == [0, -1]


def test_a_program_chosen_while_playing_is_filled_in_quiet_moments() -> None:
    engine = make_engine(low=60, high=64)
    engine.set_sound(7, Sound((0.0,), low=60, high=61))
    send(engine, (PROGRAM | 3, 7))
    engine.feeder.settle_cache()
    assert ready(engine, int(engine.memory.programs[7]["cache"])) == [60, 61]


def test_the_least_recently_chosen_program_gives_up_its_cache() -> None:
    engine = crowd()
    for program in (*range(CACHES), 0):
        choose(engine, program)
    choose(engine, CACHES)
    programs = engine.feeder.cache.programs
    assert 1 not in programs
    assert {0, 2, CACHES} <= set(programs)
    assert engine.memory.programs[1]["cache"] == -1


def test_a_cache_that_a_voice_reads_is_never_taken() -> None:
    engine = crowd()
    for program in range(CACHES):
        choose(engine, program)
    engine.select(0)
    send(engine, (ON, 60, 100))
    choose(engine, CACHES)
    programs = engine.feeder.cache.programs
    assert 0 in programs
    assert 1 not in programs


def test_more_programs_at_once_than_caches_play_on_from_the_stream() -> None:
    engine = crowd()
    engine.memory.channels["program"][: CACHES + 4] = np.arange(CACHES + 4)
    engine.feeder.settle_cache()
    assert None not in engine.feeder.cache.programs
    for channel in range(16):
        send(engine, (ON | channel, 60, 100), (ON | channel, 60, 100, 1))
    assert len(keys(engine)) == 32 - 2
    assert np.abs(render(engine, [], 0.3)[:, -4800:]).max() > 0.1


def test_a_program_whose_attacks_failed_is_tried_again() -> None:
    generator = Faulty()
    engine = make_engine(generator=generator, cached=False, low=60, high=63)
    for fault in ("raises", "has the wrong shape"):
        generator.fault = fault
        with pytest.raises((RuntimeError, ValueError)):
            engine.feeder.settle_cache()
        assert engine.memory.programs[0]["cache"] == -1
    generator.fault = ""
    engine.feeder.settle_cache()
    assert ready(engine, int(engine.memory.programs[0]["cache"])) == [60, 61, 62, 63]


def test_attacks_that_are_not_finite_are_never_ready() -> None:
    generator = Faulty()
    generator.fault = "nan"
    assert ready(make_engine(generator=generator, low=60, high=63)) == []


def test_filling_the_cache_disturbs_no_voice_that_streams() -> None:
    class Rows(Organ):
        def reset(self, rows, pitch, velocity, latent):
            used.update(rows.tolist())
            return super().reset(rows, pitch, velocity, latent)

    used: set[int] = set()
    make_engine(generator=Rows())
    assert min(used) >= VOICES


def test_the_release_of_a_note_is_its_instruments_own() -> None:
    engine = make_engine(generator=Steady(), reverb=0.0)
    send(engine, (ON, 69, 100), frames=9600)
    sound = np.abs(render(engine, [(0.0, 0x80, 69, 0)], 0.6)[0])
    fallen = sound[24_000:24_480].max() / sound[4800:5280].max()  # 0.4 s later, at 60 dB per second
    assert 20.0 * np.log10(fallen) == np.clip(20.0 * np.log10(fallen), -24.5, -23.5)


def test_all_sound_off_frees_the_cache_for_another_program() -> None:
    engine = crowd()
    for program in range(CACHES):
        choose(engine, program)
    engine.select(0)
    send(engine, (ON, 60, 100))
    render(engine, [(0.0, CC, 120, 0)], 0.05)
    choose(engine, CACHES)
    assert 0 not in engine.feeder.cache.programs


def test_a_key_that_is_not_ready_starts_at_once_from_the_nearest_that_is() -> None:
    engine = make_engine(low=60, high=70, reverb=0.0)
    lamps = engine.memory.lamps[:KEYS]
    lamps[[62, 63, 64]] = MISSING
    send(engine, (ON, 62, 100), (ON, 64, 100), (ON, 66, 100))
    assert sounding(engine)["attack"].tolist() == [61, 65, 66]


def test_a_borrowed_attack_sounds_at_the_notes_own_pitch_and_gives_way_to_its_own_stream() -> None:
    class Keyed(Steady):  # every key its own loudness
        def prepare(self, rows: int) -> None:
            self.pitch = np.zeros(rows, np.float32)

        def reset(self, rows, pitch, velocity, latent):
            self.pitch[rows] = pitch
            return super().reset(rows, pitch, velocity, latent)

        def step(self, rows, time):
            return super().step(rows, time) * np.where(self.pitch == 69.0, 0.5, 1.0)[rows, None, None]

    class Ratios(Keyed):
        def step(self, rows, time):
            frames = super().step(rows, time).astype(np.float32)
            frames[:, :, PARTIALS : 2 * PARTIALS] = self.frame[PARTIALS : 2 * PARTIALS]
            return frames

    engine = make_engine(generator=Ratios([0.2]), reverb=0.0, low=60, high=80)
    engine.memory.lamps[69] = MISSING
    sound = render(engine, [(0.0, ON, 69, 127)], 0.4)[0]
    assert np.flatnonzero(np.abs(sound) > 1e-6)[0] < 4
    early, late = sound[480:2880], sound[12_000:14_400]
    assert abs(cents(pitch(sound[480:], 48_000, 440.0), 440.0)) < 1.0
    assert level(early, 48_000, 440.0) / level(late, 48_000, 440.0) == pytest.approx(2.0, rel=0.02)
