"""The live line: levels and events as people read them."""

import pytest

from rtsynth.panel import event_text, line, meter
from tests.engine.parts import make_engine, render


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ((0x90, 60, 96), "ch 1 note C4 96"),
        ((0x8F, 69, 0), "ch 16 off A4 0"),
        ((0xB1, 64, 127), "ch 2 control 64 127"),
        ((0xC0, 40, 0), "ch 1 program 40"),
        ((0xE0, 0, 64), "ch 1 bend 0"),
        ((0xE0, 127, 127), "ch 1 bend 8191"),
        ((0, 0, 0), ""),
    ],
)
def test_an_event_is_told_in_words(event: tuple[int, int, int], text: str) -> None:
    assert event_text(event) == text


@pytest.mark.parametrize(
    ("peak", "bars", "figure"), [(0.0, 0, "-"), (1.0, 12, "0"), (0.0631, 6, "-24"), (9.0, 12, "19")]
)
def test_the_meter_shows_peaks_in_dbfs(peak: float, bars: int, figure: str) -> None:
    assert meter(peak).count("█") == bars
    assert meter(peak).split()[-2] == figure


def test_the_line_tells_of_quality_only_where_it_is_lowered() -> None:
    engine = make_engine()
    engine.feeder.quality.adaptive = True
    assert "quality" not in line(engine.telemetry())
    engine.memory.telemetry[0]["load"] = 1.0
    engine.feeder.quality.look()
    assert "quality -80 dB" in line(engine.telemetry())


def test_the_line_tells_the_tempo_of_a_clock() -> None:
    engine = make_engine()
    assert "tempo" not in line(engine.telemetry())
    render(engine, [(i * 60 / 24 / 90, 0xF8, 0) for i in range(30)], 1.0)
    assert "tempo 90 " in line(engine.telemetry())
