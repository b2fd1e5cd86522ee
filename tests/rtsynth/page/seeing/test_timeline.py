"""Callbacks along time: every one in its slot, late ones marked, bounded."""

import pytest

from rtsynth.page.seeing.timeline import MOST, SLOT, Timeline, histogram
from rtsynth_engine.layout import CALLS
from rtsynth_engine.memory import make_memory
from tests.engine.parts import make_engine, send


@pytest.fixture
def memory():
    memory = make_memory()
    memory.state[0]["rate"] = 48_000.0
    return memory


def call(memory, slot: float, micros: float, xruns: int = 0, frames: int = 480) -> None:
    told = memory.telemetry[0]
    memory.calls[int(told["calls"]) % CALLS] = (
        int((1000 + slot) * SLOT),
        int(micros * 1000),
        frames,
        0,
        xruns,
    )
    told["calls"] += 1


def test_a_slot_is_told_once_it_has_ended(memory) -> None:
    timeline = Timeline(memory)
    call(memory, 0.1, 300)
    call(memory, 0.5, 700)
    assert timeline.look()["slots"] == []
    call(memory, 1.1, 200)
    assert timeline.look() == {"period": 10_000, "first": 1000, "slots": [[700, 0]]}
    call(memory, 1.9, 900)
    call(memory, 2.1, 100)
    assert timeline.look() == {"period": 10_000, "first": 1001, "slots": [[900, 0]]}


def test_slots_in_which_nothing_began_are_not_left_out(memory) -> None:
    timeline = Timeline(memory)
    for slot in (0.1, 2.1, 3.9, 6.1):
        call(memory, slot, 100 + 10 * slot)
    assert timeline.look()["slots"] == [[101, 0], [0, 0], [121, 0], [139, 0], [0, 0], [0, 0]][:4]
    call(memory, 7.1, 100)
    told = timeline.look()
    assert (told["first"], told["slots"]) == (1004, [[0, 0], [0, 0], [161, 0]])


def test_a_call_over_its_period_and_an_xrun_make_a_slot_late(memory) -> None:
    memory.telemetry[0]["xruns"] = 2
    timeline = Timeline(memory)
    call(memory, 0.1, 9_999, xruns=2)
    call(memory, 1.1, 10_001, xruns=2)
    call(memory, 2.1, 100, xruns=2)
    call(memory, 3.1, 100, xruns=3)
    call(memory, 4.1, 100, xruns=3)
    assert [late for _, late in timeline.look()["slots"]] == [0, 1, 0, 1]


def test_what_was_before_is_not_told_and_a_long_absence_is_cut(memory) -> None:
    call(memory, 0.1, 100)
    timeline = Timeline(memory)
    for slot in range(5 * MOST):
        call(memory, slot + 0.5, slot)
    told = timeline.look()
    assert len(told["slots"]) == MOST
    assert (told["first"], told["slots"][-1]) == (1000 + 4 * MOST - 1, [5 * MOST - 2, 0])


def test_nothing_new_is_no_change(memory) -> None:
    timeline = Timeline(memory)
    call(memory, 0.1, 100)
    call(memory, 1.1, 100)
    assert timeline.look() == timeline.look()


def test_the_histogram_counts_every_callback_of_the_engine() -> None:
    engine = make_engine()
    send(engine, frames=2560)
    told = histogram(engine.memory)
    assert sum(told["bins"]) == engine.telemetry().calls
    assert told["edges"] == 1.0 / 256.0
