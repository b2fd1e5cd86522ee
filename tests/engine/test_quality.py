"""Quality gives way to load, comes back, and can be told to stay."""

import numpy as np
import pytest

from rtsynth_engine.engine import Engine
from rtsynth_engine.quality import CROWDED, FLOORS_DB, PATIENCE, ROOMY
from tests.engine.parts import ON, Steady, make_engine, render, sounding

LEVELS_DB = (-20.0, -65.0, -75.0, -85.0, -95.0)


def crowded(adaptive: bool = True) -> Engine:
    engine = make_engine(generator=Steady([10.0 ** (db / 20.0) for db in LEVELS_DB]), reverb=0.0)
    engine.feeder.quality.adaptive = adaptive
    return engine


def look(engine: Engine, load: float, times: int = 1) -> float:
    engine.memory.telemetry[0]["load"] = load
    for _ in range(times):
        engine.feeder.quality.look()
    return engine.feeder.quality.floor


def test_under_load_the_floor_rises_step_by_step_and_no_further_than_the_last() -> None:
    engine = crowded()
    assert [look(engine, CROWDED + 0.01) for _ in range(5)] == [-80.0, -70.0, -60.0, -60.0, -60.0]


def test_when_there_is_room_again_it_falls_one_by_one_after_some_patience() -> None:
    engine = crowded()
    look(engine, 1.0, 3)
    assert look(engine, ROOMY - 0.01, PATIENCE) == -60.0
    assert look(engine, ROOMY - 0.01) == -70.0
    assert look(engine, ROOMY + 0.01, 100) == -70.0
    assert look(engine, 0.0, 100) == FLOORS_DB[0]


def test_it_stays_where_it_is_told_to() -> None:
    engine = crowded(adaptive=False)
    assert look(engine, 2.0, 5) == FLOORS_DB[0]
    engine.feeder.quality.adaptive = True
    look(engine, 2.0, 3)
    engine.feeder.quality.adaptive = False
    assert look(engine, 2.0, 3) == FLOORS_DB[0]


@pytest.mark.parametrize(("looks", "partials"), [(0, 4), (1, 3), (2, 2), (3, 1)])
def test_partials_below_the_floor_are_left_out_and_the_others_sound_on(looks: int, partials: int) -> None:
    engine = crowded()
    look(engine, 1.0, looks)
    sound = render(engine, [(0.0, ON, 57, 127)], 0.2)
    assert sounding(engine)["active"].tolist() == [partials]
    assert np.abs(sound).max() > 0.01
