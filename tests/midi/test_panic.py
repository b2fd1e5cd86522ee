"""Panic: silence at once, pedals up, nothing left in a queue; and a port that goes away."""

import numpy as np

from rtsynth_engine.layout import HELD
from tests.midi.hearing import SETTLING
from tests.midi.rows import row
from tests.midi.ways import Desk
from tests.midi.wire import cc, off, on

SUSTAIN, SOSTENUTO, VOLUME, SOUND_OFF = 64, 66, 7, 120
PANIC, PORTS = row("Panic"), row("Hot-plug")


@PANIC
def test_panic_is_silence_within_ten_milliseconds_on_every_channel_and_port(desk: Desk) -> None:
    for port in (0, 3, 7):
        desk.send(*(on(40 + c, channel=c) + cc(SUSTAIN, 127, c) for c in range(16)), port=port)
    desk.engine.panic()
    assert np.abs(np.diff(desk.listen(0.1)[:, 960:])).max() < SETTLING
    assert desk.keys() == []


@PANIC
def test_panic_lifts_the_pedals(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), cc(SOSTENUTO, 127), on(60))
    desk.engine.panic()
    desk.listen(0.05)
    desk.send(on(62), off(62))
    assert desk.keys(HELD) == []


@PANIC
def test_panic_empties_the_queues(desk: Desk) -> None:
    engine = desk.engine
    engine.push(engine.clock + 9600, 0x90, 60, 100)
    desk.listen(0.01)
    engine.push(engine.clock + 9600, 0x90, 64, 100)
    engine.panic()
    assert np.abs(desk.listen(0.5)).max() == 0.0


@PANIC
def test_panic_works_when_every_ring_is_full(desk: Desk) -> None:
    desk.send(on(60), seconds=0.1)
    engine = desk.engine
    while engine.push(engine.clock + 10**9, 0xB0, VOLUME, 100):
        pass
    engine.panic()
    desk.listen(0.02)
    assert desk.keys() == []
    assert engine.push(engine.clock, 0x90, 62, 100)
    desk.listen(0.01)
    assert desk.keys(HELD) == [62]


@PANIC
def test_after_panic_notes_sound_again(desk: Desk) -> None:
    desk.send(on(60))
    desk.engine.panic()
    desk.listen(0.05)
    desk.send(off(60), on(60))
    assert desk.keys(HELD) == [60]


@PANIC
def test_cc_120_on_every_channel_is_a_panic_that_any_controller_can_send(desk: Desk) -> None:
    desk.send(*(on(40 + c, channel=c) + cc(SUSTAIN, 127, c) for c in range(16)))
    desk.send(*(cc(SOUND_OFF, 0, c) for c in range(16)))
    assert desk.keys() == []


@PORTS
def test_a_port_that_goes_away_takes_its_keys_and_pedals_along_and_no_others(desk: Desk) -> None:
    desk.send(cc(SUSTAIN, 127), *(on(60 + i, channel=i) for i in range(9)), port=1)
    desk.send(on(72), port=2)
    desk.engine.release_port(1)
    desk.listen(0.02)
    assert desk.keys(HELD) == [72]
    desk.send(on(60), off(60), port=1)
    assert desk.keys(HELD) == [72]
