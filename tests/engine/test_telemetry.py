"""What the callback tells about itself."""

import numpy as np

from rtsynth_engine.layout import CALLS
from rtsynth_engine.telemetry import read_calls
from tests.engine.parts import ON, make_engine

F4 = np.float32


def run(engine, periods: int, frames: int = 64) -> None:
    out = np.zeros((2, frames), F4)
    for _ in range(periods):
        engine.process(out[0], out[1])


def test_every_callback_is_remembered_in_order() -> None:
    engine = make_engine()
    assert len(read_calls(engine.memory)) == 0
    engine.push(0, ON, 60, 100)
    for frames in (64, 128, 32):
        run(engine, 1, frames)
    calls = read_calls(engine.memory)
    assert calls["frames"].tolist() == [64, 128, 32]
    assert (np.diff(calls["began"]) >= calls["spent"][:-1]).all()
    assert calls["spent"].sum() > 0
    assert calls["voices"][-1] == 1


def test_the_oldest_callbacks_make_room_for_new_ones() -> None:
    engine = make_engine()
    run(engine, CALLS, 1)
    run(engine, 3, 2)
    calls = read_calls(engine.memory)
    assert len(calls) == CALLS
    assert calls["frames"].tolist() == [1] * (CALLS - 3) + [2] * 3
    assert (np.diff(calls["began"]) > 0).all()
