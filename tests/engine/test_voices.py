"""Voices: every note ends, nothing hangs, and the right one goes when there are too many."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth_engine.layout import FADING, HELD, RELEASED
from tests.engine.parts import CC, OFF, ON, Steady, keys, make_engine, render, send, sounding

SUSTAIN = 64
ALL_DONE = 0.2  # seconds within which the short releases used here are over


def test_a_note_rings_until_its_note_off() -> None:
    engine = make_engine()
    send(engine, (ON, 60, 100))
    render(engine, [], 1.0)
    assert keys(engine, HELD) == [60]
    send(engine, (OFF, 60, 0))
    assert (keys(engine, HELD), keys(engine, RELEASED)) == ([], [60])
    render(engine, [], 2.0)
    assert keys(engine) == []


def test_a_note_on_of_velocity_zero_is_a_note_off() -> None:
    engine = make_engine()
    send(engine, (ON, 60, 100), (ON, 60, 0))
    assert keys(engine, HELD) == []


def test_a_louder_velocity_sounds_louder() -> None:
    soft, loud = (np.abs(render(make_engine(), [(0.0, ON, 60, v)], 0.3)).max() for v in (30, 120))
    assert loud > 2.0 * soft


def test_one_note_off_ends_exactly_one_press_of_a_key_pressed_twice() -> None:
    engine = make_engine()
    send(engine, (ON, 60, 100), (ON, 60, 90))
    assert keys(engine, HELD) == [60]
    send(engine, (OFF, 60, 0))
    assert keys(engine, HELD) == [60]
    send(engine, (OFF, 60, 0))
    assert keys(engine, HELD) == []


def test_a_note_off_ends_no_note_of_another_channel_or_port() -> None:
    engine = make_engine()
    send(engine, (ON, 60, 100), (ON | 1, 60, 100), (ON, 60, 100, 3), (OFF | 1, 60, 0))
    assert sounding(engine, HELD)["channel"].tolist() == [0, 48]


def test_a_note_off_without_a_note_on_is_ignored() -> None:
    engine = make_engine()
    send(engine, (OFF, 60, 0), (OFF, 61, 0), (ON, 60, 100))
    assert keys(engine, HELD) == [60]


def test_every_key_of_every_channel_at_once_stays_within_the_polyphony_and_ends() -> None:
    engine = make_engine(polyphony=64, release=0.05)
    everything = [(status, key) for status in range(16) for key in range(128)]
    send(engine, *((ON | channel, key, 100) for channel, key in everything), frames=1)
    assert len(keys(engine, HELD, RELEASED)) == 64
    render(engine, [(0.0, OFF | channel, key, 0) for channel, key in everything], ALL_DONE)
    assert keys(engine) == []
    assert engine.telemetry().dropped_events == 0


def test_the_sustain_pedal_holds_keys_that_go_up_until_it_does() -> None:
    engine = make_engine()
    send(engine, (CC, SUSTAIN, 64), (ON, 60, 100), (OFF, 60, 0))
    assert keys(engine, HELD) == [60]
    send(engine, (CC, SUSTAIN, 63))
    assert keys(engine, HELD) == []


def test_a_pedal_below_half_way_holds_nothing() -> None:
    engine = make_engine()
    send(engine, (CC, SUSTAIN, 63), (ON, 60, 100), (OFF, 60, 0))
    assert keys(engine, HELD) == []


def test_the_pedal_does_not_release_keys_that_are_down() -> None:
    engine = make_engine()
    send(engine, (CC, SUSTAIN, 127), (ON, 60, 100), (ON, 64, 100), (OFF, 64, 0), (CC, SUSTAIN, 0))
    assert keys(engine, HELD) == [60]


def test_the_pedal_of_one_channel_holds_no_note_of_another() -> None:
    engine = make_engine()
    send(engine, (CC, SUSTAIN, 127), (ON | 1, 60, 100), (OFF | 1, 60, 0))
    assert keys(engine, HELD) == []


def test_a_key_pressed_again_under_the_pedal_sounds_anew_and_once() -> None:
    engine = make_engine()
    send(engine, (CC, SUSTAIN, 127), (ON, 60, 100), (OFF, 60, 0), (ON, 60, 50))
    assert (keys(engine, HELD), keys(engine, RELEASED)) == ([60], [60])
    send(engine, (OFF, 60, 0), (CC, SUSTAIN, 0))
    assert keys(engine, HELD) == []


def full_engine(*messages: tuple[int, ...]):
    """Four voices of polyphony, and what `messages` make of them, half a tick apart."""
    engine = make_engine(polyphony=4)
    for message in messages:
        send(engine, message, frames=32)
    return engine


def test_a_released_voice_is_stolen_first() -> None:
    engine = full_engine((ON, 48, 99), (ON, 60, 99), (ON, 64, 99), (ON, 67, 99), (OFF, 64, 0), (ON, 72, 99))
    assert (keys(engine, FADING), keys(engine, HELD)) == ([64], [48, 60, 67, 72])


def test_the_quietest_of_the_released_voices_is_stolen_first() -> None:
    engine = full_engine((ON, 48, 99), (ON, 60, 127), (ON, 64, 20), (ON, 67, 127))
    send(engine, (OFF, 60, 0), (OFF, 64, 0), (OFF, 67, 0))
    send(engine, (ON, 72, 99), frames=32)
    assert keys(engine, FADING) == [64]


def test_a_key_pressed_again_takes_its_own_old_voice_rather_than_another() -> None:
    engine = full_engine((ON, 48, 99), (ON, 60, 99), (ON, 64, 99), (ON, 67, 99), (ON, 67, 99))
    assert (keys(engine, FADING), keys(engine, HELD)) == ([67], [48, 60, 64, 67])


def test_a_voice_on_the_pedal_is_stolen_before_a_key_that_is_down() -> None:
    engine = full_engine((ON, 48, 99), (ON, 60, 99), (ON, 64, 99), (ON, 67, 99), (CC, SUSTAIN, 127))
    send(engine, (OFF, 64, 0))
    send(engine, (ON, 72, 99), frames=32)
    assert keys(engine, FADING) == [64]


def test_the_oldest_key_goes_before_younger_ones_but_never_the_lowest_nor_the_newest() -> None:
    engine = full_engine((ON, 48, 99), (ON, 60, 99), (ON, 64, 99), (ON, 67, 99))
    for note in (72, 76, 79):
        send(engine, (ON, note, 99))
    assert keys(engine, HELD) == [48, 72, 76, 79]


def test_one_voice_of_polyphony_plays_the_last_note() -> None:
    engine = make_engine(polyphony=1)
    send(engine, (ON, 60, 99), (ON, 64, 99), (ON, 67, 99))
    assert keys(engine, HELD) == [67]


def test_a_stolen_voice_is_gone_within_ten_milliseconds() -> None:
    engine = make_engine(polyphony=1)
    send(engine, (ON, 60, 99))
    render(engine, [(0.0, ON, 64, 99)], 0.010)
    assert keys(engine) == [64]


def test_stealing_makes_no_click() -> None:
    engine = make_engine(polyphony=2, reverb=0.0, generator=Steady([0.2]))
    calm = render(engine, [(0.0, ON, 50, 99), (0.0, ON, 57, 99)], 0.5)[0]
    stolen = render(engine, [(0.01 * i, ON, 52 + i % 3, 99) for i in range(40)], 0.5)[0]
    step = np.abs(np.diff(calm[4800:])).max()
    assert engine.telemetry().stolen == 40
    assert np.abs(np.diff(stolen)).max() < 3.0 * step


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(50, 54), st.integers(0, 200))))
@settings(max_examples=40, deadline=None)
def test_any_notes_in_any_order_with_the_pedal_up_end_when_every_key_has_gone_up(presses) -> None:
    engine = make_engine(polyphony=8, release=0.05, generator=Steady())
    time, messages = 0.0, []
    for down, channel, key, frames in presses:
        time += frames / 48_000
        messages.append((time, (ON if down else OFF) | channel, key, 64))
    render(engine, messages, time)
    downs = [(message[1] & 15, message[2]) for message in messages if message[1] & 0xF0 == ON]
    render(engine, [(0.0, OFF | channel, key, 0) for channel, key in downs], ALL_DONE)
    assert keys(engine) == []


def test_a_held_note_that_has_died_away_gives_its_voice_back_and_one_that_sounds_does_not() -> None:
    class Dying(Steady):
        def step(self, rows, time):
            return super().step(rows, time) * np.exp(-8.0 * time)[:, None, None].astype(np.float32)

    engine = make_engine(generator=Dying([0.2]))
    render(engine, [(0.0, ON, 60, 100)], 1.0)
    assert keys(engine) == [60]
    render(engine, [], 2.5)
    assert keys(engine) == []
    steady = make_engine(generator=Steady([0.001]))
    render(steady, [(0.0, ON, 60, 100)], 3.0)
    assert keys(steady) == [60]
