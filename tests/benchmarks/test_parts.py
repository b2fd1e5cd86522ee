"""What rows are made of: moments played again, notes followed, sound that is kept, threads that are busy."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from rtsynth.lineup import choose_lineup
from rtsynth_benchmarks.busy import busy_threads, collect_garbage
from rtsynth_benchmarks.context import Context, Options
from rtsynth_benchmarks.dry import dry_preset
from rtsynth_benchmarks.players import NOTE_ON, Player, null_driver, player
from rtsynth_benchmarks.snapshots import Moment, first_change, render
from rtsynth_benchmarks.tracing import Trace
from rtsynth_engine.drivers.null import NullDriver
from tests.engine.parts import make_engine, wait_until


@pytest.fixture
def playing() -> Iterator[Player]:
    with player(Context(Options(device="cpu")), NullDriver(48_000.0, 64, 48_000)) as playing:
        yield playing


def test_a_moment_sounds_the_same_every_time_it_is_played() -> None:
    engine = make_engine()
    moment = Moment(engine)
    note = (5, NOTE_ON, 60, 100)
    first = moment.play([note], 256, 64)
    render(engine, 4096, 64)
    again = moment.play([note], 256, 64)
    assert (first == again).all()
    assert first_change(first, moment.play([], 256, 64)) == 5
    assert first_change(first, again) == -1


def test_the_null_driver_keeps_frame_n_at_n_modulo_the_frames_it_keeps() -> None:
    driver = NullDriver(48_000.0, 64, keep=1000)
    assert driver.out.shape == (2, 1024)
    engine = make_engine()
    engine.push(100, NOTE_ON, 60, 100)
    driver.start(engine)
    wait_until(lambda: engine.clock > 512)
    driver.stop()
    assert np.flatnonzero(driver.out[0])[0] in (100, 101)
    assert not driver.out[:, :100].any()


def test_held_voices_grow_to_the_number_asked_for_and_end(playing: Player) -> None:
    playing.grow(12)
    assert playing.engine.telemetry().voices == 12
    playing.grow(140)
    assert playing.engine.telemetry().voices == 140
    playing.silence()
    assert playing.engine.telemetry().voices == 0


def test_every_callback_is_listened_to_once_and_in_order(playing: Player) -> None:
    calls = playing.listen(0.4, turn=0.05)
    steps = np.diff(calls["began"])
    assert (steps > 0).all()
    assert len(calls) == pytest.approx(300, abs=100)
    assert steps.max() < 0.35e9


def test_a_trace_finds_the_frame_and_the_time_of_every_note(playing: Player) -> None:
    trace = Trace(playing.engine)
    at = playing.engine.clock + 4800
    sent = time.monotonic_ns()
    playing.engine.push(at, NOTE_ON, 60, 100)
    wait_until(lambda: trace.look() or trace.onsets)
    assert trace.frames().tolist() == [at]
    assert len(trace.stamps()) == 0
    assert trace.times(trace.frames())[0] - sent > 0.05e9


def test_a_dry_preset_has_no_reverb_and_is_gone_afterwards() -> None:
    with dry_preset("vibraphone") as dry:
        lineup = choose_lineup(dry)
        assert lineup.sounds[lineup.start].reverb == 0.0
        assert lineup.preset.id == dry
    assert choose_lineup("vibraphone").preset.mix.reverb > 0.0


def test_busy_threads_are_there_and_gone() -> None:
    before = threading.active_count()
    with busy_threads(2):
        assert threading.active_count() == before + 2
    assert threading.active_count() == before


def test_a_collection_finds_every_object_it_was_made_of() -> None:
    assert collect_garbage(1000) >= 1000


def test_the_null_driver_has_the_rate_and_period_asked_for() -> None:
    driver = null_driver(Context(Options(rate=44_100.0, block=256)))
    assert (driver.rate, driver.period) == (44_100.0, 256)
