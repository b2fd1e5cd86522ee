"""A score on the engine's clock: times in frames, and a live cue that is never early and loses nothing."""

import numpy as np
import pytest

from rtsynth.midi.score import EVENTS, Score, messages
from rtsynth.scores import AHEAD, Cue, programs_of, to_events

RATE = 1000.0


class Keys:
    """An engine that only remembers what it is given; its ring takes `room` events per clock tick."""

    rate = RATE

    def __init__(self, room: int) -> None:
        self.clock, self.room, self.left = 0, room, room
        self.heard: list[tuple[int, int]] = []

    def push(
        self, time: int, status: int, data1: int, data2: int = 0, port: int = 0, value: float = 0.0
    ) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        self.heard.append((time, data1))
        return True

    def tick(self, frames: int) -> None:
        self.clock += frames
        self.left = self.room


def score(*rows: tuple[float, int, int, int]) -> Score:
    events = messages((seconds, 0, *message) for seconds, *message in rows)
    return Score(events, float(events["seconds"][-1]))


def test_times_become_frames_and_messages_stay() -> None:
    (event,) = to_events(score((1.5, 0x93, 60, 100)), 44_100.0)
    assert [event[name] for name in ("time", "port", "status", "data1", "data2")] == [
        66_150,
        0,
        0x93,
        60,
        100,
    ]


def test_program_changes_can_be_left_out() -> None:
    rows = score((0.0, 0xC0, 40, 0), (0.0, 0x90, 60, 100))
    assert to_events(rows, RATE, keep_programs=False)["status"].tolist() == [0x90]


def test_the_programs_of_a_score_include_the_first() -> None:
    assert programs_of(to_events(score((0.0, 0xC3, 40, 0), (1.0, 0xC0, 9, 0), (2.0, 0xC0, 9, 0)), RATE)) == [
        0,
        9,
        40,
    ]


def test_programs_of_a_bank_are_those_of_its_channel_and_where_it_lacks_one_of_the_first_bank() -> None:
    bank, fine = (0.0, 0xB1, 0, 1), (0.1, 0xB2, 32, 1)
    changes = ((1.0, 0xC1, 5, 0), (1.1, 0xC2, 6, 0), (1.2, 0xC3, 7, 0), (1.3, 0xC1, 8, 0))
    events = to_events(score(bank, fine, *changes), RATE)
    assert programs_of(events, {0, 5, 6, 7, 8, 133, 134}) == [0, 7, 8, 133, 134]


@pytest.mark.parametrize("room", [1, 3, 1000])
def test_a_cue_hands_over_every_event_in_order_and_not_too_early(room: int) -> None:
    rows = score(*((step / 50, 0x90, step % 128, 1) for step in range(100)))
    keys = Keys(room)
    cue = Cue(keys, to_events(rows, RATE), start=500)  # type: ignore[arg-type]
    while len(keys.heard) < 100:
        cue.feed()
        assert all(time <= keys.clock + AHEAD * RATE for time, _ in keys.heard)
        keys.tick(5)
    assert [key for _, key in keys.heard] == [step % 128 for step in range(100)]
    assert keys.heard[0][0] == 500


def test_commands_keep_their_values() -> None:
    events = np.array([(0.5, 2, 0xF0, 2, 60, 60.25)], EVENTS)
    assert to_events(Score(events, 1.0), RATE).item() == (500, 2, 0xF0, 2, 60, 60.25)
