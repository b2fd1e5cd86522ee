"""Live beside other synths, and through a Python callback: real programs on a JACK server of their own."""

import math
import shutil
import sys

import pytest

from rtsynth_benchmarks.peers import interpreted, live
from rtsynth_benchmarks.stage import SOUNDFONT, jack_server
from tests.conftest import require

pytestmark = pytest.mark.jack
SERVERS = ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER", "JACK_NO_AUDIO_RESERVATION")


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stage says about its server ends with the test."""
    require(shutil.which("jackd") and shutil.which("gcc"), "jackd and gcc")
    for name in SERVERS:
        monkeypatch.setenv(name, "")


def _is_measured(row: dict[str, object], notes: int) -> bool:
    times = [row.get(f"{name}_ms") for name in ("median", "p95", "max", "sd")]
    counts = row.get("notes") == row.get("heard") == notes
    return counts and all(isinstance(time, float) and math.isfinite(time) for time in times)


def test_every_synth_is_heard_alone_beside_busy_threads_and_at_other_periods() -> None:
    require(shutil.which("fluidsynth") and SOUNDFONT.exists(), "fluidsynth and fluid-soundfont-gm")
    require(shutil.which("amsynth"), "amsynth")
    rows = live.run(live.Setting(notes=3, gap=300, periods=(256,), busy=1), lambda text: None)
    heard = [row["what"].split()[0].strip(",") for row in rows]
    assert heard == ["rtsynth", "rtsynth", "FluidSynth", "amsynth", "rtsynth", "rtsynth"]
    unheard = [row for row in rows if not _is_measured(row, 3)]
    assert not unheard
    assert [row["period"] for row in rows] == [64] * 5 + [256]


def test_a_synth_that_is_not_installed_is_a_row_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "amsynth" else which(name))
    row = live._row("amsynth", live.amsynth, live.Setting(notes=1), lambda text: None)
    assert row == {"what": "amsynth", "remark": "not measured: install amsynth"}


def test_a_synth_that_ends_at_once_is_told_with_its_last_words() -> None:
    failing = [sys.executable, "-c", "raise SystemExit('no sound today')"]
    with (
        jack_server(64),
        pytest.raises(RuntimeError, match="a synth does not play: no sound today"),
        live.started(failing, "a synth"),
    ):
        pass


def test_calls_of_both_callbacks_are_counted_and_the_interpreter_is_left_as_it_was() -> None:
    said: list[str] = []
    before = sys.getswitchinterval()
    rows = interpreted.run(interpreted.Setting(seconds=0.5, threads=1), said.append)
    assert sys.getswitchinterval() == pytest.approx(before, rel=0.02)  # kept in whole microseconds
    assert [row["what"].split()[0] for row in rows] == ["compiled", "Python", "compiled", "Python", "Python"]
    assert len(said) == len(rows)
    for row in rows:
        assert row["voices"] == interpreted.VOICES
        assert row["due"] > 100
        assert row["calls"] > 0
        assert all(math.isfinite(row[name]) for name in ("made_percent", "interval_sd_ms", "interval_max_ms"))
