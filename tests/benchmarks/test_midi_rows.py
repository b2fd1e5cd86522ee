"""Rows about MIDI: the flood and the tuning, and how each tells what is wrong."""

import math
import shutil

import numpy as np
import pytest

from rtsynth_benchmarks.context import LEAST, Options
from rtsynth_benchmarks.figures import Result
from rtsynth_benchmarks.rows import tuning
from rtsynth_benchmarks.running import measure
from rtsynth_engine.midi.parser import make_parser, parse_all
from tests.conftest import require

RATE = 48_000.0


def _measured(row: str, **options: object) -> Result:
    result = Result(row)
    measure(row, Options(LEAST, **options), result)  # type: ignore[arg-type]
    assert not result.failed, result.remarks
    return result


def _value(result: Result, what: str, name: str) -> float:
    return next(f.value for f in result.figures if f.what.startswith(what) and f.name == name)


def test_the_pitch_of_a_partial_is_found_within_a_hundredth_of_a_cent() -> None:
    time = np.arange(round(0.7 * RATE)) / RATE
    for cents in (-140.0, -3.3, 0.0, 0.4, 99.0):
        hertz = 440.0 * 2.0 ** (cents / 1200.0)
        sound = np.sin(2.0 * np.pi * hertz * time) + 0.3 * np.sin(2.0 * np.pi * 3.01 * hertz * time)
        assert 1200.0 * abs(math.log2(tuning.hertz_of(sound, RATE, 440.0) / hertz)) < 0.01


def test_silence_has_no_pitch() -> None:
    with pytest.raises(tuning.NotMeasured):
        tuning.hertz_of(np.zeros(4800), RATE, 440.0)


def test_every_case_is_of_whole_messages() -> None:
    for case in tuning.cases():
        events = parse_all(make_parser(), case.before + case.during)
        counts = events[(events["status"] == 0xF0) & (events["data1"] == 11)]
        assert not len(counts), case.what
        assert len(events) or case.table is not None


def test_voices_are_in_tune_within_a_cent() -> None:
    result = _measured("tuning")
    assert _value(result, "all", "notes") >= 3
    assert _value(result, "all", "largest") < 1.0


@pytest.mark.jack
def test_a_flood_reaches_the_engine_and_leaves_no_voice_behind() -> None:
    require(shutil.which("jackd"), "jackd")
    result = _measured("flood", seconds=0.5)
    sent = {f.what: f.value for f in result.figures if f.name == "sent"}
    assert sorted(round(count, -4) for count in sent.values()) == [0, 0, 50_000, 50_000]
    assert _value(result, "native, flood", "hanging") == 0
    assert _value(result, "native, flood", "refused by JACK") == 0
