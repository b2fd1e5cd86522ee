"""Paths of the puck: recorded, looped and drawn."""

import numpy as np
import pytest

from rtsynth.errors import HostError
from rtsynth.page.steering.paths import CLOSING, DRAWN, LONGEST, MOST, Path, Recorder

SQUARE = Path(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [3.0, 1.0, 1.0]]), 4.0)


@pytest.mark.parametrize(
    ("time", "at"),
    [
        (0.0, (0.0, 0.0)),
        (0.5, (0.5, 0.0)),
        (2.0, (1.0, 0.5)),
        (4.0 + CLOSING, (0.0, 0.0)),
        (2.0 + 7 * (4.0 + CLOSING), (1.0, 0.5)),
    ],
)
def test_where_the_puck_is_depends_on_the_time_alone(time: float, at: tuple[float, float]) -> None:
    assert SQUARE.at(time) == pytest.approx(at)


def test_a_path_is_closed_without_a_step() -> None:
    way = np.array([SQUARE.at(time) for time in np.linspace(0.0, 2 * (4.0 + CLOSING), 5001)])
    assert np.abs(np.diff(way, axis=0)).max() < 0.01


def recorded(*moves: tuple[float, float, float], end: float) -> Recorder:
    """A recorder that has taken moves (seconds, x, y) down."""
    recorder = Recorder()
    recorder.record(True, 100.0, (0.0, 0.0))
    for seconds, x, y in moves:
        recorder.hear(100.0 + seconds, (x, y))
    recorder.record(False, 100.0 + end, moves[-1][1:])
    return recorder


def test_a_recording_takes_as_long_as_it_took() -> None:
    recorder = recorded((0.5, 0.2, 0.1), (1.0, 0.4, 0.3), end=2.0)
    assert recorder.shown() == {
        "recording": False,
        "looping": False,
        "seconds": 2.0,
    }
    assert recorder.trace == [[0.0, 0.0, 0.0], [0.5, 0.2, 0.1], [1.0, 0.4, 0.3], [2.0, 0.4, 0.3]]


def test_a_path_loops_from_when_it_is_told_to() -> None:
    recorder = recorded((1.0, 1.0, 0.0), end=2.0)
    assert recorder.at(500.0) is None
    recorder.loop(True, 500.0)
    assert recorder.at(500.5) == pytest.approx((0.5, 0.0))
    recorder.loop(False, 501.0)
    assert recorder.at(501.0) is None


def test_without_a_path_there_is_nothing_to_loop() -> None:
    with pytest.raises(HostError, match=r"^there is no path to loop; record one first$"):
        Recorder().loop(True, 0.0)


def test_recording_anew_forgets_the_path_before_and_ends_its_loop() -> None:
    recorder = recorded((1.0, 1.0, 0.0), end=2.0)
    recorder.loop(True, 500.0)
    recorder.record(True, 501.0, (0.3, 0.3))
    assert (recorder.at(502.0), recorder.trace) == (None, [[0.0, 0.3, 0.3]])


def test_a_recording_ends_by_itself() -> None:
    long = recorded((1.0, 0.0, 0.0), (LONGEST + 5.0, 1.0, 1.0), end=LONGEST + 9.0)
    assert long.shown()["seconds"] == LONGEST
    busy = recorded(*((number / 1000.0, 0.0, 0.0) for number in range(MOST + 100)), end=10.0)
    assert len(busy.path.points) == MOST


def test_a_long_path_is_drawn_with_few_points_from_its_start_to_its_end() -> None:
    busy = recorded(*((number / 100.0, number / 4000.0, 0.0) for number in range(3000)), end=30.0)
    drawn = busy.trace
    assert len(drawn) == DRAWN
    assert (drawn[0][0], drawn[-1][0]) == (0.0, 30.0)
