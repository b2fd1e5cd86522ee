"""A server of pages, running; a session with its page, and a browser that looks at it."""

from collections.abc import Iterator

import pytest

from rtsynth_engine.rings import EVENT, Ring, make_ring
from tests.rtsynth.page.browsing import blank, browser, front, host  # noqa: F401 - fixtures
from tests.rtsynth.page.served import Served


@pytest.fixture
def ring() -> Ring:
    """As the audio callback would read it; nobody does."""
    return make_ring(1024, EVENT)


@pytest.fixture
def served(ring: Ring) -> Iterator[Served]:
    """A server that has shown nothing yet."""
    server = Served(ring)
    server.start()
    yield server
    server.close()
