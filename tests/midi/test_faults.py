"""Bad input on the wire: truncated, stray, undefined, endless, too much of it."""

import numpy as np
import pytest

from rtsynth_engine.layout import EVENTS, HELD, RELEASED
from rtsynth_engine.midi.commands import DROPPED, STRAY, TRUNCATED
from tests.midi.hearing import rms
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, off, on, raw

SUSTAIN = 64


@pytest.mark.parametrize("cut", ["90", "90 3C", "B0", "B0 07", "E0 00", "C0", "D0", "A0 3C", "F2 01", "F1"])
def test_a_truncated_message_does_nothing_and_the_next_one_is_whole(desk: Desk, cut: str) -> None:
    desk.send(raw(cut) + on(60), on(64))
    assert desk.keys(HELD) == [60, 64]
    assert desk.faults(TRUNCATED) == 1


def test_data_without_a_status_is_stray_and_counted_once(desk: Desk) -> None:
    desk.send(raw("3C 40 01 02") + on(60))
    assert desk.keys(HELD) == [60]
    assert desk.faults(STRAY) == 1


@pytest.mark.parametrize("status", ["F4", "F5", "F9", "FD"])
def test_an_undefined_status_does_nothing(desk: Desk, status: str) -> None:
    desk.send(on(60), raw(status), on(64))
    assert desk.keys(HELD) == [60, 64]


@pytest.mark.parametrize("status", ["F4", "F5"])
def test_data_after_an_undefined_status_is_stray(desk: Desk, status: str) -> None:
    desk.send(raw(f"{status} 3C 40") + on(64))
    assert desk.keys(HELD) == [64]
    assert desk.faults(STRAY) == 1


def test_a_megabyte_a_second_of_endless_system_exclusive_lets_notes_through(desk: Desk) -> None:
    piece = bytes(10_000)
    for second in range(10):
        desk.send(b"\xf0" + piece + on(60 + second), seconds=0.01)
    assert len(desk.keys(HELD)) == 10
    assert desk.faults(DROPPED) == 10


def test_a_flood_of_100_000_messages_a_second_ends_every_note(desk: Desk) -> None:
    seconds = 0.5
    flood = [(i / 100_000, cc(1 + i % 11, i % 128)) for i in range(int(seconds * 100_000))]
    notes = [(0.01 * i, on(40 + i % 40) if i % 2 == 0 else off(40 + (i - 1) % 40)) for i in range(40)]
    desk.play(*flood, *notes, seconds=seconds)
    desk.listen(0.1)
    assert desk.keys(HELD) == []
    assert desk.engine.telemetry().not_finite == 0


def test_a_bend_that_sweeps_with_every_sample_is_smooth(desk: Desk) -> None:
    calm = np.abs(np.diff(desk.send(on(69), seconds=0.2)[:, 4800:], 2)).max()
    sweep = [(i / 48_000, bend(16383 * (i % 2))) for i in range(2400)]
    assert np.abs(np.diff(desk.play(*sweep, seconds=0.1), 2)).max() < 3.0 * calm


@pytest.mark.parametrize("number", [7, 10, 11])
def test_a_controller_that_sweeps_with_every_sample_is_smooth(desk: Desk, number: int) -> None:
    calm = np.abs(np.diff(desk.send(on(69), seconds=0.2)[:, 4800:], 2)).max()
    sweep = [(i / 48_000, cc(number, i * 7 % 128)) for i in range(2400)]
    assert np.abs(np.diff(desk.play(*sweep, seconds=0.1), 2)).max() < 4.0 * calm


def test_ten_notes_held_on_a_port_that_is_unplugged_are_released(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), *(on(60 + i) for i in range(10)), port=2)
    desk.engine.release_port(2)
    desk.listen(0.02)
    assert desk.keys(HELD) == []
    assert len(desk.keys(RELEASED)) == 10


def test_what_is_wrong_is_only_counted_and_the_sound_goes_on(desk: Desk) -> None:
    sound = desk.send(on(69), raw("90 B0 F7 3C F4 40 F0 01 02 90"), seconds=0.5)
    assert rms(sound) > 1e-3
    assert np.isfinite(sound).all()


@pytest.mark.parametrize("count", [EVENTS - 1, EVENTS + 100, 4 * EVENTS])
def test_a_flood_on_one_tick_loses_no_note_off(desk: Desk, count: int) -> None:
    desk.send(on(60), on(64), seconds=0.1)
    desk.send(*(cc(7, 90 + i % 10) for i in range(count)), off(60), off(64), seconds=0.2)
    assert desk.keys(HELD) == []
