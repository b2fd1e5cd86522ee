"""Portamento: CC 5 its time, CC 65 its switch, CC 84 where the next note glides from."""

import numpy as np
import pytest

from tests.midi.hearing import tone, track
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on

TIME, SWITCH, SOURCE = 5, 65, 84
ALIKE = 0.05  # semitones


def ends_at(desk: Desk, *messages: bytes) -> tuple[float, float, float]:
    """Pitch just after key 69 is struck, a tenth of a second on, and at the end."""
    desk.send(*messages, seconds=0.2)
    heard = track(desk.send(on(69), seconds=0.3), 4)
    settled = tone(desk.listen(2.0)[:, 48_000:])
    return float(heard[6]), float(heard[len(heard) // 3]), settled


BEFORE = on(57), off(57), cc(120, 0)


@row("CC 5, 65, 84")
def test_with_the_switch_on_a_note_glides_from_the_last_one(desk: Desk) -> None:
    begin, middle, end = ends_at(desk, cc(TIME, 50), cc(SWITCH, 127), *BEFORE)
    assert 56.9 < begin < middle < 69.0 - ALIKE
    assert end == pytest.approx(69.0, abs=0.01)


@row("CC 5, 65, 84")
@pytest.mark.parametrize("switch", [0, 63])
def test_with_the_switch_off_no_note_glides(desk: Desk, switch: int) -> None:
    begin, *_ = ends_at(desk, cc(TIME, 50), cc(SWITCH, switch), *BEFORE)
    assert begin == pytest.approx(69.0, abs=ALIKE)


@row("CC 5, 65, 84")
def test_a_longer_time_glides_longer(desk: Desk) -> None:
    middles = []
    for time in (20, 50, 100):
        desk.set()
        middles.append(ends_at(desk, cc(TIME, time), cc(SWITCH, 127), *BEFORE)[1])
    assert middles[0] > middles[1] + ALIKE > middles[2] + 2 * ALIKE


@row("CC 5, 65, 84")
def test_a_source_note_starts_the_next_glide_and_only_that(desk: Desk) -> None:
    begin, _, end = ends_at(desk, cc(TIME, 50), cc(SOURCE, 81))
    assert 69.0 + ALIKE < begin < 81.1
    assert end == pytest.approx(69.0, abs=0.01)
    desk.send(off(69), cc(120, 0), seconds=0.1)
    assert np.abs(track(desk.send(on(60), seconds=0.2), 4)[6:] - 60.0).max() < ALIKE


@row("CC 5, 65, 84")
def test_the_first_note_of_all_has_nothing_to_glide_from(desk: Desk) -> None:
    begin, *_ = ends_at(desk, cc(TIME, 100), cc(SWITCH, 127))
    assert begin == pytest.approx(69.0, abs=ALIKE)


@row("CC 5, 65, 84")
def test_a_preset_may_glide_by_itself(desk: Desk) -> None:
    desk.set(portamento=0.2)
    begin, *_, end = ends_at(desk, *BEFORE)
    assert begin < 69.0 - ALIKE
    assert end == pytest.approx(69.0, abs=0.01)


@row("CC 5, 65, 84")
def test_a_glide_is_its_channels_own(desk: Desk) -> None:
    desk.send(on(57, channel=1), off(57, channel=1), cc(120, 0, 1))
    begin, *_ = ends_at(desk, cc(TIME, 100), cc(SWITCH, 127))
    assert begin == pytest.approx(69.0, abs=ALIKE)
