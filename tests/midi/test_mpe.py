"""MPE: a zone's lead channel and its members, one note each."""

import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import HELD, RELEASED
from tests.engine.test_travel import Dial
from tests.midi.hearing import rms, strength, tone, tones
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, off, on, poly, pressure, program, rpn

CENT = 0.01  # semitones
ZONE, RANGE = 6, 0  # registered parameters
LOWER, UPPER = 0, 15
TIMBRE, SUSTAIN, RESET, SOUND_OFF, NOTES_OFF = 74, 64, 121, 120, 123
TRAVEL = 0.6  # seconds until sounding notes have followed through the network
HALF, FULL = 8192 + 4096, 16383

pytestmark = row("RPN 6 (MPE)")


def zone(members: int, lead: int = LOWER) -> bytes:
    return rpn(ZONE, members, channel=lead)


def at(bent: int, semitones: float) -> float:
    """Pitch of key 69 at a bend of that range."""
    return 69.0 + semitones * (bent - 8192) / 8192


def test_a_members_bend_reaches_48_semitones_and_its_leads_two(desk: Desk) -> None:
    desk.send(zone(15), bend(8192 + 1024, 1), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(at(8192 + 1024, 48.0), abs=CENT)
    desk.send(bend(8192, 1), bend(HALF, LOWER), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(at(HALF, 2.0), abs=CENT)


@pytest.mark.parametrize("told", [24, 48, 12, 0])
def test_a_sender_of_24_semitones_says_so_by_parameter_0_on_any_member(desk: Desk, told: int) -> None:
    desk.send(zone(15), rpn(RANGE, told, channel=3), bend(8192 + 1024, 1), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(at(8192 + 1024, told), abs=CENT)


@pytest.mark.parametrize("lead", [LOWER, UPPER])
def test_every_one_of_fifteen_members_sounds(desk: Desk, lead: int) -> None:
    members = [channel for channel in range(16) if channel != lead]
    desk.send(zone(15, lead), *(on(40 + channel, channel=channel) for channel in members))
    assert desk.voices(HELD)["channel"].tolist() == members
    desk.send(*(off(40 + channel, channel=channel) for channel in members))
    assert desk.keys(HELD) == []


def test_the_range_of_the_lead_is_not_that_of_its_members(desk: Desk) -> None:
    desk.send(zone(15), rpn(RANGE, 12, channel=LOWER), bend(8192 + 1024, 2), bend(0, LOWER), seconds=0.1)
    assert tone(desk.note(channel=2)) == pytest.approx(at(8192 + 1024, 48.0) - 12.0, abs=CENT)


def test_a_note_bent_beyond_what_can_sound_is_silent_and_comes_back(desk: Desk) -> None:
    desk.send(zone(15), on(120, channel=1), seconds=0.1)
    plain = rms(desk.listen())
    desk.send(bend(FULL, 1), seconds=0.1)
    assert rms(desk.listen()) < 1e-3 * plain
    desk.send(bend(8192, 1), seconds=0.1)
    assert rms(desk.listen()) == pytest.approx(plain, rel=1e-2)


def test_the_bend_of_a_note_and_of_its_zone_add_up(desk: Desk) -> None:
    desk.send(zone(4), bend(8192 + 512, 1), bend(0, LOWER), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(at(8192 + 512, 48.0) - 2.0, abs=CENT)


def test_each_note_of_a_chord_bends_on_its_own(desk: Desk) -> None:
    desk.send(zone(4), bend(8192 + 128, 1), bend(8192 - 256, 2), seconds=0.1)
    desk.send(on(60, channel=1), on(64, channel=2), on(67, channel=3), seconds=0.1)
    assert tones(desk.listen(1.0), 3) == pytest.approx([60.75, 62.5, 67.0], abs=CENT)


def test_the_upper_zone_counts_down_from_channel_15(desk: Desk) -> None:
    desk.send(zone(3, UPPER), bend(0, UPPER), seconds=0.1)
    for channel, pitch in ((14, 67.0), (12, 67.0), (11, 69.0)):
        assert tone(desk.note(channel=channel)) == pytest.approx(pitch, abs=CENT)


def test_two_zones_keep_apart(desk: Desk) -> None:
    desk.send(zone(5), zone(5, UPPER), bend(0, LOWER), bend(FULL, UPPER), seconds=0.1)
    assert tone(desk.note(channel=3)) == pytest.approx(67.0, abs=CENT)
    assert tone(desk.note(channel=12)) == pytest.approx(71.0, abs=CENT)


def test_a_new_zone_takes_the_channels_it_needs_from_the_other(desk: Desk) -> None:
    desk.send(zone(14), zone(5, UPPER), bend(0, LOWER), bend(FULL, UPPER), seconds=0.1)
    assert tone(desk.note(channel=10)) == pytest.approx(71.0, abs=CENT)
    assert tone(desk.note(channel=8)) == pytest.approx(67.0, abs=CENT)


def test_a_zone_of_no_members_is_none_and_bends_reach_two_semitones_again(desk: Desk) -> None:
    desk.send(zone(15), zone(0), bend(0, LOWER), bend(FULL, 1), seconds=0.1)
    assert tone(desk.note(channel=1)) == pytest.approx(at(FULL, 2.0), abs=CENT)


@pytest.mark.parametrize("channel", [1, 5, 14])
def test_only_the_first_and_the_last_channel_can_lead(desk: Desk, channel: int) -> None:
    desk.send(zone(3, channel), bend(0, channel), seconds=0.1)
    assert tone(desk.note(channel=channel)) == pytest.approx(67.0, abs=CENT)
    assert tone(desk.note(channel=(channel + 1) % 16)) == pytest.approx(69.0, abs=CENT)


def test_a_zone_is_its_ports_own(desk: Desk) -> None:
    desk.send(zone(15), bend(0, LOWER), seconds=0.1)
    assert tone(desk.note(channel=1, port=1)) == pytest.approx(69.0, abs=CENT)


def dials(desk: Desk) -> None:
    """Notes whose loudness is 1, and 2 more at full pressure, 0.5 at full timbre."""
    desk.set(generator=Dial(), cached=False)
    offsets = {"timbre": (0.5,)}
    desk.engine.set_sound(0, Sound((1.0,), low=60, high=72, reverb=0.0, pressure=(2.0,), offsets=offsets))
    desk.engine.feeder.settle_cache()


def factors(desk: Desk, *messages: bytes) -> list[float]:
    """How much louder `messages` make the notes of members 1 and 2."""
    desk.send(zone(4), on(64, 127, 1), on(69, 127, 2), seconds=0.3)
    before = desk.listen()
    desk.send(*messages, seconds=TRAVEL)
    after = desk.listen()
    return [strength(after, key) / strength(before, key) for key in (64, 69)]


def test_pressure_of_a_member_is_for_its_note_alone(desk: Desk) -> None:
    dials(desk)
    assert factors(desk, pressure(127, 2)) == pytest.approx([1.0, 3.0], rel=0.02)


def test_cc_74_of_a_member_is_for_its_note_alone(desk: Desk) -> None:
    dials(desk)
    assert factors(desk, cc(TIMBRE, 127, 2), cc(TIMBRE, 0, 1)) == pytest.approx([0.5, 1.5], rel=0.02)


def test_pressure_and_cc_74_of_the_lead_are_for_all_its_notes(desk: Desk) -> None:
    dials(desk)
    assert factors(desk, pressure(127, LOWER)) == pytest.approx([3.0, 3.0], rel=0.02)


def test_poly_pressure_acts_on_the_leads_notes_and_not_on_a_members(desk: Desk) -> None:
    dials(desk)
    assert factors(desk, poly(64, 127, 1), poly(69, 127, 2)) == pytest.approx([1.0, 1.0], rel=0.02)
    desk.send(on(72, 127, LOWER), seconds=0.3)
    before = strength(desk.listen(), 72)
    desk.send(poly(72, 127, LOWER), seconds=TRAVEL)
    assert strength(desk.listen(), 72) == pytest.approx(3.0 * before, rel=0.02)


def test_the_pedal_of_the_lead_holds_the_notes_of_its_members(desk: Desk) -> None:
    desk.send(zone(4), cc(SUSTAIN, 127, LOWER), on(60, channel=1), on(64, channel=6))
    desk.send(off(60, channel=1), off(64, channel=6))
    assert desk.keys(HELD) == [60]
    desk.send(cc(SUSTAIN, 0, LOWER))
    assert desk.keys(HELD) == []


def test_volume_of_the_lead_is_the_zones(desk: Desk) -> None:
    desk.send(zone(4), seconds=0.1)
    before = rms(desk.note(channel=2))
    desk.send(cc(7, 50, LOWER), seconds=0.1)
    assert rms(desk.note(channel=2)) == pytest.approx(0.25 * before, rel=0.01)


def test_a_program_change_of_the_lead_is_the_zones(desk: Desk) -> None:
    desk.engine.set_sound(5, Sound((0.0,)))
    desk.send(zone(4), program(5, LOWER), on(60, channel=3), on(64, channel=6))
    assert desk.voices(HELD)["program"].tolist() == [5, 0]


@pytest.mark.parametrize(("mode", "gone"), [(SOUND_OFF, True), (NOTES_OFF, False)])
def test_mode_messages_of_the_lead_are_the_zones(desk: Desk, mode: int, gone: bool) -> None:
    desk.send(zone(4), on(60, channel=1), on(64, channel=2), on(67, channel=8))
    desk.send(cc(mode, 0, LOWER), seconds=0.02)
    assert desk.keys(HELD) == [67]
    assert desk.keys(RELEASED) == ([] if gone else [60, 64])


def test_reset_of_the_lead_centres_the_bends_of_its_members_and_keeps_the_zone(desk: Desk) -> None:
    desk.send(zone(4), bend(0, LOWER), bend(FULL, 2), cc(RESET, 0, LOWER), seconds=0.1)
    assert tone(desk.note(channel=2)) == pytest.approx(69.0, abs=CENT)
    desk.send(bend(8192 + 1024, 2), seconds=0.1)
    assert tone(desk.note(channel=2)) == pytest.approx(75.0, abs=CENT)


def test_two_members_may_play_the_same_key(desk: Desk) -> None:
    desk.send(zone(4), on(60, channel=1), on(60, channel=2), off(60, channel=1))
    assert desk.voices(HELD)["channel"].tolist() == [2]


def test_a_note_that_rings_on_keeps_its_bend_when_its_member_is_used_again(desk: Desk) -> None:
    desk.set(release=5.0)
    desk.send(zone(1), bend(8192 + 512, 1), on(64, channel=1), seconds=0.2)
    desk.send(off(64, channel=1), seconds=0.01)
    desk.send(bend(8192, 1), seconds=0.02)
    assert tone(desk.listen(0.4)) == pytest.approx(67.0, abs=2 * CENT)
