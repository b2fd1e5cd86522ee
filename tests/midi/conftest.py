"""The desk that the tests of the table play at, once for each way."""

from pathlib import Path

import pytest

from tests.midi.ways import WAYS, Desk


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(*names): rows of the table of MIDI that a test proves")


@pytest.fixture(params=WAYS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """An engine at rest that MIDI reaches in one of three ways."""
    return Desk(WAYS[request.param], tmp_path)
