"""Tuning: the MIDI tuning standard and Scala scales, each key's pitch measured from the sound."""

from collections.abc import Mapping

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import FIRST_OWN, HELD
from rtsynth_engine.midi.commands import CHECKSUM
from tests.midi.hearing import NOBODY, rms, tone
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import bend, cc, on, program, rpn, sysex

CENT = 0.01  # semitones
NOW, LATER = 0x7F, 0x7E  # real time and not
ALL, OURS, OTHERS = 0x7F, 16, 17  # devices
PROGRAM, BANK = 3, 4  # registered parameters
MTS, SCALA, CHOICE = row("MTS SysEx"), row(".scl / .kbm"), row("RPN 3, 4")


def frequency(pitch: float) -> bytes:
    """Three bytes of the MIDI tuning standard."""
    key = int(pitch)
    share = round((pitch - key) * 16384)
    return bytes((key, share >> 7, share & 127))


def dump(pitches: Mapping[int, float], number: int = 0, device: int = ALL, wrong: int = 0) -> bytes:
    """A bulk dump that tunes keys to pitches in semitones; `wrong` spoils its checksum."""
    keys = b"".join(frequency(pitches.get(key, key)) for key in range(128))
    body = bytes((LATER, device, 0x08, 0x01, number)) + b"A tuning of ours" + keys
    return sysex(body, (int(np.bitwise_xor.reduce(list(body))) & 127) ^ wrong)


def single(pitches: Mapping[int, float], number: int = 0, device: int = ALL) -> bytes:
    """A single-note change in real time."""
    changes = b"".join(bytes((key,)) + frequency(pitch) for key, pitch in pitches.items())
    return sysex(NOW, device, 0x08, 0x02, number, len(pitches), changes)


def octave(kind: int, cents: list[float], channels: int = 0x1FFFFF, fine: bool = False) -> bytes:
    """A scale/octave tuning of the channels whose bits are set."""
    mask = bytes((channels >> 14 & 3, channels >> 7 & 127, channels & 127))
    if fine:
        data = [round(8192 + value * 81.92) for value in cents]
        steps = b"".join(bytes((value >> 7, value & 127)) for value in data)
    else:
        steps = bytes(64 + round(value) for value in cents)
    return sysex(kind, ALL, 0x08, 0x09 if fine else 0x08, mask, steps)


def heard(desk: Desk, *messages: bytes, key: int = 69) -> float:
    """Pitch that a key has after `messages`."""
    desk.send(*messages, seconds=0.1)
    return tone(desk.note(key))


@MTS
@pytest.mark.parametrize("pitch", [69.0, 69.5, 68.25, 57.123])
def test_a_bulk_dump_tunes_every_key(desk: Desk, pitch: float) -> None:
    assert heard(desk, dump({69: pitch})) == pytest.approx(pitch, abs=CENT)
    assert tone(desk.note(60)) == pytest.approx(60.0, abs=CENT)


@MTS
def test_program_0_is_selected_so_a_single_note_change_sounds_at_once(desk: Desk) -> None:
    desk.send(on(69), seconds=0.1)
    desk.send(single({69: 69.5}), seconds=0.1)
    assert tone(desk.listen()) == pytest.approx(69.5, abs=CENT)


@MTS
def test_a_single_note_change_may_carry_several_keys(desk: Desk) -> None:
    desk.send(single({60: 60.25, 64: 63.5, 69: 70.75}), seconds=0.1)
    assert [tone(desk.note(key)) for key in (60, 64, 69)] == pytest.approx([60.25, 63.5, 70.75], abs=CENT)


@MTS
def test_a_frequency_of_7f_7f_7f_leaves_its_key_as_it_was(desk: Desk) -> None:
    unchanged = sysex(NOW, ALL, 0x08, 0x02, 0, 1, 69, 0x7F, 0x7F, 0x7F)
    assert heard(desk, single({69: 69.5}), unchanged) == pytest.approx(69.5, abs=CENT)


@MTS
def test_a_wrong_checksum_is_accepted_and_counted(desk: Desk) -> None:
    assert heard(desk, dump({69: 69.5}, wrong=1)) == pytest.approx(69.5, abs=CENT)
    assert desk.faults(CHECKSUM) == 1


@MTS
def test_a_right_checksum_is_not_counted(desk: Desk) -> None:
    desk.send(dump({69: 69.5}))
    assert desk.faults(CHECKSUM) == 0


@MTS
@pytest.mark.parametrize(("device", "pitch"), [(ALL, 69.5), (OURS, 69.5), (OTHERS, 69.0)])
@pytest.mark.parametrize("message", [dump, single])
def test_tunings_for_other_devices_are_not_ours(desk: Desk, message, device: int, pitch: float) -> None:
    assert heard(desk, message({69: 69.5}, device=device)) == pytest.approx(pitch, abs=CENT)


@MTS
@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize("kind", [NOW, LATER])
def test_an_octave_tuning_moves_every_key_of_a_pitch_class(desk: Desk, kind: int, fine: bool) -> None:
    cents = [0.0] * 12
    cents[9], cents[0] = 50.0, -30.0
    desk.send(octave(kind, cents, fine=fine), seconds=0.1)
    wanted = {57: 57.5, 69: 69.5, 60: 59.7, 64: 64.0}
    for key, pitch in wanted.items():
        assert tone(desk.note(key)) == pytest.approx(pitch, abs=CENT)


@MTS
def test_an_octave_tuning_is_for_the_channels_it_names(desk: Desk) -> None:
    desk.send(octave(NOW, [50.0] * 12, channels=0b10), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0, abs=CENT)
    assert tone(desk.note(channel=1)) == pytest.approx(69.5, abs=CENT)


@MTS
@pytest.mark.parametrize(("kind", "pitch"), [(NOW, 69.5), (LATER, 69.0)])
def test_only_a_real_time_tuning_moves_notes_that_sound(desk: Desk, kind: int, pitch: float) -> None:
    desk.send(on(69), seconds=0.1)
    desk.send(octave(kind, [50.0] * 12), seconds=0.1)
    assert tone(desk.listen()) == pytest.approx(pitch, abs=CENT)


@MTS
@pytest.mark.parametrize("length", [4, 20, 150, 400])
def test_a_dump_that_stops_early_changes_nothing(desk: Desk, length: int) -> None:
    assert heard(desk, dump({69: 69.5})[:length] + b"\xf7") == pytest.approx(69.0, abs=CENT)


@CHOICE
def test_parameter_3_selects_a_tuning_program_that_exists(desk: Desk) -> None:
    assert heard(desk, dump({69: 69.5}, number=2)) == pytest.approx(69.0, abs=CENT)
    assert heard(desk, rpn(PROGRAM, 2)) == pytest.approx(69.5, abs=CENT)
    assert heard(desk, rpn(PROGRAM, 0)) == pytest.approx(69.0, abs=CENT)


@CHOICE
@pytest.mark.parametrize("parameter", [PROGRAM, BANK])
def test_a_tuning_program_or_bank_that_does_not_exist_is_ignored(desk: Desk, parameter: int) -> None:
    strays = [rpn(parameter, 99, channel=channel) for channel in range(16)]
    assert heard(desk, single({69: 69.5}), *strays) == pytest.approx(69.5, abs=CENT)


@CHOICE
def test_parameter_4_selects_a_tuning_bank_that_exists(desk: Desk) -> None:
    keyed = sysex(NOW, ALL, 0x08, 0x07, 1, 0, 1, 69, frequency(69.5))
    assert heard(desk, keyed) == pytest.approx(69.0, abs=CENT)
    assert heard(desk, rpn(BANK, 1)) == pytest.approx(69.5, abs=CENT)


@CHOICE
def test_a_tuning_program_is_its_channels_own(desk: Desk) -> None:
    desk.send(dump({69: 69.5}, number=2), rpn(PROGRAM, 2, channel=1), seconds=0.1)
    assert tone(desk.note()) == pytest.approx(69.0, abs=CENT)
    assert tone(desk.note(channel=1)) == pytest.approx(69.5, abs=CENT)


@MTS
@pytest.mark.parametrize("key", [24, 36, 48, 60, 72, 84, 96, 108])
def test_every_key_is_in_tune_when_all_tunings_act_together(desk: Desk, key: int) -> None:
    """A table, an octave, a bend, fine, coarse and master tuning, at once."""
    cents = [7.0 * i - 40.0 for i in range(12)]
    desk.send(single({key: key + 0.31}), octave(NOW, cents), rpn(0, 7, 0), rpn(1, 80, 5), rpn(2, 62))
    desk.send(sysex(NOW, ALL, 0x04, 0x03, 0, 0x50), bend(12000), seconds=0.1)
    fine, master, bent = (80 * 128 + 5 - 8192) / 8192, (0x50 * 128 - 8192) / 8192, 7.0 * (12000 - 8192) / 8192
    wanted = key + 0.31 + cents[key % 12] / 100 + bent + fine + master - 2.0
    desk.send(on(key), seconds=0.1)
    assert tone(desk.listen(1.0)) == pytest.approx(wanted, abs=CENT)


def stretched(step: float) -> np.ndarray:
    """Pitches of a scale of equal steps about key 69."""
    return (69.0 + step * (np.arange(128) - 69)).astype(np.float32)


@SCALA
@pytest.mark.parametrize("key", [57, 60, 69, 72])
def test_a_scale_tunes_every_key(desk: Desk, key: int) -> None:
    desk.engine.set_tuning(0, stretched(12 / 19))
    assert tone(desk.note(key)) == pytest.approx(69.0 + 12 / 19 * (key - 69), abs=CENT)


@SCALA
def test_an_unmapped_key_is_silent_and_its_neighbours_sound(desk: Desk) -> None:
    pitches = stretched(1.0)
    pitches[69] = np.nan
    desk.engine.set_tuning(0, pitches)
    desk.send(on(69), seconds=0.1)
    assert desk.keys(HELD) == []
    assert rms(desk.note(69)) < NOBODY
    assert tone(desk.note(70)) == pytest.approx(70.0, abs=CENT)


@SCALA
def test_a_preset_brings_its_own_tuning(desk: Desk) -> None:
    desk.engine.set_tuning(FIRST_OWN, stretched(0.5))
    desk.engine.set_sound(1, Sound((0.0,), reverb=0.0, tuning=FIRST_OWN))
    assert tone(desk.note(60)) == pytest.approx(60.0, abs=CENT)
    desk.send(program(1))
    assert tone(desk.note(60)) == pytest.approx(64.5, abs=CENT)
    desk.send(program(0), cc(121, 0))
    assert tone(desk.note(60)) == pytest.approx(60.0, abs=CENT)
