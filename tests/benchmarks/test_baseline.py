"""A run beside an earlier one."""

import pytest

from rtsynth_benchmarks.baseline import compare, differences, row_differences
from rtsynth_benchmarks.figures import NEITHER, Figure
from tests.benchmarks.parts import load, report, row, voices


def changes(then, now, elsewhere: str = "a machine"):
    return list(compare(report(row(then)), report(row(now), machine=elsewhere)))


@pytest.mark.parametrize(
    ("then", "now", "ratio", "worse"),
    [
        (load(10.0), load(10.9), 1.09, False),
        (load(10.0), load(11.1), 1.11, True),
        (load(10.0), load(5.0), 0.5, False),
        (voices(100), voices(91), 0.91, False),
        (voices(100), voices(80), 0.8, True),
        (voices(100), voices(200), 2.0, False),
    ],
)
def test_a_figure_is_worse_beyond_ten_percent_in_its_own_direction(then, now, ratio, worse) -> None:
    (change,) = changes(then, now)
    assert change.ratio == pytest.approx(ratio)
    assert change.worse is worse


def test_xruns_where_there_were_none_are_worse_and_have_no_ratio() -> None:
    (change,) = changes(Figure("idle", "xruns", 0), Figure("idle", "xruns", 3))
    assert change.ratio is None
    assert change.worse


def test_a_count_that_is_neither_good_nor_bad_never_gets_worse() -> None:
    (change,) = changes(Figure("a", "calls", 10, "", NEITHER), Figure("a", "calls", 99, "", NEITHER))
    assert not change.worse


def test_nothing_is_called_worse_on_another_machine() -> None:
    (change,) = changes(load(10.0), load(99.0), elsewhere="another machine")
    assert not change.comparable
    assert not change.worse
    assert change.ratio == pytest.approx(9.9)


@pytest.mark.parametrize("changed", [{"period": 128}, {"driver": "jack"}, {"rate": 44_100.0}])
def test_a_row_under_other_conditions_is_not_comparable_and_says_why(changed) -> None:
    then, now = row(load(10.0)), row(load(99.0), **changed)
    (change,) = compare(report(then), report(now))
    assert not change.comparable
    assert not change.worse
    (said,) = row_differences(then, now)
    assert next(iter(changed)) in said


def test_figures_and_rows_that_only_one_run_has_are_left_out() -> None:
    then = report(row(load(1.0)), row(voices(3), name="voices"))
    assert not list(compare(then, report(row(Figure("8 voices", "p99.9", 1.0, "µs")), row(name="memory"))))


def test_another_machine_and_another_effort_are_told() -> None:
    told = differences(report(effort="full"), report(machine="another", effort="quick"))
    assert told == [
        "machine: a machine then, another now",
        "effort: full then, quick now: tails are longer in a longer run",
    ]
