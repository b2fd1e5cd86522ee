"""Pedals: sustain, half pedal, sostenuto, soft, legato."""

from itertools import pairwise

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import HELD, RELEASED
from tests.engine.parts import Organ
from tests.engine.test_travel import Dial
from tests.midi.hearing import loudness_in, strength, tone
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on

SUSTAIN, SOSTENUTO, SOFT, LEGATO = 64, 66, 67, 68


@row("Sustain 64")
def test_the_sustain_pedal_is_down_from_64_on(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 64), on(60), off(60), seconds=0.2)
    assert desk.keys(HELD) == [60]
    desk.send(cc(SUSTAIN, 63))
    assert desk.keys(HELD) == []


@row("Sustain 64")
@pytest.mark.parametrize("value", [1, 32, 63])
def test_a_pedal_that_never_returns_to_0_holds_nothing(desk: Desk, value: int) -> None:
    desk.send(cc(SUSTAIN, 127), cc(SUSTAIN, value), on(60), off(60))
    assert desk.keys(HELD) == []


@row("Sustain 64")
def test_the_pedal_does_not_release_keys_that_are_down(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), on(60), on(64), off(64), cc(SUSTAIN, 0))
    assert desk.keys(HELD) == [60]


@row("Sustain 64")
def test_a_pedal_holds_no_note_of_another_channel_or_port(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), on(60, channel=1), off(60, channel=1))
    desk.send(on(62), off(62), port=1)
    assert desk.keys(HELD) == []


@row("Sustain 64")
def test_a_key_pressed_again_under_the_pedal_sounds_anew_and_once(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), on(60), off(60), on(60, 50))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([60], [60])
    desk.send(off(60), cc(SUSTAIN, 0))
    assert desk.keys(HELD) == []


def rest(desk: Desk, pedal: int, **sound: object) -> float:
    """Loudness a fifth of a second after the key went up."""
    desk.set(**sound)
    return loudness_in(desk.play((0.0, cc(SUSTAIN, pedal) + on(60)), (0.1, off(60)), seconds=0.4), 0.3, 0.4)


@row("Half pedal")
def test_where_the_instrument_has_it_the_release_is_longer_the_further_the_pedal_is_down(desk: Desk) -> None:
    rests = [rest(desk, pedal, half_pedal=True) for pedal in (0, 32, 64, 96, 127)]
    assert all(after > 1.05 * before for before, after in pairwise(rests)), rests


@row("Half pedal")
def test_a_half_pedal_all_the_way_down_holds(desk: Desk) -> None:
    held = rest(desk, 127, half_pedal=True)
    assert held == pytest.approx(rest(desk, 127), rel=1e-3)


@row("Half pedal")
def test_where_the_instrument_has_it_not_the_pedal_is_up_or_down(desk: Desk) -> None:
    assert rest(desk, 0) == rest(desk, 63)
    assert rest(desk, 64) == rest(desk, 127)


@row("Half pedal")
def test_a_half_pedal_that_moves_changes_how_a_released_note_fades(desk: Desk) -> None:
    desk.set(half_pedal=True)
    sound = desk.play((0.0, cc(SUSTAIN, 80) + on(60)), (0.1, off(60)), (0.3, cc(SUSTAIN, 0)), seconds=0.5)
    slow = loudness_in(sound, 0.25, 0.3) / loudness_in(sound, 0.2, 0.25)
    fast = loudness_in(sound, 0.4, 0.45) / loudness_in(sound, 0.35, 0.4)
    assert fast < 0.9 * slow


@row("Sostenuto 66")
def test_sostenuto_holds_only_the_keys_that_are_down_when_it_is_pressed(desk: Desk) -> None:
    desk.send(on(60), cc(SOSTENUTO, 127), on(64), off(60), off(64))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([60], [64])
    desk.send(cc(SOSTENUTO, 0))
    assert desk.keys(HELD) == []


@row("Sostenuto 66")
def test_sostenuto_does_not_latch_what_only_the_sustain_pedal_holds(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), on(60), off(60), cc(SOSTENUTO, 127), cc(SUSTAIN, 0))
    assert desk.keys(HELD) == []


@row("Sostenuto 66")
@pytest.mark.parametrize("first", [SUSTAIN, SOSTENUTO])
def test_a_note_ends_when_neither_pedal_holds_it(desk: Desk, first: int) -> None:
    second = SUSTAIN + SOSTENUTO - first
    desk.send(on(60), cc(SOSTENUTO, 127), cc(SUSTAIN, 127), off(60), cc(first, 0))
    assert desk.keys(HELD) == [60]
    desk.send(cc(second, 0))
    assert desk.keys(HELD) == []


@row("Sostenuto 66")
def test_lifting_sostenuto_does_not_release_a_key_that_is_down(desk: Desk) -> None:
    desk.send(on(60), cc(SOSTENUTO, 127), off(60), on(60), cc(SOSTENUTO, 0))
    assert desk.keys(HELD) == [60]


@row("Sostenuto 66")
def test_sostenuto_repeated_while_down_latches_no_further_key(desk: Desk) -> None:
    desk.send(on(60), cc(SOSTENUTO, 127), on(64), cc(SOSTENUTO, 100), off(60), off(64))
    assert desk.keys(HELD) == [60]


@row("Soft 67, legato 68")
@pytest.mark.parametrize("generator", [Organ(), Dial()], ids=["quieter", "darker"])
def test_the_soft_pedal_makes_the_notes_to_come_quieter_and_darker(desk: Desk, generator: object) -> None:
    desk.set(generator=generator, cached=False)
    brightness = {"timbre": (0.5,)} if isinstance(generator, Dial) else {}
    desk.engine.set_sound(0, Sound((1.0,), reverb=0.0, offsets=brightness))
    plain = strength(desk.note())
    desk.send(cc(SOFT, 127))
    assert 0.3 * plain < strength(desk.note()) < 0.95 * plain
    desk.send(cc(SOFT, 0))
    assert strength(desk.note()) == pytest.approx(plain, rel=1e-3)


@row("Soft 67, legato 68")
def test_the_legato_pedal_keeps_the_voice_from_note_to_note(desk: Desk) -> None:
    desk.send(cc(LEGATO, 127), on(60), seconds=0.1)
    first = desk.voices(HELD)
    desk.send(on(64), seconds=0.1)
    second = desk.voices(HELD)
    assert second["serial"].tolist() == first["serial"].tolist()
    assert tone(desk.listen()) == pytest.approx(64.0, abs=0.01)
    desk.send(off(60), off(64))
    assert desk.keys(HELD) == []


@row("Soft 67, legato 68")
def test_without_the_legato_pedal_every_note_has_a_voice(desk: Desk) -> None:
    desk.send(cc(LEGATO, 127), cc(LEGATO, 0), on(60), on(64))
    assert desk.keys(HELD) == [60, 64]


@row("Soft 67, legato 68")
def test_notes_that_do_not_touch_are_no_legato(desk: Desk) -> None:
    desk.send(cc(LEGATO, 127), on(60), off(60), on(64))
    assert (desk.keys(HELD), desk.keys(RELEASED)) == ([64], [60])
    assert np.isfinite(desk.listen()).all()
