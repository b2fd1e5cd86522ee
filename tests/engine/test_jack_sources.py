"""MIDI sources of the JACK driver that come and go while it plays."""

from collections.abc import Iterator

import pytest

from rtsynth_engine.drivers.jack import JackDriver
from rtsynth_engine.engine import Engine
from rtsynth_engine.layout import HELD
from tests.engine.parts import ON, Organ, make_engine, sounding, wait_until

pytestmark = pytest.mark.jack
KEYS = range(60, 70)


class Source:
    """A JACK client with a MIDI output, which holds ten keys."""

    def __init__(self, physical: bool) -> None:
        import jack

        self.client = jack.Client("Test Keys Ü", no_start_server=True)
        self.out = self.client.midi_outports.register("out", is_physical=physical)
        self.waiting = list(KEYS)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, frames: int) -> None:
        self.out.clear_buffer()
        if self.waiting and self.out.number_of_connections:
            self.out.write_midi_event(0, bytes((ON, self.waiting.pop(), 100)))

    def unplug(self) -> None:
        self.client.deactivate()
        self.client.close()


@pytest.fixture
def driver(jack_server: str, request: pytest.FixtureRequest) -> Iterator[JackDriver]:
    driver = JackDriver(connect=getattr(request, "param", True))
    engine = make_engine(driver.rate, generator=Organ(), reverb=0.0)
    engine.feeder.start()
    driver.start(engine)
    driver.news()
    yield driver
    driver.stop()
    engine.close()


def held(engine: Engine) -> int:
    return len(sounding(engine, HELD))


def told(driver: JackDriver) -> dict[str, bool]:
    """The next news."""
    news: dict[str, bool] = {}
    wait_until(lambda: news.update(driver.news()) or news)
    return news


def test_a_physical_source_that_arrives_is_connected_and_what_it_held_ends_when_it_goes(
    driver: JackDriver,
) -> None:
    for _ in range(3):
        keys = Source(physical=True)
        assert told(driver) == {"Test Keys Ü:out": True}
        wait_until(lambda: held(driver._engine) == 10)
        keys.unplug()
        assert told(driver) == {"Test Keys Ü:out": False}
        wait_until(lambda: held(driver._engine) == 0)


def test_a_source_that_a_person_connected_is_connected_again_when_it_comes_back(driver: JackDriver) -> None:
    keys = Source(physical=False)
    assert driver.news() == {}
    driver._client.connect(keys.out.name, driver._midi)
    assert told(driver) == {"Test Keys Ü:out": True}
    keys.unplug()
    assert told(driver) == {"Test Keys Ü:out": False}
    keys = Source(physical=False)
    assert told(driver) == {"Test Keys Ü:out": True}
    wait_until(lambda: held(driver._engine) == 10)
    keys.unplug()


def test_a_source_away_for_less_than_a_look_lets_its_notes_go_and_plays_on(driver: JackDriver) -> None:
    keys = Source(physical=True)
    told(driver)
    wait_until(lambda: held(driver._engine) == 10)
    keys.unplug()
    keys = Source(physical=True)
    wait_until(lambda: not driver.news() and keys.out.number_of_connections)
    wait_until(lambda: not keys.waiting)
    keys.unplug()


@pytest.mark.parametrize("driver", [False], indirect=True)
def test_nothing_is_connected_when_that_was_not_wanted(driver: JackDriver) -> None:
    keys = Source(physical=True)
    wait_until(lambda: driver._sources._notes)
    assert driver.news() == {}
    assert keys.out.number_of_connections == 0
    keys.unplug()
