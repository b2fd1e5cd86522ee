"""Live rows where a JACK server runs already."""

import pytest

from rtsynth_benchmarks.context import LEAST, Options
from rtsynth_benchmarks.figures import Result
from rtsynth_benchmarks.running import measure

pytestmark = pytest.mark.jack


def test_a_live_row_plays_on_the_server_that_runs(jack_server: str) -> None:
    result = Result("callback")
    measure("callback", Options(LEAST), result)
    assert not result.failed
    assert result.setup["period"] == 128
    assert {figure.what for figure in result.figures} == {"1 voice", "8 voices"}
