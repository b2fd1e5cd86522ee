"""Splits, layers, transposition and velocity curves."""

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.errors import EngineError
from rtsynth_engine.layout import HELD
from rtsynth_engine.parts import Part
from tests.midi.hearing import rms, tone, tones
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, off, on, program

CENT = 0.01  # semitones
SUSTAIN = 64
ROUTES, CURVES = row("Split, layer, transpose"), row("Velocity curve")


@pytest.fixture
def routed(desk: Desk) -> Desk:
    """A desk whose engine knows programs 0, 1 and 2."""
    for number in (1, 2):
        desk.engine.set_sound(number, Sound((0.0,), reverb=0.0))
    return desk


def programs(desk: Desk) -> list[tuple[int, int]]:
    """(key, program) of the notes held, in order."""
    return sorted((int(voice["key"]), int(voice["program"])) for voice in desk.voices(HELD))


@ROUTES
def test_a_split_plays_low_keys_with_one_program_and_high_keys_with_another(routed: Desk) -> None:
    routed.engine.set_parts([Part(high=59, program=1), Part(low=60, program=2)])
    routed.send(on(59), on(60))
    assert programs(routed) == [(59, 1), (60, 2)]
    routed.send(off(59), off(60))
    assert programs(routed) == []


@ROUTES
def test_a_layer_plays_both_and_one_note_off_ends_both(routed: Desk) -> None:
    routed.engine.set_parts([Part(program=1), Part(program=2)])
    routed.send(on(60))
    assert programs(routed) == [(60, 1), (60, 2)]
    routed.send(off(60))
    assert programs(routed) == []


@ROUTES
def test_a_part_transposes_what_sounds(routed: Desk) -> None:
    routed.engine.set_parts([Part(transpose=0), Part(transpose=7)])
    routed.send(on(60), seconds=0.1)
    assert tones(routed.listen(1.0), 2) == pytest.approx([60.0, 67.0], abs=CENT)


@ROUTES
@pytest.mark.parametrize(("transpose", "key"), [(24, 120), (-24, 5)])
def test_a_key_transposed_out_of_reach_is_silent_and_does_no_harm(
    routed: Desk, transpose: int, key: int
) -> None:
    routed.engine.set_parts([Part(transpose=transpose)])
    routed.send(on(key), off(key), on(60))
    assert routed.keys(HELD) == [60]


@ROUTES
def test_a_key_outside_every_part_is_silent(routed: Desk) -> None:
    routed.engine.set_parts([Part(low=60)])
    routed.send(on(59), on(60), off(59))
    assert routed.keys(HELD) == [60]


@ROUTES
def test_parts_hear_their_channel_and_their_port_only(routed: Desk) -> None:
    routed.engine.set_parts([Part(channel=1, program=1), Part(port=2, program=2)])
    routed.send(on(60), on(61, channel=1))
    routed.send(on(62), on(63, channel=1), port=2)
    assert programs(routed) == [(61, 1), (62, 2), (63, 1), (63, 2)]


CHANGES = {
    "transposed": [Part(transpose=5)],
    "moved": [Part(low=100, program=2)],
    "none": [],
    "other channel": [Part(channel=7)],
    "more": [Part(program=2), Part(program=1, transpose=12), Part()],
}


@ROUTES
@pytest.mark.parametrize("after", CHANGES.values(), ids=CHANGES)
def test_a_note_off_goes_where_its_note_on_went_even_after_a_change(routed: Desk, after: list[Part]) -> None:
    routed.engine.set_parts([Part(program=1), Part(program=2, transpose=12)])
    routed.send(on(60))
    routed.engine.set_parts(after)
    assert programs(routed) == [(60, 1), (60, 2)]
    routed.send(off(60))
    assert programs(routed) == []


@ROUTES
def test_a_note_that_began_without_parts_ends_with_them(routed: Desk) -> None:
    routed.send(on(60))
    routed.engine.set_parts([Part(low=100)])
    routed.send(off(60))
    assert programs(routed) == []


@ROUTES
def test_pedal_and_bend_of_the_channel_reach_its_parts(routed: Desk) -> None:
    routed.engine.set_parts([Part(program=1, transpose=12)])
    routed.send(cc(SUSTAIN, 127), bend(0), on(57), off(57), seconds=0.1)
    assert routed.keys(HELD) == [57]
    assert tone(routed.listen()) == pytest.approx(67.0, abs=CENT)
    routed.send(cc(SUSTAIN, 0))
    assert routed.keys(HELD) == []


@ROUTES
def test_a_part_without_a_program_follows_program_changes_and_one_with_does_not(routed: Desk) -> None:
    routed.engine.set_parts([Part(high=59), Part(low=60, program=1)])
    routed.send(program(2), on(59), on(60))
    assert programs(routed) == [(59, 2), (60, 1)]


@ROUTES
def test_a_part_has_a_level_and_a_place_of_its_own(routed: Desk) -> None:
    plain = routed.note()
    routed.engine.set_parts([Part(level_db=-20.0, pan=-1.0)])
    left, right = routed.note()
    assert rms(left[None]) == pytest.approx(0.1 * rms(plain) * np.sqrt(2.0), rel=0.01)
    assert rms(right[None]) < 1e-4 * rms(plain)


@ROUTES
def test_sixteen_parts_play_at_once_and_seventeen_are_refused(routed: Desk) -> None:
    routed.engine.set_parts([Part(transpose=i) for i in range(16)])
    routed.send(on(40))
    assert len(routed.keys(HELD)) == 16
    routed.send(off(40))
    assert routed.keys(HELD) == []
    with pytest.raises(EngineError, match="16"):
        routed.engine.set_parts([Part()] * 17)


def table(curve: np.ndarray) -> np.ndarray:
    return np.asarray(curve, np.float32)


LINEAR = np.arange(128) / 127.0


@CURVES
@pytest.mark.parametrize("exponent", [0.5, 2.0])
def test_a_velocity_curve_bends_how_hard_keys_are_struck(desk: Desk, exponent: float) -> None:
    desk.engine.set_curve(0, table(LINEAR**exponent))
    for velocity in (1, 32, 64, 100, 127):
        desk.send(on(60, velocity))
        wanted = (velocity / 127) ** exponent
        assert desk.voices(HELD)["velocity"][-1] == pytest.approx(wanted, abs=1e-3)
        desk.send(off(60))


@CURVES
def test_a_curve_that_is_fixed_makes_every_note_alike_and_velocity_0_still_ends_them(desk: Desk) -> None:
    desk.engine.set_curve(0, table(np.where(LINEAR > 0, 0.75, 0.0)))
    desk.send(on(60, 1), on(64, 127))
    assert desk.voices(HELD)["velocity"].tolist() == [0.75, 0.75]
    desk.send(on(60, 0), on(64, 0))
    assert desk.keys(HELD) == []


@CURVES
def test_a_curve_is_its_ports_own(desk: Desk) -> None:
    desk.engine.set_curve(1, table(LINEAR**2.0))
    desk.send(on(60, 64))
    desk.send(on(64, 64), port=1)
    assert desk.voices(HELD)["velocity"].tolist() == pytest.approx([64 / 127, (64 / 127) ** 2], abs=1e-3)


@CURVES
def test_a_curve_may_be_changed_while_notes_sound(desk: Desk) -> None:
    desk.send(on(60, 64))
    desk.engine.set_curve(0, table(LINEAR**2.0))
    desk.send(on(64, 64), off(60))
    assert desk.keys(HELD) == [64]
    assert desk.voices(HELD)["velocity"][0] == pytest.approx((64 / 127) ** 2, abs=1e-3)
