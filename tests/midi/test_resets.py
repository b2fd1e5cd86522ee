"""System messages: resets, master volume and tuning, transport, clock, active sensing."""

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import HELD
from rtsynth_engine.midi.commands import COMMAND, IDENTITY
from rtsynth_engine.midi.parser import make_parser, parse_all
from tests.midi.hearing import rms, tone
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, off, on, raw, rpn, sysex

CENT = 0.01  # semitones
ALL, OURS, OTHERS = 0x7F, 16, 17  # devices
SUSTAIN, SOUND_OFF, RESET, NOTES_OFF = 64, 120, 121, 123
RESETS = {
    "GM": "F0 7E 7F 09 01 F7",
    "GM for us": "F0 7E 10 09 01 F7",
    "GM off": "F0 7E 7F 09 02 F7",
    "GM2": "F0 7E 7F 09 03 F7",
    "GS": "F0 41 10 42 12 40 00 7F 00 41 F7",
    "XG": "F0 43 10 4C 00 00 7E 00 F7",
    "system reset": "FF",
}
NOT_OURS = {
    "GM": "F0 7E 11 09 01 F7",
    "GS": "F0 41 11 42 12 40 00 7F 00 41 F7",
    "XG": "F0 43 11 4C 00 00 7E 00 F7",
}
SYSTEM = row("System reset, start, stop, continue, clock, song position")
UNIVERSAL = row("GM, GM2, GS, XG reset, identity, master volume and tune")
SENSING_ROW = row("Active sensing")
SENSING, CLOCK, START, CONTINUE, STOP = (bytes((byte,)) for byte in (0xFE, 0xF8, 0xFA, 0xFB, 0xFC))
SPOIL = (
    cc(7, 20),
    cc(10, 1),
    cc(11, 20),
    bend(0),
    rpn(0, 12),
    rpn(2, 70),
    cc(74, 0),
    cc(126, 1),
    cc(SUSTAIN, 127),
)


@SYSTEM
@UNIVERSAL
@pytest.mark.parametrize("message", RESETS.values(), ids=RESETS)
def test_a_reset_puts_everything_back_to_the_start(desk: Desk, message: str) -> None:
    before = desk.note()
    desk.send(*SPOIL, on(60), raw(message), seconds=0.1)
    assert desk.keys(HELD) == []
    after = desk.note()
    assert tone(after) == pytest.approx(69.0, abs=CENT)
    assert [rms(side[None]) for side in after] == pytest.approx(
        [rms(side[None]) for side in before], rel=1e-3
    )
    desk.send(on(60), on(64), off(60))
    assert desk.keys(HELD) == [64]


@UNIVERSAL
@pytest.mark.parametrize("message", NOT_OURS.values(), ids=NOT_OURS)
def test_a_reset_for_another_device_is_not_ours(desk: Desk, message: str) -> None:
    desk.send(on(60), rpn(2, 70), raw(message), seconds=0.1)
    assert desk.keys(HELD) == [60]
    assert tone(desk.listen()) == pytest.approx(66.0, abs=CENT)


@SYSTEM
@UNIVERSAL
@pytest.mark.parametrize("message", RESETS.values(), ids=RESETS)
def test_a_reset_is_for_the_port_it_came_on(desk: Desk, message: str) -> None:
    desk.send(on(60))
    desk.send(raw(message), port=1)
    assert desk.keys(HELD) == [60]


@UNIVERSAL
@pytest.mark.parametrize(
    ("high", "low", "share"), [(0x7F, 0x7F, 1.0), (0x40, 0x00, 0.25), (0x20, 0x00, 0.0625)]
)
def test_master_volume_follows_the_square_of_its_14_bits(
    desk: Desk, high: int, low: int, share: float
) -> None:
    full = rms(desk.note())
    desk.send(sysex(0x7F, ALL, 0x04, 0x01, low, high), seconds=0.2)
    assert rms(desk.note()) == pytest.approx(share * full, rel=0.01)
    assert rms(desk.note(channel=5, port=0)) == pytest.approx(share * full, rel=0.01)


@UNIVERSAL
def test_a_master_volume_that_jumps_makes_no_click(desk: Desk) -> None:
    calm = desk.send(on(69), seconds=0.3)[:, 4800:]
    low, high = (sysex(0x7F, ALL, 0x04, 0x01, value, value) for value in (0, 0x7F))
    moved = desk.play(*[(0.02 * i, (low, high)[i % 2]) for i in range(15)], seconds=0.3)
    assert np.abs(np.diff(moved, 2)).max() < 3.0 * np.abs(np.diff(calm, 2)).max()


@UNIVERSAL
@pytest.mark.parametrize(("value", "pitch"), [(0, 68.0), (8192, 69.0), (12288, 69.5)])
def test_master_fine_tuning_has_14_bits_of_a_semitone(desk: Desk, value: int, pitch: float) -> None:
    desk.send(sysex(0x7F, ALL, 0x04, 0x03, value & 127, value >> 7), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(pitch, abs=CENT)


@UNIVERSAL
@pytest.mark.parametrize(("value", "pitch"), [(0x3E, 67.0), (0x40, 69.0), (0x4C, 81.0)])
def test_master_coarse_tuning_counts_semitones(desk: Desk, value: int, pitch: float) -> None:
    desk.send(sysex(0x7F, ALL, 0x04, 0x04, 0, value), seconds=0.1)
    assert tone(desk.note(channel=3)) == pytest.approx(pitch, abs=CENT)


@UNIVERSAL
@pytest.mark.parametrize("kind", [0x01, 0x03, 0x04])
def test_master_messages_for_another_device_are_not_ours(desk: Desk, kind: int) -> None:
    full = rms(desk.note())
    desk.send(sysex(0x7F, OTHERS, 0x04, kind, 0, 0x10), seconds=0.1)
    after = desk.note()
    assert (rms(after), tone(after)) == (pytest.approx(full, rel=1e-3), pytest.approx(69.0, abs=CENT))


@UNIVERSAL
@pytest.mark.parametrize(("device", "asked"), [(ALL, True), (OURS, True), (OTHERS, False)])
def test_an_identity_request_is_told_when_it_is_for_us(device: int, asked: bool) -> None:
    events = parse_all(make_parser(), sysex(0x7E, device, 0x06, 0x01))
    assert [(event["status"], event["data1"]) for event in events] == [(COMMAND, IDENTITY)] * asked


@UNIVERSAL
def test_an_identity_request_disturbs_nothing(desk: Desk) -> None:
    desk.send(
        on(60), sysex(0x7E, ALL, 0x06, 0x01), sysex(0x7E, ALL, 0x06, 0x02, 0x41, 1, 2, 3, 4, 5, 6, 7, 8)
    )
    assert desk.keys(HELD) == [60]


@SENSING_ROW
def test_330_milliseconds_without_a_message_release_everything_once_sensing_was_seen(desk: Desk) -> None:
    desk.send(SENSING, cc(SUSTAIN, 127), on(60), on(64), off(64), seconds=0.3)
    assert desk.keys(HELD) == [60, 64]
    desk.listen(0.05)
    assert desk.keys(HELD) == []


@SENSING_ROW
def test_without_sensing_silence_releases_nothing(desk: Desk) -> None:
    desk.send(on(60), seconds=2.0)
    assert desk.keys(HELD) == [60]


@SENSING_ROW
@pytest.mark.parametrize("message", [SENSING, CLOCK, cc(7, 100)], ids=["sensing", "clock", "volume"])
def test_any_message_keeps_notes_alive(desk: Desk, message: bytes) -> None:
    desk.play((0.0, SENSING), (0.0, on(60)), *((0.3 * i, message) for i in range(1, 6)), seconds=1.7)
    assert desk.keys(HELD) == [60]


@SENSING_ROW
def test_sensing_is_its_ports_own(desk: Desk) -> None:
    desk.send(SENSING, on(60), seconds=0.0)
    desk.send(on(64), port=1, seconds=0.5)
    assert desk.keys(HELD) == [64]


@SENSING_ROW
def test_notes_sound_again_after_sensing_was_lost_and_are_not_watched_until_it_returns(desk: Desk) -> None:
    desk.send(SENSING, on(60), seconds=0.5)
    desk.send(on(62), seconds=0.5)
    assert desk.keys(HELD) == [62]


@SYSTEM
def test_stop_leaves_no_key_and_no_pedal_down(desk: Desk) -> None:
    desk.send(START, cc(SUSTAIN, 127), on(60), on(64, channel=3), off(60), STOP)
    assert desk.keys(HELD) == []
    desk.send(on(60), off(60))
    assert desk.keys(HELD) == []


@SYSTEM
def test_stop_is_for_its_port_only(desk: Desk) -> None:
    desk.send(on(60))
    desk.send(STOP, port=1)
    assert desk.keys(HELD) == [60]


@SYSTEM
def test_the_burst_of_a_sequencer_that_stops_leaves_nothing_hanging(desk: Desk) -> None:
    desk.send(*(on(40 + channel, channel=channel) + cc(SUSTAIN, 127, channel) for channel in range(16)))
    burst = [cc(RESET, 0, channel) + cc(NOTES_OFF, 0, channel) for channel in range(16)]
    desk.send(STOP, *burst, seconds=3.0)
    assert desk.keys() == []
    assert desk.engine.telemetry().dropped_events == 0


@SYSTEM
@pytest.mark.parametrize("message", [START, CONTINUE, CLOCK, raw("F2 10 00"), raw("F3 01"), raw("F6")])
def test_transport_and_clock_disturb_no_note(desk: Desk, message: bytes) -> None:
    desk.send(on(60), message, on(64))
    assert desk.keys(HELD) == [60, 64]


def tempo(desk: Desk) -> float:
    return float(desk.engine.memory.ports[0]["tempo"])


@SYSTEM
@pytest.mark.parametrize("beats", [60.0, 120.0, 174.0])
def test_the_tempo_is_estimated_from_24_clocks_a_quarter_note(desk: Desk, beats: float) -> None:
    desk.play((0.0, START), *((i * 60 / beats / 24, CLOCK) for i in range(97)), seconds=4 * 60 / beats)
    assert tempo(desk) == pytest.approx(beats, rel=1e-3)


@SYSTEM
def test_clocks_that_jitter_give_a_smooth_tempo(desk: Desk) -> None:
    step, jitter = 60 / 120 / 24, np.random.default_rng(3).uniform(-0.002, 0.002, 193)
    desk.play(*((i * step + 0.01 + jitter[i], CLOCK) for i in range(193)), seconds=193 * step + 0.1)
    assert tempo(desk) == pytest.approx(120.0, rel=0.03)


@SYSTEM
def test_the_song_position_counts_clocks_and_sixteenths(desk: Desk) -> None:
    desk.play((0.0, START), *((0.01 + 0.02 * i, CLOCK) for i in range(30)), seconds=0.7)
    assert desk.engine.memory.ports[0]["clocks"] == 30
    desk.send(STOP, raw("F2 04 01"), CONTINUE)
    assert desk.engine.memory.ports[0]["clocks"] == 6 * (4 + 128)
    desk.send(START)
    assert desk.engine.memory.ports[0]["clocks"] == 0


@UNIVERSAL
@pytest.mark.parametrize(("value", "place"), [(0x0000, -1.0), (0x2000, 0.0), (0x3FFF, 1.0)])
def test_an_exclusive_of_ours_turns_a_macro(desk: Desk, value: int, place: float) -> None:
    desk.send(sysex(0x7D, 0x72, 0x74, 0x01, 3, value & 127, value >> 7))
    assert desk.engine.memory.state[0]["knobs"][3] == pytest.approx(place, abs=2e-4)


@UNIVERSAL
def test_an_exclusive_of_ours_selects_a_program_on_every_port(desk: Desk) -> None:
    desk.set().set_sound(300, Sound((0.0,)))
    desk.send(sysex(0x7D, 0x72, 0x74, 0x02, 300 & 127, 300 >> 7))
    assert set(desk.engine.memory.channels["program"].tolist()) == {300}


@UNIVERSAL
@pytest.mark.parametrize("short", [(0x01,), (0x01, 3), (0x01, 3, 0), (0x02,), (0x02, 1)])
def test_an_exclusive_of_ours_that_is_cut_short_does_nothing(desk: Desk, short: tuple[int, ...]) -> None:
    desk.send(sysex(0x7D, 0x72, 0x74, *short), on(60))
    assert desk.keys(HELD) == [60]
    assert not desk.engine.memory.state[0]["knobs"].any()
