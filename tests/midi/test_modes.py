"""Channel mode messages: silence, all notes off, reset, mono and poly."""

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import HELD, RELEASED
from tests.midi.hearing import SETTLING, rms, tone
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, off, on, poly, pressure, program, rpn

DATA, SUSTAIN, PORTAMENTO, SOSTENUTO, SOFT = 6, 64, 65, 66, 67
SOUND_OFF, RESET, NOTES_OFF, OMNI_OFF, OMNI_ON, MONO, POLY = 120, 121, *range(123, 128)
LATER = 0.010  # seconds within which CC 120 silences


@row("CC 120")
@pytest.mark.parametrize("value", [0, 1, 64, 127])
@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
def test_all_sound_off_is_silence_within_ten_milliseconds_whatever_pedal_and_value(
    desk: Desk, value: int, pedal: int
) -> None:
    desk.send(on(60), on(64), cc(pedal, 127), off(64), seconds=0.1)
    sound = desk.play((0.0003, cc(SOUND_OFF, value)), seconds=0.1)
    assert desk.keys() == []
    assert np.abs(sound[:, : round(0.0003 * 48_000)]).max() > 1e-3
    assert np.abs(np.diff(sound[:, round((0.0003 + LATER) * 48_000) :])).max() < SETTLING


@row("CC 120")
def test_all_sound_off_is_for_its_channel_and_port_only(desk: Desk) -> None:
    desk.send(on(60), on(67, channel=1))
    desk.send(on(72), port=1)
    desk.send(cc(SOUND_OFF, 0))
    assert desk.keys() == [67, 72]


@row("CC 120")
def test_after_all_sound_off_late_note_offs_do_no_harm_and_notes_sound_again(desk: Desk) -> None:
    desk.send(on(60), cc(SOUND_OFF, 0), off(60), on(60))
    assert desk.keys(HELD) == [60]


@row("CC 123")
def test_all_notes_off_releases_every_key_of_its_channel_only(desk: Desk) -> None:
    desk.send(on(60), on(60), on(64), on(67, channel=1))
    desk.send(on(72), port=1)
    desk.send(cc(NOTES_OFF, 0))
    assert desk.keys(HELD) == [67, 72]


@row("CC 123")
def test_all_notes_off_is_a_release_and_no_silence(desk: Desk) -> None:
    desk.send(on(60), seconds=0.1)
    sounds = [desk.send(cc(NOTES_OFF, 0), seconds=0.1)]
    desk.set()
    desk.send(on(60), seconds=0.1)
    sounds.append(desk.send(off(60), seconds=0.1))
    np.testing.assert_array_equal(*sounds)


@row("CC 123")
@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
def test_all_notes_off_leaves_to_the_pedals_what_they_hold(desk: Desk, pedal: int) -> None:
    desk.send(on(60), on(64), cc(pedal, 127), off(64), cc(NOTES_OFF, 0))
    assert desk.keys(HELD) == [60, 64]
    desk.send(cc(pedal, 0))
    assert desk.keys(HELD) == []


KEPT = (0, 7, 8, 10, 32, 5, *range(70, 80), 91, 92, 93, 94, 95)
FIELDS = (
    "volume",
    "pan",
    "program",
    "bank",
    "bend_range",
    "fine",
    "coarse",
    "release",
    "attack",
    "reverb",
    "chorus",
)


@row("CC 121")
def test_reset_never_touches_volume_pan_bank_program_sound_controllers_and_effects(desk: Desk) -> None:
    desk.engine.set_sound(3, Sound((0.0,), reverb=0.0))
    desk.send(rpn(0, 7), rpn(1, 70), rpn(2, 66), program(3), *(cc(number, 20) for number in KEPT))
    before = desk.channel()
    desk.send(cc(RESET, 0))
    after = desk.channel()
    for name in FIELDS:
        assert after[name] == before[name], name
    assert [after["cc"][number] for number in KEPT] == [20] * len(KEPT)


@row("CC 121")
def test_reset_never_changes_how_loud_and_where_a_note_is(desk: Desk) -> None:
    desk.send(cc(7, 60), cc(10, 20), seconds=0.1)
    before = desk.note()
    desk.send(cc(RESET, 0), seconds=0.1)
    after = desk.note()
    assert [rms(side[None]) for side in after] == pytest.approx(
        [rms(side[None]) for side in before], rel=1e-3
    )


@row("CC 121")
def test_reset_centres_the_bend_and_lets_the_wheel_go(desk: Desk) -> None:
    desk.send(bend(0), cc(1, 127), seconds=0.1)
    desk.send(cc(RESET, 0), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0, abs=0.01)
    assert desk.channel()["cc"][1] == 0


@row("CC 121")
def test_reset_puts_expression_back_to_127(desk: Desk) -> None:
    before = rms(desk.note())
    desk.send(cc(11, 10), cc(RESET, 0), seconds=0.1)
    assert rms(desk.note()) == pytest.approx(before, rel=1e-3)


@row("CC 121")
def test_reset_lets_pressures_go(desk: Desk) -> None:
    desk.send(on(60), pressure(100), poly(60, 100))
    pressed = desk.engine.memory.voices["touch"].max(), desk.channel()["controls"].max()
    desk.send(cc(RESET, 0))
    assert min(pressed) > 0.5
    assert (desk.voices(HELD)["touch"].max(), desk.channel()["controls"].max()) == (0.0, 0.0)


@row("CC 121")
@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
def test_reset_lifts_the_pedals_and_with_them_the_notes_that_only_they_hold(desk: Desk, pedal: int) -> None:
    desk.send(on(60), on(64), cc(pedal, 127), off(64), cc(RESET, 0))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([60], [64])


@row("CC 121")
@pytest.mark.parametrize("pedal", [PORTAMENTO, SOFT])
def test_reset_lifts_portamento_and_the_soft_pedal(desk: Desk, pedal: int) -> None:
    before = desk.note()
    desk.send(cc(5, 100), on(57), off(57), cc(pedal, 127), cc(RESET, 0), cc(SOUND_OFF, 0), seconds=0.1)
    after = desk.note()
    assert rms(after) == pytest.approx(rms(before), rel=1e-3)
    assert tone(after) == pytest.approx(69.0, abs=0.01)


@row("CC 121")
def test_reset_deselects_the_parameter(desk: Desk) -> None:
    desk.send(cc(101, 0), cc(100, 0), cc(RESET, 0), cc(DATA, 24), bend(0), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(67.0, abs=0.01)


@row("CC 121")
def test_reset_is_for_its_channel_only(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127, 1), on(60, channel=1), off(60, channel=1), cc(RESET, 0))
    assert desk.keys(HELD) == [60]


@row("CC 124–127")
@pytest.mark.parametrize("mode", [OMNI_OFF, OMNI_ON, MONO, POLY])
def test_every_mode_message_is_also_all_notes_off(desk: Desk, mode: int) -> None:
    desk.send(on(60), on(64), on(67, channel=1), cc(mode, 0))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([67], [60, 64])


@row("CC 124–127")
@pytest.mark.parametrize("mode", [OMNI_OFF, OMNI_ON, MONO, POLY])
def test_mode_messages_leave_to_the_pedal_what_it_holds(desk: Desk, mode: int) -> None:
    desk.send(cc(SUSTAIN, 127), on(60), cc(mode, 0))
    assert desk.keys(HELD) == [60]


@row("CC 124–127", "Mono, legato, priorities")
def test_mono_plays_one_note_at_a_time_until_poly(desk: Desk) -> None:
    desk.send(cc(MONO, 1), on(60), on(64))
    assert desk.keys(HELD) == [64]
    desk.send(off(60), off(64), cc(POLY, 0), on(60), on(64))
    assert desk.keys(HELD) == [60, 64]


@row("CC 124–127")
def test_omni_does_not_let_a_channel_hear_another(desk: Desk) -> None:
    desk.send(cc(OMNI_ON, 0), on(60, channel=1))
    assert desk.voices(HELD)["channel"].tolist() == [1]


@row("Mono, legato, priorities")
@pytest.mark.parametrize(
    ("priority", "after"), [(0, [60, 67, 64, 67, 60]), (1, [60, 67, 67, 67, 60]), (2, [60, 60, 60, 60, 60])]
)
def test_last_highest_or_lowest_wins_and_a_release_returns_to_a_key_still_held(
    desk: Desk, priority: int, after: list[int]
) -> None:
    desk.set(mono=True, priority=priority)
    steps = [on(60), on(67), on(64), off(64), off(67)]
    heard = []
    for step in steps:
        desk.send(step, seconds=0.02)
        heard.append(desk.keys(HELD))
    assert heard == [[key] for key in after]
    desk.send(off(60))
    assert desk.keys(HELD) == []


@row("Mono, legato, priorities")
def test_a_mono_note_without_legato_begins_anew(desk: Desk) -> None:
    desk.set(mono=True)
    desk.send(on(60), seconds=0.1)
    first = desk.voices(HELD)["serial"][0]
    desk.send(on(64))
    assert desk.voices(HELD)["serial"][0] > first


@row("Mono, legato, priorities")
def test_a_legato_note_keeps_the_voice_and_returns_with_it(desk: Desk) -> None:
    desk.set(mono=True, legato=True)
    desk.send(on(60), seconds=0.1)
    first = desk.voices(HELD)["serial"].tolist()
    desk.send(on(64), seconds=0.1)
    assert tone(desk.listen()) == pytest.approx(64.0, abs=0.01)
    desk.send(off(64), seconds=0.1)
    assert tone(desk.listen()) == pytest.approx(60.0, abs=0.01)
    assert desk.voices(HELD)["serial"].tolist() == first
    desk.send(off(60))
    assert desk.keys(HELD) == []


@row("Mono, legato, priorities")
def test_a_mono_note_that_the_pedal_holds_gives_way_to_the_next(desk: Desk) -> None:
    desk.set(mono=True)
    desk.send(cc(SUSTAIN, 127), on(60), off(60), on(64), off(64))
    assert desk.keys(HELD) == [64]
    desk.send(cc(SUSTAIN, 0))
    assert desk.keys(HELD) == []


@row("Mono, legato, priorities")
def test_mono_is_its_channels_own(desk: Desk) -> None:
    desk.send(cc(MONO, 1), on(60), on(64), on(60, channel=1), on(64, channel=1))
    assert desk.voices(HELD)["channel"].tolist() == [0, 1, 1]
