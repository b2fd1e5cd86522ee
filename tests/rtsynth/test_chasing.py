"""Event chasing: few events lead an engine where all of them led it."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtsynth.chasing import Chase
from rtsynth_engine.layout import HELD
from rtsynth_engine.midi.commands import (
    COMMAND,
    MASTER_VOLUME,
    OCTAVE,
    OCTAVE_CHANNELS,
    RESET,
    TUNE_KEY,
    TUNE_TABLE,
)
from rtsynth_engine.rings import EVENT
from tests.engine.parts import BEND, CC, OFF, ON, PROGRAM, Steady, make_engine, render_offline, sounding

Message = tuple[Any, ...]


def records(messages: list[Message]) -> NDArray[Any]:
    """EVENT records at time 0 of (status, data1[, data2[, value[, port]]])."""
    filled = [(*message, 0, 0, 0)[:5] for message in messages]
    return np.array([(0, port, *message, value) for *message, value, port in filled], EVENT)


def chased(*messages: Message) -> list[Message]:
    """What is left of messages, as (status, data1, data2)."""
    chase = Chase()
    chase.feed(records(list(messages)))
    return [tuple(event)[2:5] for event in chase.events().tolist()]


def test_the_last_of_a_kind_stands_where_it_was_said() -> None:
    assert chased((CC, 7, 1), (BEND, 0, 70), (CC, 7, 2), (CC + 1, 7, 3)) == [
        (BEND, 0, 70),
        (CC, 7, 2),
        (CC + 1, 7, 3),
    ]


def test_keys_that_are_down_are_pressed_again_and_others_are_forgotten() -> None:
    assert chased((ON, 60, 90), (ON, 64, 80), (OFF, 60, 0), (ON, 67, 70), (ON, 67, 0)) == [(ON, 64, 80)]


def test_one_note_off_answers_one_press() -> None:
    assert chased((ON, 60, 90), (ON, 60, 80), (OFF, 60, 0)) == [(ON, 60, 80)]
    assert chased((OFF, 60, 0), (ON, 60, 90)) == [(ON, 60, 90)]


def test_a_program_change_keeps_the_bank_it_was_said_in() -> None:
    assert chased((CC, 0, 1), (PROGRAM, 5), (CC, 0, 0)) == [(CC, 0, 1), (PROGRAM, 5, 0), (CC, 0, 0)]


def test_data_keeps_the_parameter_it_was_said_for() -> None:
    first = [(CC, 101, 0), (CC, 100, 0), (CC, 6, 12), (CC, 38, 50)]
    second = [(CC, 100, 1), (CC, 6, 64)]
    assert chased(*first, *second) == [(CC, 101, 0), *first, (CC, 100, 1), (CC, 101, 0), *second]


def test_high_resolution_velocity_belongs_to_one_note() -> None:
    assert chased((CC, 88, 5), (ON, 60, 90), (ON, 62, 90)) == [(CC, 88, 5), (ON, 60, 90), (ON, 62, 90)]
    assert chased((CC, 88, 5), (ON, 60, 90), (OFF, 60, 0)) == []


def test_a_sostenuto_pedal_stays_where_it_went_down() -> None:
    messages = [(ON, 60, 90), (CC, 66, 127), (ON, 64, 90)]
    assert chased(*messages, (CC, 66, 100)) == [(ON, 60, 90), (CC, 66, 100), (ON, 64, 90)]


def test_every_key_of_a_tuning_keeps_its_table() -> None:
    tune = [(COMMAND, TUNE_TABLE, 0, 3.0), (COMMAND, TUNE_KEY, 60, 60.5), (COMMAND, TUNE_KEY, 61, 61.5)]
    again = [(COMMAND, TUNE_TABLE, 0, 4.0), (COMMAND, TUNE_KEY, 60, 59.5)]
    chase = Chase()
    chase.feed(records([*tune, *again]))
    said = [tuple(event)[3:] for event in chase.events().tolist()]
    assert said == [
        *((TUNE_TABLE, 0, 3.0), (TUNE_KEY, 60, 60.5)),
        *((TUNE_TABLE, 0, 3.0), (TUNE_KEY, 61, 61.5)),
        *((TUNE_TABLE, 0, 4.0), (TUNE_KEY, 60, 59.5)),
    ]


def test_pitch_classes_stay_together_with_their_channels() -> None:
    first, other, second = _octave(3.0, -5.0), _octave(4.0, 0.0), _octave(3.0, 7.0)
    chase = Chase()
    chase.feed(records([*first, *other, *second]))
    assert [event[2:] for event in chase.events().tolist()] == [*other, *second]


def _octave(mask: float, cents: float) -> list[Message]:
    classes = [(COMMAND, OCTAVE, which, cents) for which in range(12)]
    return [(COMMAND, OCTAVE_CHANNELS, 1, mask), *classes]


def test_what_ends_notes_leaves_no_key_down() -> None:
    ends = [(CC, 120, 0), (CC, 123, 0), (CC, 126, 0), (0xFC, 0), (0xFF, 0), (COMMAND, RESET, 0)]
    for message in ends:
        left = chased((ON, 60, 90), (ON + 1, 60, 90), message)
        assert (ON, 60, 90) not in left
        assert ((ON + 1, 60, 90) in left) == (message[0] == CC)


def test_ports_are_apart() -> None:
    assert len(chased((COMMAND, MASTER_VOLUME, 0, 0.5, 0), (COMMAND, MASTER_VOLUME, 0, 0.5, 1))) == 2
    assert chased((ON, 60, 90, 0, 0), (OFF, 60, 0, 0, 1)) == [(ON, 60, 90)]


def test_a_day_of_playing_comes_down_to_a_few_events() -> None:
    draw = np.random.default_rng(1)
    events = np.zeros(20_000, EVENT)
    events["status"] = draw.integers(0x80, 0xF0, len(events))
    events["data1"], events["data2"] = draw.integers(0, 128, (2, len(events)))
    chase = Chase()
    chase.feed(events)
    assert len(chase.events()) < 16 * (5 * 128 + 100)


PLAIN = [1, 5, 7, 10, 11, 64, 65, 66, 67, 70, 74, 84, 88, 91]
PARAMETERS = [6, 38, 96, 97, 98, 99, 100, 101]
MODES = [0, 32, 120, 121, 123, 124, 126, 127]
number = st.sampled_from([*PLAIN, *PARAMETERS, *PARAMETERS, *MODES])
channel = st.integers(0, 1)
value = st.sampled_from([0, 1, 2, 5, 6, 63, 64, 127])
key = st.integers(60, 63)
message = st.one_of(
    st.tuples(channel.map(lambda c: CC + c), number, value),
    st.tuples(channel.map(lambda c: CC + c), number, value),
    st.tuples(channel.map(lambda c: ON + c), key, value),
    st.tuples(channel.map(lambda c: OFF + c), key, value),
    st.tuples(channel.map(lambda c: PROGRAM + c), value, st.just(0)),
    st.tuples(channel.map(lambda c: 0xD0 + c), value, st.just(0)),
    st.tuples(channel.map(lambda c: BEND + c), value, value),
    st.sampled_from([(0xFC, 0, 0), (COMMAND, RESET, 0)]),
)
ENGINE = make_engine(generator=Steady())
INITIAL = ENGINE.memory.channels.copy(), ENGINE.memory.pressed.copy()
FOLLOWED = ("program", "bank", "volume", "expression", "pan", "bend", "bend_range", "fine", "coarse")
FOLLOWED += ("depth", "parameter", "data", "pedal", "sostenuto", "soft", "legato", "mono", "portamento")
FOLLOWED += ("controls", "glide_seconds", "release", "reverb", "tuning", "lead", "members")


def state_after(events: NDArray[Any]) -> dict[str, Any]:
    """State of the two channels, and the keys that are down: their channels, keys and presses."""
    memory, begin = ENGINE.memory, records([(CC + c, 120, 0) for c in range(16)])
    memory.channels[:], memory.pressed[:] = INITIAL
    begin["time"] = ENGINE.clock
    render_offline(ENGINE, begin, 1024)
    events["time"] = ENGINE.clock
    render_offline(ENGINE, events, 256)
    voices = sounding(ENGINE, HELD)
    down = voices[voices["presses"] > 0][["channel", "key", "presses"]]
    return {name: memory.channels[name].tolist() for name in FOLLOWED} | {"down": sorted(down.tolist())}


@settings(max_examples=500, deadline=None)
@given(st.lists(message, max_size=24))
def test_a_chased_engine_stands_where_the_other_stands(messages: list[Message]) -> None:
    chase, events = Chase(), records(messages)
    chase.feed(events)
    assert state_after(chase.events()) == state_after(events)
