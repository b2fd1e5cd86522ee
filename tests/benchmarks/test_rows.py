"""Every row, with real parts, for as short as shows that it works."""

import math
import shutil
from pathlib import Path

import pytest

from rtsynth.lineup import choose_lineup
from rtsynth_benchmarks.context import LEAST, Context, Options
from rtsynth_benchmarks.figures import Figure, Result
from rtsynth_benchmarks.rows import ROWS, details, summary, voices
from rtsynth_benchmarks.rows.energy import find_packages, joules_per_minute
from rtsynth_benchmarks.rows.soak import xruns_near
from rtsynth_benchmarks.running import measure
from rtsynth_engine.records import CALL
from tests.conftest import require

SILENT = ("event_to_sample", "gansynth", "generator", "voices", "preset_switch", "start", "offline")
LIVE = ("callback", "busy_threads", "memory", "soak")


def measured(name: str, **options) -> Result:
    result = Result(name)
    measure(name, Options(LEAST, **options), result)
    assert not result.failed, result.remarks
    return result


def value(result: Result, what: str, name: str) -> float:
    return next(f.value for f in result.figures if f.what.startswith(what) and f.name == name)


def check_shape(result: Result) -> None:
    assert result.figures
    keys = [(figure.what, figure.name, figure.unit) for figure in result.figures]
    assert len(set(keys)) == len(keys)
    assert all(isinstance(figure, Figure) and math.isfinite(figure.value) for figure in result.figures)
    assert {figure.better for figure in result.figures} <= {"smaller", "larger", "neither"}
    assert result.setup["driver"]
    assert result.seconds > 0.0


@pytest.fixture(scope="module")
def jackd() -> None:
    require(shutil.which("jackd"), "jackd")


@pytest.mark.parametrize("name", SILENT)
def test_a_row_without_a_device_yields_figures_of_one_shape(name: str) -> None:
    check_shape(measured(name, seconds=0.5))


@pytest.mark.jack
@pytest.mark.parametrize("name", LIVE)
def test_a_live_row_plays_on_a_server_of_its_own_where_none_runs(name: str, jackd: None) -> None:
    result = measured(name, seconds=0.5)
    check_shape(result)
    assert result.setup["driver"] == "jack: rtsynth"
    assert (result.setup["period"], result.setup["rate"]) == (64, 48_000)
    assert result.setup["preset"] == "string-ensemble"


@pytest.mark.jack
def test_every_instrument_is_played_live_with_chords(jackd: None) -> None:
    result = measured("families", preset="acoustic-grand-piano")
    assert result.setup["period"] == 128
    assert value(result, "partialgan", "voices") == 8
    assert value(result, "partialgan", "ready keys") > 60


@pytest.mark.jack
def test_notes_are_heard_on_every_path_at_about_one_period(jackd: None) -> None:
    result = measured("live_loop")
    check_shape(result)
    paths = {f.what: f.value for f in result.figures if f.name == "unheard"}
    assert len(paths) == 5, result.remarks
    assert list(paths.values()).count(0) >= 4, paths  # a crowded machine may lose one of JACK's clients
    assert value(result, "JACK, period 64", "median") >= 1.333
    assert {"PortAudio, period 64, idle: queue", "null, period 64, idle: engine"} <= {
        figure.what for figure in result.figures
    }


@pytest.mark.jack
def test_a_keyboard_is_heard_when_plugged_in_and_let_go_when_pulled_out(jackd: None) -> None:
    result = measured("hotplug")
    check_shape(result)
    assert not result.remarks
    cycles = {f.what: f.value for f in result.figures if f.name == "cycles"}
    ways = [f"{way}: {what}" for way in ("MIDI process", "JACK") for what in ("plugged in", "pulled out")]
    assert cycles == dict.fromkeys(ways, 2)


def test_without_jack_live_rows_say_why_and_play_on_the_null_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there-is-no-such-server")
    result = measured("callback")
    check_shape(result)
    assert result.setup["driver"] == "null"
    assert "jackd is not installed" in result.remarks[0]
    heard = measured("live_loop")
    assert any("not measured" in remark for remark in heard.remarks)


def test_an_event_is_heard_at_its_frame_and_a_stamped_one_a_period_later() -> None:
    result = measured("event_to_sample")
    for what, extremes in (("period 64", {0, 1}), ("period 64, stamped", {64, 65})):
        found = {f.value for f in result.figures if f.what == what and f.name in ("min", "max")}
        assert found <= extremes
    assert value(result, "chord of 10", "at their sample") == 10
    assert value(result, "glissando of 40", "at their sample") == 40


def test_options_reach_the_row() -> None:
    result = measured("voices", block=256, rate=44_100.0, preset="violin")
    assert (result.setup["period"], result.setup["rate"]) == (256, 44_100)
    assert result.setup["preset"] == choose_lineup("violin").preset.id


def test_a_preset_that_is_not_there_is_said_by_the_row() -> None:
    result = Result("voices")
    measure("voices", Options(LEAST, preset="no such preset"), result)
    assert not result.figures
    assert result.remarks[0].startswith("not measured: ")


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    package = tmp_path / "intel-rapl:0"
    (package / "intel-rapl:0:0").mkdir(parents=True)
    (package / "energy_uj").write_text("1000000")
    (package / "max_energy_range_uj").write_text("262143328850")
    return tmp_path


def test_energy_is_read_from_the_processors_own_counters(powercap: Path) -> None:
    packages = find_packages(powercap)
    assert [package.name for package in packages] == ["intel-rapl:0"]
    assert joules_per_minute(packages, 0.01) == 0.0


def test_energy_says_why_it_cannot_be_read(tmp_path: Path) -> None:
    result = measured("energy")
    assert result.figures or "not measured: " in result.remarks[0]


def test_an_xrun_is_ours_when_a_long_callback_was_next_to_it() -> None:
    import numpy as np

    calls = np.zeros(40, CALL)
    calls["began"] = np.arange(40) * 1_333_333
    calls["xruns"][6:] = 1
    calls["xruns"][30:] = 3

    def found(*long: int) -> int:
        return xruns_near(calls, np.isin(np.arange(40), long))

    assert found() == found(8, 20) == 0
    assert found(3) == found(7) == 1
    assert found(25) == 2
    assert found(6, 29) == 3


@pytest.mark.parametrize("name", ROWS)
def test_every_row_says_what_it_measures_and_how(name: str) -> None:
    assert len(summary(name)) > 20
    assert "\n" not in summary(name)
    assert details(name) or name == "offline"


def test_the_most_voices_are_found_by_growing_and_halving(monkeypatch: pytest.MonkeyPatch) -> None:
    def trial(playing: object, count: int, seconds: float) -> voices.Trial:
        return voices.Trial(
            count, 10.0, 90.0, 99.0, 5.0, late_blocks=int(count > 100), beyond=int(count > 40)
        )

    monkeypatch.setattr(voices, "trial", trial)
    found = voices.search(Context(Options("full")), None, "one core")
    assert [each.voices for each in found] == [16, 32, 64, 128, 96, 112, 104]
    figures = {f.name: f.value for f in voices.figures("one core", sorted(found, key=lambda t: t.voices))}
    assert figures["no late block"] == 96
    assert figures["in time"] == figures["no callback over"] == 32
