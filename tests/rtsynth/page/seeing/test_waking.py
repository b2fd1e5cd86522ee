"""A page costs little while nothing happens, and sees at once what does."""

from collections.abc import Iterator

import pytest

from rtsynth.page.seeing.waking import AFTER, REST, Waking
from rtsynth_engine.engine import Engine
from tests.engine.parts import OFF, ON, make_engine, send

NOTHING: frozenset[str] = frozenset()


class Clock:
    """Seconds, as the test lets them pass."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = make_engine(reverb=0.0)
    yield engine
    engine.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waking(engine: Engine, clock: Clock) -> Waking:
    """One that rests."""
    waking = Waking(engine.memory, clock)
    waking.awake(NOTHING, 0)
    clock.now += AFTER
    waking.awake(NOTHING, 0)
    return waking


def test_looks_are_rare_while_nothing_happens(waking: Waking, clock: Clock) -> None:
    looks = 0
    for _ in range(64):
        clock.now += REST / 8
        looks += waking.awake(NOTHING, 0)
    assert looks == 8


def test_a_key_wakes_and_its_voice_keeps_awake(waking: Waking, clock: Clock, engine: Engine) -> None:
    send(engine, (ON, 60, 100), frames=256)
    for _ in range(100):
        clock.now += REST / 8
        assert waking.awake(NOTHING, 0)
    send(engine, (OFF, 60, 0), (0xB0, 120, 0), frames=4800)
    assert waking.awake(NOTHING, 0)
    clock.now += AFTER
    waking.awake(NOTHING, 0)
    clock.now += REST / 8
    assert not waking.awake(NOTHING, 0)


def test_what_a_page_does_or_wants_to_see_wakes(waking: Waking) -> None:
    assert waking.awake(NOTHING, 1)
    assert waking.awake(frozenset(("spectrum",)), 1)


def test_who_watches_the_callback_sees_it_move(waking: Waking, clock: Clock) -> None:
    watched = frozenset(("timeline",))
    for _ in range(200):
        clock.now += REST / 8
        assert waking.awake(watched, 0)
