"""Channels: what the messages of MIDI mean, by the table that every instrument shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import HELD, TOUCH, WHEEL
from tests.engine.parts import (
    BEND,
    CC,
    OFF,
    ON,
    PROGRAM,
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

MODULATION, DATA, VOLUME, PAN, EXPRESSION, DATA_FINE, SUSTAIN = 1, 6, 7, 10, 11, 38, 64
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
SOUND_OFF, RESET, NOTES_OFF = 120, 121, 123
SETTLED = 0.1  # seconds: a bend's smoothing is over


def steady() -> Engine:
    return make_engine(generator=Steady(), reverb=0.0)


def note(engine: Engine, key: int = 69, channel: int = 0) -> np.ndarray:
    """A second of a note, its start and its level at rest left out."""
    send(engine, (ON | channel, key, 100), frames=4800)
    sound = render(engine, [], 1.0)
    send(engine, (CC | channel, SOUND_OFF, 0), frames=4800)
    return sound


def semitones(engine: Engine, key: int = 69, channel: int = 0) -> float:
    """How far a note sounds from its key."""
    tuned = 440.0 * 2.0 ** ((key - 69) / 12)
    bend = round(float(engine.memory.channels[channel]["bend_now"]))
    return cents(pitch(note(engine, key, channel)[0], engine.rate, tuned * 2.0 ** (bend / 12)), tuned) / 100


def bend(value: int, channel: int = 0) -> tuple[int, int, int]:
    return (BEND | channel, value & 127, value >> 7)


def loudness(engine: Engine) -> tuple[float, float]:
    sound = note(engine)
    return level(sound[0], engine.rate, 440.0), level(sound[1], engine.rate, 440.0)


@pytest.mark.parametrize(("value", "wanted"), [(8192, 0.0), (0, -2.0), (16383, 2.0 * 8191 / 8192)])
def test_the_bend_reaches_two_semitones_unless_told_otherwise(value: int, wanted: float) -> None:
    engine = steady()
    send(engine, bend(value), frames=9600)
    assert semitones(engine) == pytest.approx(wanted, abs=0.001)


def test_a_bend_is_given_to_new_notes_of_its_channel_and_to_no_other() -> None:
    engine = steady()
    send(engine, bend(16383), frames=9600)
    assert semitones(engine, 60) == pytest.approx(2.0, abs=0.001)
    assert semitones(engine, 60, channel=1) == pytest.approx(0.0, abs=0.001)


def test_a_sounding_note_follows_the_bend() -> None:
    engine = steady()
    send(engine, (ON, 69, 100), frames=9600)
    send(engine, bend(0), frames=9600)
    assert cents(pitch(render(engine, [], 1.0)[0], 48_000, 392.0), 440.0) == pytest.approx(-200.0, abs=0.1)


def test_registered_parameter_0_sets_the_bend_range_in_semitones_and_cents() -> None:
    engine = steady()
    send(engine, (CC, RPN, 0), (CC, RPN_FINE, 0), (CC, DATA, 7), (CC, DATA_FINE, 50))
    send(engine, bend(0), frames=9600)
    assert engine.memory.channels[0]["bend_now"] == pytest.approx(-7.5, abs=0.001)


def test_registered_parameters_1_and_2_tune_finely_and_coarsely_without_touching_each_other() -> None:
    engine = steady()
    send(engine, (CC, RPN, 0), (CC, RPN_FINE, 1), (CC, DATA, 127), (CC, RPN_FINE, 2), (CC, DATA, 61))
    render(engine, [], SETTLED)
    assert engine.memory.channels[0]["bend_now"] == pytest.approx(63 / 64 - 3, abs=0.001)
    send(engine, (CC, RPN_FINE, 1), (CC, DATA, 64))
    render(engine, [], SETTLED)
    assert engine.memory.channels[0]["bend_now"] == pytest.approx(-3, abs=0.001)


@pytest.mark.parametrize("select", [(NRPN, 0), (NRPN_FINE, 0)])
def test_data_for_an_unregistered_parameter_does_not_change_the_bend_range(select: tuple[int, int]) -> None:
    engine = steady()
    send(engine, (CC, RPN, 0), (CC, RPN_FINE, 0), (CC, *select), (CC, DATA, 24), (CC, DATA_FINE, 24))
    assert engine.memory.channels[0]["bend_range"] == 2.0


def test_data_after_the_null_parameter_changes_nothing() -> None:
    engine = steady()
    send(engine, (CC, RPN, 0), (CC, RPN_FINE, 0), (CC, RPN, 127), (CC, RPN_FINE, 127), (CC, DATA, 24))
    assert engine.memory.channels[0]["bend_range"] == 2.0


def test_data_without_a_parameter_changes_nothing() -> None:
    engine = steady()
    before = engine.memory.channels.copy()
    send(engine, (CC, DATA, 24), (CC, DATA_FINE, 24))
    assert engine.memory.channels["bend_range"].tolist() == before["bend_range"].tolist()


def test_messages_between_the_parts_of_a_parameter_do_not_disturb_it() -> None:
    engine = steady()
    send(engine, (CC, RPN, 0), (ON, 60, 1), (CC, RPN_FINE, 0), (CC, VOLUME, 90), bend(9000), (CC, DATA, 12))
    assert engine.memory.channels[0]["bend_range"] == 12.0


@pytest.mark.parametrize("controller", [VOLUME, EXPRESSION])
def test_volume_and_expression_follow_the_square_of_their_value(controller: int) -> None:
    engine = steady()
    send(engine, (CC, controller, 127))
    full = loudness(engine)[0]
    send(engine, (CC, controller, 64))
    assert loudness(engine)[0] / full == pytest.approx((64 / 127) ** 2, rel=1e-3)
    send(engine, (CC, controller, 0))
    assert loudness(engine)[0] < 1e-6


def test_the_volume_is_100_until_told_otherwise() -> None:
    engine = steady()
    before = loudness(engine)[0]
    send(engine, (CC, VOLUME, 100))
    assert loudness(engine)[0] == pytest.approx(before, rel=1e-4)


@pytest.mark.parametrize(("value", "angle"), [(0, 0.0), (1, 0.0), (64, np.pi / 4), (127, np.pi / 2)])
def test_pan_keeps_the_power_with_0_and_1_hard_left_and_64_the_centre(value: int, angle: float) -> None:
    engine = steady()
    power = np.hypot(*loudness(engine))
    send(engine, (CC, PAN, value))
    left, right = loudness(engine)
    assert left == pytest.approx(power * np.cos(angle), abs=1e-4)
    assert right == pytest.approx(power * np.sin(angle), abs=1e-4)


def test_the_modulation_wheel_sways_the_pitch_about_its_place() -> None:
    engine = steady()
    send(engine, (CC, MODULATION, 127), (ON, 69, 100), frames=4800)
    sound = render(engine, [], 1.1)[0]
    windows = np.lib.stride_tricks.sliding_window_view(np.nonzero(np.diff(np.signbit(sound)))[0], 20)[::5]
    found = 19 / 2 * 48_000 / (windows[:, -1] - windows[:, 0])
    assert cents(found.max(), 440.0) == pytest.approx(50, abs=15)
    assert cents(found.min(), 440.0) == pytest.approx(-50, abs=15)


@pytest.mark.parametrize("value", [0, 127])
def test_all_sound_off_silences_its_channel_within_ten_milliseconds_whatever_the_pedal(value: int) -> None:
    engine = steady()
    send(engine, (CC, SUSTAIN, 127), (ON, 60, 100), (ON, 64, 100), (OFF, 64, 0), (ON | 1, 67, 100))
    render(engine, [(0.0003, CC, SOUND_OFF, value)], 0.010)
    assert keys(engine) == [67]


def test_all_notes_off_releases_the_keys_of_its_channel_only() -> None:
    engine = steady()
    send(engine, (ON, 60, 100), (ON, 64, 100), (ON | 1, 67, 100), (CC, NOTES_OFF, 0))
    assert keys(engine, HELD) == [67]


def test_all_notes_off_leaves_to_the_pedal_what_the_pedal_holds() -> None:
    engine = steady()
    send(engine, (CC, SUSTAIN, 127), (ON, 60, 100), (ON, 64, 100), (OFF, 64, 0), (CC, NOTES_OFF, 0))
    assert keys(engine, HELD) == [60, 64]
    send(engine, (CC, SUSTAIN, 0))
    assert keys(engine, HELD) == []


def test_reset_all_controllers_follows_rp_015() -> None:
    engine = steady()
    send(
        engine, (CC, VOLUME, 90), (CC, PAN, 20), (PROGRAM, 0), (CC, RPN, 0), (CC, RPN_FINE, 0), (CC, DATA, 5)
    )
    kept = engine.memory.channels[0].copy()
    send(engine, (CC, MODULATION, 9), (CC, EXPRESSION, 9), (0xD0, 9), bend(9), (CC, SUSTAIN, 127))
    send(engine, (CC, RESET, 0), (CC, DATA, 24))
    channel = engine.memory.channels[0]
    for name in ("volume", "pan", "program", "bend_range"):
        assert channel[name] == kept[name], name
    for name in ("bend", "pedal"):
        assert channel[name] == 0, name
    assert channel["controls"][[WHEEL, TOUCH]].tolist() == [0.0, 0.0]
    assert channel["expression"] == 1.0


def test_reset_all_controllers_ends_what_only_the_pedal_held() -> None:
    engine = steady()
    send(engine, (CC, SUSTAIN, 127), (ON, 60, 100), (ON, 64, 100), (OFF, 64, 0), (CC, RESET, 0))
    assert keys(engine, HELD) == [60]


def test_a_program_change_is_for_the_notes_to_come() -> None:
    engine = steady()
    engine.set_sound(5, Sound((0.0,)))
    send(engine, (ON, 60, 100), (PROGRAM, 5), (ON, 64, 100), (ON | 1, 67, 100))
    assert sounding(engine, HELD)["program"].tolist() == [0, 5, 0]


def test_an_unknown_program_changes_nothing_and_is_counted() -> None:
    engine = steady()
    send(engine, (PROGRAM, 99), (ON, 60, 100))
    assert sounding(engine, HELD)["program"].tolist() == [0]
    assert engine.telemetry().unknown_program == 1


def test_channel_10_is_silent_on_every_port_and_counted() -> None:
    engine = steady()
    send(engine, (ON | 9, 60, 100), (ON | 9, 60, 100, 7), (OFF | 9, 60, 0), (ON | 8, 62, 100))
    assert keys(engine) == [62]
    assert engine.telemetry().drums_muted == 2


def test_keys_beyond_a_programs_range_borrow_the_nearest_timbre_and_keep_their_pitch() -> None:
    engine = make_engine(generator=Steady(), low=48, high=72)
    send(engine, (ON, 47, 100), (ON, 60, 100), (ON, 73, 100))
    assert keys(engine) == [47, 60, 73]
    sounding = np.sort(engine.memory.voices[engine.memory.voices["stage"] == HELD], order="key")
    assert sounding["timbre"].tolist() == [48, 60, 72]
    np.testing.assert_allclose(sounding["fundamental"], 440.0 * 2.0 ** ((sounding["key"] - 69) / 12))


def test_system_messages_and_stray_data_bytes_do_nothing() -> None:
    engine = steady()
    send(engine, frames=1)
    before = engine.memory.channels.copy()
    send(engine, *((status, 60, 100) for status in (0, 0x45, 0x7F, *range(0xF0, 0x100))), frames=1)
    assert keys(engine) == []
    np.testing.assert_array_equal(engine.memory.channels, before)


byte = st.integers(0, 255)


@given(st.lists(st.tuples(byte, byte, byte, st.integers(0, 7)), max_size=300))
@settings(max_examples=30, deadline=None)
def test_any_bytes_and_then_all_sound_off_on_every_channel_end_in_silence(messages) -> None:
    engine = steady()
    frames = 5
    played = render(engine, [(i * frames / 48_000, *m) for i, m in enumerate(messages)], 0.05)
    assert np.all(np.abs(played) <= 1.0)
    stop = [(0.0, CC | channel, SOUND_OFF, 0, port) for channel in range(16) for port in range(8)]
    render(engine, stop, 0.010)
    assert keys(engine) == []
    assert np.abs(render(engine, [], 0.5)[:, -4800:]).max() < 1e-6
