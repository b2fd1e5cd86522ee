"""Bank select and program change."""

import numpy as np
import pytest

from rtsynth_engine.engine import Sound
from rtsynth_engine.layout import HELD
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on, program

BANK, BANK_FINE = 0, 32
GENERAL, SECOND = 5, 128 + 5  # a program of the first bank, and of the same number in the second


@pytest.fixture
def banked(desk: Desk) -> Desk:
    """A desk whose engine has program 0, and number 5 in two banks."""
    for number in (GENERAL, SECOND):
        desk.engine.set_sound(number, Sound((0.0,), reverb=0.0))
    return desk


def played(desk: Desk) -> list[int]:
    """Programs of the notes held, oldest first."""
    numbers: list[int] = desk.voices(HELD)["program"].tolist()
    return numbers


ROW = row("Bank 0, 32, program change")


@ROW
def test_a_program_change_is_for_the_notes_to_come_and_ringing_notes_finish(banked: Desk) -> None:
    banked.send(on(60), program(GENERAL), on(64), on(67, channel=1))
    assert played(banked) == [0, GENERAL, 0]
    banked.send(off(60), off(64), off(67, channel=1))
    assert played(banked) == []


@ROW
def test_a_program_is_sent_from_0_on(banked: Desk) -> None:
    banked.send(program(GENERAL), on(60))
    assert banked.voices(HELD)["program"].tolist() == [5]


@ROW
@pytest.mark.parametrize("number", [BANK, BANK_FINE])
def test_a_bank_waits_for_the_next_program_change(banked: Desk, number: int) -> None:
    banked.send(program(GENERAL), cc(number, 1), on(60), program(GENERAL), on(64))
    assert played(banked) == [GENERAL, SECOND]


@ROW
def test_a_bank_stays_for_later_program_changes_until_another_comes(banked: Desk) -> None:
    banked.send(cc(BANK, 1), program(GENERAL), on(60), program(GENERAL), on(62))
    banked.send(cc(BANK, 0), program(GENERAL), on(64))
    assert played(banked) == [SECOND, SECOND, GENERAL]


@ROW
def test_banks_are_their_channels_own(banked: Desk) -> None:
    banked.send(cc(BANK, 1), program(GENERAL, 1), on(60, channel=1))
    assert played(banked) == [GENERAL]


@ROW
def test_a_bank_that_does_not_exist_gives_the_general_program(banked: Desk) -> None:
    banked.send(cc(BANK, 99), cc(BANK_FINE, 98), program(GENERAL), on(60))
    assert played(banked) == [GENERAL]


@ROW
def test_an_unknown_program_changes_nothing_and_is_counted(banked: Desk) -> None:
    banked.send(program(99), on(60))
    assert played(banked) == [0]
    assert banked.engine.telemetry().unknown_program == 1


@ROW
def test_a_program_whose_attacks_are_not_ready_sounds_without_a_wait(desk: Desk) -> None:
    desk.engine.set_sound(GENERAL, Sound((0.0,), reverb=0.0))
    sound = desk.send(program(GENERAL), on(69), seconds=0.1)
    assert np.abs(sound).max() > 1e-3
