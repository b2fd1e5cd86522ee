"""Controllers and pressure: what each turns, and where it stands at first."""

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from tests.engine.test_travel import Dial
from tests.midi.hearing import loudness_in, rms, strength, track
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on, poly, pressure

WHEEL, BREATH, FOOT, VOLUME, BALANCE, PAN, EXPRESSION = 1, 2, 4, 7, 8, 10, 11
MOTION, BODY, RELEASE, ATTACK, BRIGHTNESS, DECAY, VIBRATO_RATE, VIBRATO_DEPTH, VIBRATO_DELAY = range(70, 79)
REVERB, CHORUS = 91, 93
TRAVEL = 0.6  # seconds until sounding notes have followed a move through the network


def dial(desk: Desk, **offsets: tuple[float, ...]) -> None:
    """A sound whose loudness is 1 and whatever a source adds."""
    own = {name: offsets.pop(name) for name in ("wheel", "pressure") if name in offsets}
    desk.set(generator=Dial(), cached=False)
    desk.engine.set_sound(0, Sound((1.0,), low=60, high=72, reverb=0.0, vibrato=0.0, offsets=offsets, **own))
    desk.engine.feeder.settle_cache()


def turned(desk: Desk, *messages: bytes) -> float:
    """How far `messages` move a sounding note: the factor on its amplitude."""
    desk.send(on(69, 127), seconds=0.3)
    before = strength(desk.listen())
    desk.send(*messages, seconds=TRAVEL)
    return strength(desk.listen()) / before


@row("CC 1, 2, 4, 11, 7, 8, 10")
@pytest.mark.parametrize(("number", "source"), [(WHEEL, "wheel"), (BREATH, "breath"), (FOOT, "foot")])
def test_wheel_breath_and_foot_move_the_timbre_of_sounding_notes(
    desk: Desk, number: int, source: str
) -> None:
    dial(desk, **{source: (2.0,)})
    assert turned(desk, cc(number, 127)) == pytest.approx(3.0, rel=0.02)
    desk.send(cc(number, 64), seconds=TRAVEL)
    assert strength(desk.listen()) > 0.0


@row("CC 70–79, 91, 93")
@pytest.mark.parametrize(("number", "source"), [(BRIGHTNESS, "timbre"), (BODY, "body"), (MOTION, "motion")])
@pytest.mark.parametrize(("value", "factor"), [(127, 1.5), (64, 1.0), (0, 0.5)])
def test_brightness_resonance_and_variation_move_the_timbre_both_ways(
    desk: Desk, number: int, source: str, value: int, factor: float
) -> None:
    dial(desk, **{source: (0.5,)})
    assert turned(desk, cc(number, value)) == pytest.approx(factor, rel=0.02)


@row("Channel and poly pressure")
def test_channel_pressure_moves_the_timbre(desk: Desk) -> None:
    dial(desk, pressure=(2.0,))
    assert turned(desk, pressure(127)) == pytest.approx(3.0, rel=0.02)


@row("Channel and poly pressure")
def test_the_pressure_of_one_key_moves_its_note_and_no_other(desk: Desk) -> None:
    dial(desk, pressure=(2.0,))
    desk.send(on(64, 127), on(69, 127), seconds=0.3)
    before = [strength(sound, key) for sound in [desk.listen()] for key in (64, 69)]
    desk.send(poly(69, 127), poly(71, 127), poly(64, 127, 1), seconds=TRAVEL)
    after = [strength(sound, key) for sound in [desk.listen()] for key in (64, 69)]
    assert after[0] == pytest.approx(before[0], rel=0.02)
    assert after[1] == pytest.approx(3.0 * before[1], rel=0.02)


@row("Channel and poly pressure")
def test_the_pressure_of_a_key_ends_with_its_note(desk: Desk) -> None:
    dial(desk, pressure=(2.0,))
    plain = strength(desk.note())
    desk.send(on(69), poly(69, 127), seconds=0.2)
    desk.send(off(69), cc(120, 0), seconds=0.1)
    assert strength(desk.note()) == pytest.approx(plain, rel=0.02)


@row("CC 1, 2, 4, 11, 7, 8, 10")
@pytest.mark.parametrize("number", [VOLUME, EXPRESSION])
def test_volume_and_expression_follow_the_square_of_their_value(desk: Desk, number: int) -> None:
    desk.send(cc(number, 127), seconds=0.1)
    full = rms(desk.note())
    for value in (100, 64, 1):
        desk.send(cc(number, value), seconds=0.1)
        assert rms(desk.note()) / full == pytest.approx((value / 127) ** 2, rel=1e-2)
    desk.send(cc(number, 0), seconds=0.1)
    assert rms(desk.note()) < 1e-6


@row("CC 1, 2, 4, 11, 7, 8, 10")
@pytest.mark.parametrize(("number", "value"), [(VOLUME, 100), (EXPRESSION, 127), (PAN, 64), (BALANCE, 64)])
def test_the_default_of_volume_is_100_of_expression_127_and_of_pan_64(
    desk: Desk, number: int, value: int
) -> None:
    before = desk.note()
    desk.send(cc(number, value), seconds=0.1)
    after = desk.note()
    assert [rms(side[None]) for side in after] == pytest.approx(
        [rms(side[None]) for side in before], rel=1e-3
    )


@row("CC 1, 2, 4, 11, 7, 8, 10")
@pytest.mark.parametrize("number", [PAN, BALANCE])
@pytest.mark.parametrize(
    ("value", "angle"),
    [(0, 0.0), (1, 0.0), (64, np.pi / 4), (96, np.pi / 4 * (1 + 32 / 63)), (127, np.pi / 2)],
)
def test_pan_keeps_the_power_with_0_and_1_hard_left_and_64_the_centre(
    desk: Desk, number: int, value: int, angle: float
) -> None:
    power = rms(desk.note()) * np.sqrt(2.0)
    desk.send(cc(number, value), seconds=0.1)
    left, right = (rms(side[None]) for side in desk.note())
    assert left == pytest.approx(power * np.cos(angle), abs=2e-3 * power)
    assert right == pytest.approx(power * np.sin(angle), abs=2e-3 * power)


@row("CC 1, 2, 4, 11, 7, 8, 10")
@pytest.mark.parametrize("number", [VOLUME, EXPRESSION, PAN])
def test_a_controller_that_jumps_makes_no_click(desk: Desk, number: int) -> None:
    calm = desk.send(on(69), seconds=0.3)[:, 4800:]
    jumps = [(0.01 * i, cc(number, 127 * (i % 2))) for i in range(30)]
    moved = desk.play(*jumps, seconds=0.3)
    assert np.abs(np.diff(moved, 2)).max() < 3.0 * np.abs(np.diff(calm, 2)).max() * (127 / 100) ** 2


def ends(desk: Desk, *messages: bytes) -> float:
    """Loudness a tenth of a second after the key went up."""
    desk.set()
    desk.send(*messages, on(69), seconds=0.2)
    return loudness_in(desk.send(off(69), seconds=0.2), 0.1, 0.15)


@row("CC 70–79, 91, 93")
def test_release_time_is_longer_above_64_and_shorter_below(desk: Desk) -> None:
    short, plain, centre, long = (
        ends(desk, *m) for m in ((cc(RELEASE, 0),), (), (cc(RELEASE, 64),), (cc(RELEASE, 127),))
    )
    assert short < 0.7 * plain < 0.5 * long
    assert centre == pytest.approx(plain, rel=1e-4)


@row("CC 70–79, 91, 93")
def test_attack_time_above_64_lets_notes_swell(desk: Desk) -> None:
    plain = desk.send(on(69), seconds=4.0)
    desk.set()
    swollen = desk.send(cc(ATTACK, 100), on(69), seconds=4.0)
    assert loudness_in(swollen, 0.0, 0.05) < 0.3 * loudness_in(plain, 0.0, 0.05)
    assert loudness_in(swollen, 3.5, 4.0) == pytest.approx(loudness_in(plain, 3.5, 4.0), rel=0.01)


@row("CC 70–79, 91, 93")
def test_decay_time_below_64_lets_held_notes_die_away(desk: Desk) -> None:
    plain = desk.send(on(69), seconds=1.0)
    desk.set()
    dying = desk.send(cc(DECAY, 20), on(69), seconds=1.0)
    assert loudness_in(dying, 0.9, 1.0) < 0.5 * loudness_in(plain, 0.9, 1.0)
    assert loudness_in(dying, 0.0, 0.05) == pytest.approx(loudness_in(plain, 0.0, 0.05), rel=0.2)


def sway(desk: Desk, seconds: float = 1.0) -> tuple[float, float]:
    """Depth in semitones, and turns a second, of the vibrato that sounds."""
    sound = desk.listen(seconds)
    heard = track(sound, 4)
    centred = heard - heard.mean()
    crossings = np.count_nonzero(np.diff(np.signbit(centred)))
    return float(np.ptp(heard) / 2.0), crossings / 2.0 / seconds


@row("CC 70–79, 91, 93")
def test_vibrato_depth_sways_the_pitch_without_the_wheel(desk: Desk) -> None:
    desk.send(on(69), seconds=0.1)
    assert sway(desk)[0] < 0.01
    desk.send(cc(VIBRATO_DEPTH, 127), seconds=0.1)
    assert sway(desk)[0] > 0.2


@row("CC 70–79, 91, 93")
def test_vibrato_rate_sets_how_fast_it_sways(desk: Desk) -> None:
    rates = []
    for value in (0, 64, 127):
        desk.set()
        desk.send(cc(VIBRATO_RATE, value), cc(WHEEL, 127), on(69), seconds=0.1)
        rates.append(sway(desk, 3.0)[1])
    assert rates[0] == pytest.approx(rates[1] / 2.0, rel=0.15)
    assert rates[2] == pytest.approx(rates[1] * 2.0, rel=0.15)


@row("CC 70–79, 91, 93")
def test_vibrato_delay_lets_the_note_begin_plain(desk: Desk) -> None:
    desk.send(cc(VIBRATO_DELAY, 127), cc(VIBRATO_DEPTH, 127), on(69), seconds=0.05)
    early = sway(desk, 0.5)[0]
    desk.listen(2.0)
    assert early < 0.3 * sway(desk, 0.5)[0]


@row("CC 70–79, 91, 93")
def test_the_modulation_wheel_is_a_vibrato_of_half_a_semitone(desk: Desk) -> None:
    desk.send(cc(WHEEL, 127), on(69), seconds=0.1)
    assert sway(desk)[0] == pytest.approx(0.5, rel=0.1)


def tail(desk: Desk, *messages: bytes) -> float:
    """Loudness of what still sounds well after a note has ended: reverb."""
    desk.set(reverb=0.2, release=0.05)
    desk.send(*messages, on(69), seconds=0.3)
    return loudness_in(desk.send(off(69), seconds=0.3), 0.1, 0.3)


@row("CC 70–79, 91, 93")
def test_the_reverb_send_goes_from_dry_over_the_presets_own_to_wet(desk: Desk) -> None:
    dry, own, default, wet = (
        tail(desk, *m) for m in ((cc(REVERB, 0),), (), (cc(REVERB, 40),), (cc(REVERB, 127),))
    )
    assert dry < 0.05 * own
    assert default == pytest.approx(own, rel=1e-3)
    assert wet > 1.5 * own


@row("CC 70–79, 91, 93")
def test_the_chorus_send_thickens_the_sound_and_0_is_plain(desk: Desk) -> None:
    plain = desk.send(on(69), seconds=0.5)
    desk.set()
    np.testing.assert_array_equal(desk.send(cc(CHORUS, 0), on(69), seconds=0.5), plain)
    desk.set()
    thick = desk.send(cc(CHORUS, 127), on(69), seconds=0.5)
    assert rms(thick - plain) > 0.05 * rms(plain)


@row("NRPN, 14-bit CC")
def test_the_second_half_of_a_controller_does_nothing_of_its_own(desk: Desk) -> None:
    before = desk.note()
    desk.send(cc(VOLUME + 32, 0), cc(PAN + 32, 99), cc(EXPRESSION + 32, 0), seconds=0.1)
    assert rms(desk.note()) == pytest.approx(rms(before), rel=1e-3)


@row("CC 1, 2, 4, 11, 7, 8, 10", "CC 70–79, 91, 93", "Channel and poly pressure")
def test_controllers_are_their_channels_own(desk: Desk) -> None:
    before = rms(desk.note(channel=1))
    desk.send(*(cc(number, 1) for number in (2, 4, 7, 8, 10, 11, *range(70, 79), 91, 93)), pressure(127))
    assert rms(desk.note(channel=1)) == pytest.approx(before, rel=1e-3)
    assert rms(desk.note(port=1)) == pytest.approx(before, rel=1e-3)
    assert rms(desk.note()) < 0.1 * before
