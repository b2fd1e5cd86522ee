"""Notes: what begins them, what ends them, and that nothing else does."""

import numpy as np
import pytest

from rtsynth_engine.layout import HELD, RELEASED
from tests.midi.hearing import loudness_in
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on

EVERYTHING = [(channel, key) for channel in range(16) for key in range(128)]
HIGH_RESOLUTION = 88


@row("Note on / off")
def test_a_note_rings_until_its_note_off(desk: Desk) -> None:
    desk.send(on(60), seconds=1.0)
    assert desk.keys(HELD) == [60]
    desk.send(off(60))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([], [60])
    desk.listen(2.0)
    assert desk.keys() == []


@row("Note on / off")
def test_a_note_on_of_velocity_0_is_a_note_off_of_velocity_64(desk: Desk) -> None:
    sounds = []
    for end in (on(60, 0), off(60, 64)):
        desk.set()
        sounds.append(desk.play((0.0, on(60)), (0.1, end), seconds=0.5))
    np.testing.assert_array_equal(*sounds)


@row("Note on / off")
def test_a_key_that_goes_up_faster_than_usual_ends_its_note_sooner(desk: Desk) -> None:
    ends = []
    for velocity in (0, 64, 96, 127):
        desk.set()
        sound = desk.play((0.0, on(60)), (0.1, off(60, velocity)), seconds=0.5)
        ends.append(loudness_in(sound, 0.2, 0.25))
    assert ends[0] == ends[1] > 1.1 * ends[2] > 1.1 * 1.1 * ends[3] > 0.0


@row("Same key twice")
def test_a_key_struck_again_sounds_anew_and_once(desk: Desk) -> None:
    desk.send(on(60), seconds=0.1)
    desk.send(on(60, 90))
    held = desk.voices(HELD)
    assert held["key"].tolist() == [60]
    assert held["onset"][0] >= 0.1 * desk.engine.rate


@row("Same key twice")
def test_one_note_off_ends_exactly_one_press_of_a_key_pressed_twice(desk: Desk) -> None:
    desk.send(on(60), on(60, 90), off(60))
    assert desk.keys(HELD) == [60]
    desk.send(off(60))
    assert desk.keys(HELD) == []


@row("Same key twice")
def test_a_note_off_ends_no_press_of_another_channel_or_port(desk: Desk) -> None:
    desk.send(on(60), on(60, channel=1))
    desk.send(on(60), port=3)
    desk.send(off(60, channel=1))
    assert desk.voices(HELD)["channel"].tolist() == [0, 48]
    desk.send(off(60), port=3)
    assert desk.voices(HELD)["channel"].tolist() == [0]


@row("Note-off without on, every key of every channel")
def test_a_note_off_without_a_note_on_is_ignored(desk: Desk) -> None:
    desk.send(off(60), off(61), on(60))
    assert desk.keys(HELD) == [60]


@row("Note-off without on, every key of every channel")
def test_every_key_of_every_channel_at_once_stays_within_the_limit_and_ends(desk: Desk) -> None:
    desk.set(polyphony=32)
    sound = desk.send(*(on(key, 100, channel) for channel, key in EVERYTHING))
    assert len(desk.keys(HELD, RELEASED)) == 32
    assert np.all(np.abs(sound) <= 1.0)
    desk.send(*(off(key, 64, channel) for channel, key in EVERYTHING), seconds=2.0)
    assert desk.keys() == []
    assert desk.engine.telemetry().dropped_events == 0


@row("Note-off without on, every key of every channel")
def test_note_offs_for_every_key_of_every_channel_do_nothing(desk: Desk) -> None:
    desk.send(*(off(key, 64, channel) for channel, key in EVERYTHING), seconds=0.1)
    assert desk.keys() == []
    desk.send(on(60))
    assert desk.keys(HELD) == [60]


@row("CC 88")
def test_high_resolution_velocity_is_for_the_next_note_only(desk: Desk) -> None:
    desk.send(cc(HIGH_RESOLUTION, 64), on(60, 64), on(62, 64), on(64, 65))
    finer, plain, next_step = desk.voices(HELD)["velocity"].tolist()
    assert finer - plain == pytest.approx(0.5 * (next_step - plain), rel=0.02)


@row("CC 88")
def test_high_resolution_velocity_is_its_channels_own_and_makes_no_note_of_velocity_0(desk: Desk) -> None:
    desk.send(cc(HIGH_RESOLUTION, 127, 1), on(60, 64), on(62, 64, 2), cc(HIGH_RESOLUTION, 127), on(64, 0))
    first, second = desk.voices(HELD)["velocity"].tolist()
    assert first == second
