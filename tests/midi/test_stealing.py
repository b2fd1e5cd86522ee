"""Too many notes: which voice goes, and that nobody hears it go."""

import numpy as np
import pytest

from rtsynth_engine.layout import FADING, HELD
from tests.engine.parts import Organ
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on

SUSTAIN = 64
APART = 0.0007  # seconds

pytestmark = row("Voice stealing")


def crowd(desk: Desk, *messages: bytes) -> Desk:
    """Four voices of polyphony, and what `messages` make of them, one after the other."""
    desk.set(generator=Organ(), polyphony=4)
    for message in messages:
        desk.send(message, seconds=APART)
    return desk


CHORD = on(48), on(60), on(64), on(67)


def test_a_released_voice_goes_first(desk: Desk) -> None:
    crowd(desk, *CHORD, off(64), on(72))
    assert (desk.keys(FADING), desk.keys(HELD)) == ([64], [48, 60, 67, 72])


def test_of_the_released_voices_the_quietest_goes_first(desk: Desk) -> None:
    crowd(desk, on(48), on(60, 127), on(64, 20), on(67, 127), off(60), off(64), off(67))
    desk.listen(0.01)
    desk.send(on(72), seconds=APART)
    assert desk.keys(FADING) == [64]


def test_then_a_voice_that_only_the_pedal_holds(desk: Desk) -> None:
    crowd(desk, *CHORD, cc(SUSTAIN, 127), off(64), on(72))
    assert desk.keys(FADING) == [64]


def test_then_the_oldest_key_but_never_the_lowest_nor_the_newest(desk: Desk) -> None:
    crowd(desk, *CHORD, on(72), on(76), on(79))
    assert desk.keys(HELD) == [48, 72, 76, 79]


def test_the_newest_is_never_stolen_by_a_lower_one(desk: Desk) -> None:
    crowd(desk, on(67), on(64), on(60), on(48), on(40))
    assert desk.keys(HELD) == [64, 60, 48, 40]


def test_one_voice_of_polyphony_plays_the_last_note(desk: Desk) -> None:
    desk.set(polyphony=1)
    desk.send(on(60), on(64), on(67))
    assert desk.keys(HELD) == [67]


def test_a_note_off_for_a_stolen_note_ends_no_other(desk: Desk) -> None:
    crowd(desk, *CHORD, on(72), off(60))
    assert desk.keys(HELD) == [48, 64, 67, 72]


@pytest.mark.parametrize(("seconds", "fading"), [(0.004, [64]), (0.010, [])])
def test_a_stolen_voice_fades_within_five_to_ten_milliseconds(
    desk: Desk, seconds: float, fading: list[int]
) -> None:
    crowd(desk, *CHORD, off(64))
    desk.send(on(72), seconds=seconds)
    assert desk.keys(FADING) == fading


def test_stealing_makes_no_click(desk: Desk) -> None:
    desk.set(polyphony=2)
    calm = desk.play((0.0, on(50)), (0.0, on(57)), seconds=0.5)[0]
    stolen = desk.play(*((0.01 * i, on(52 + i % 3)) for i in range(40)), seconds=0.5)[0]
    assert desk.engine.telemetry().stolen == 40
    assert np.abs(np.diff(stolen)).max() < 3.0 * np.abs(np.diff(calm[4800:])).max()
