"""The control page's row, with the least effort."""

import pytest

from rtsynth_benchmarks.browser import have_browser
from rtsynth_benchmarks.context import LEAST, Options
from rtsynth_benchmarks.figures import Result
from rtsynth_benchmarks.running import measure
from tests.conftest import require

pytestmark = pytest.mark.jack


def test_the_row_finds_what_a_page_costs_and_how_fast_its_keys_are() -> None:
    require(have_browser(), "Chromium, chromedriver and selenium")
    result = Result("page")
    measure("page", Options(LEAST), result)
    assert not result.failed, result.remarks
    found = {(figure.what, figure.name): figure.value for figure in result.figures}
    assert found["keys", "acted"] == 6
    assert found["keys", "median"] > 0.0
    assert found["first view", "size"] > 10.0
    assert found["storm", "connections"] == 100
    assert {"idle, no page", "idle, page open", "32 voices, no page", "32 voices, page open"} <= {
        figure.what for figure in result.figures
    }
