"""The clock that stands in for a device."""

import time

import pytest

from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.engine import Engine, _push
from rtsynth_engine.errors import EngineError
from tests.engine.parts import CC, ON, make_engine, organ_bundle, wait_until


@pytest.fixture
def playing():
    engine, driver = make_engine(), NullDriver(48_000.0, 64)
    engine.feeder.start()
    driver.start(engine)
    yield engine, driver
    driver.stop()
    engine.close()


def test_the_clock_plays_what_is_pushed(playing) -> None:
    engine, driver = playing
    engine.push(engine.clock, ON, 60, 100)
    wait_until(lambda: abs(driver.out).max() > 0.01)
    engine.push(engine.clock, CC, 120, 0)
    wait_until(lambda: engine.telemetry().voices == 0)


def test_notes_of_the_midi_process_are_heard_a_period_after_they_came(playing) -> None:
    engine, driver = playing
    wait_until(lambda: engine.telemetry().calls > 10)
    before = engine.clock
    _push(engine.memory.midi, time.monotonic_ns(), 2, ON, 60, 100, 0.0)
    wait_until(lambda: engine.telemetry().voices == 1)
    voice = engine.memory.voices[engine.memory.voices["stage"] == 1][0]
    assert voice["channel"] == 32
    assert before <= voice["onset"]
    assert engine.memory.state[0]["delay"] == driver.period


def test_nothing_is_called_after_the_clock_has_stopped(playing) -> None:
    engine, driver = playing
    wait_until(lambda: engine.telemetry().calls > 0)
    driver.stop()
    calls = engine.telemetry().calls
    time.sleep(0.05)
    assert engine.telemetry().calls == calls


def test_the_clock_can_start_again(playing) -> None:
    engine, driver = playing
    driver.stop()
    calls = engine.telemetry().calls
    driver.start(engine)
    wait_until(lambda: engine.telemetry().calls > calls + 10)


@pytest.mark.parametrize("rate", [7_999.0, 192_001.0, 0.0, -48_000.0, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_played_is_refused_in_one_line(rate: float) -> None:
    with pytest.raises(EngineError, match="cannot be played; choose 8000 to 192000 Hz"):
        Engine(organ_bundle(), rate)
