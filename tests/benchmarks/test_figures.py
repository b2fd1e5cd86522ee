"""Figures, and the tables they become."""

import pytest

from rtsynth_benchmarks.context import FULL, LEAST, QUICK, Context, Options
from rtsynth_benchmarks.figures import Figure, quantiles, spread
from rtsynth_benchmarks.tables import fitting, grids, number


def test_a_quantile_is_a_sample_that_occurred_and_the_longest_is_never_dropped() -> None:
    samples = [1.0] * 999 + [1e6]
    assert quantiles(samples) == {"median": 1.0, "p99": 1.0, "p99.9": 1.0, "max": 1e6}
    assert quantiles([3.0, 1.0])["median"] == 1.0


def test_the_spread_of_samples_is_a_figure_for_every_quantile() -> None:
    figures = list(spread("8 voices", [1.0, 2.0], "µs"))
    assert [figure.name for figure in figures] == ["median", "p99", "p99.9", "max"]
    assert {(figure.what, figure.unit, figure.better) for figure in figures} == {
        ("8 voices", "µs", "smaller")
    }


def test_things_measured_alike_stand_in_one_table() -> None:
    alike = [Figure(f"{n} voices", name, n, "µs") for n in (1, 2) for name in ("median", "max")]
    tables = list(grids([*alike, Figure("other", "count", 3)]))
    assert tables == [
        [["", "median\nµs", "max\nµs"], ["1 voices", "1", "1"], ["2 voices", "2", "2"]],
        [["", "count"], ["other", "3"]],
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [(3, "3"), (1234567, "1,234,567"), (0.0123456, "0.012"), (1234.56, "1,234.6")]
)
def test_numbers_are_shown_with_the_digits_that_matter(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize("effort", [FULL, QUICK, LEAST])
def test_the_effort_picks_the_amount(effort: str) -> None:
    assert Context(Options(effort)).pick(FULL, QUICK, LEAST) == effort


def test_a_table_that_is_too_wide_comes_in_parts_that_each_begin_with_what_was_measured() -> None:
    grid = [["", "median\nµs", "max\nµs"], ["1 voices", "12,345.6", "7"]]
    assert list(fitting(grid, 80)) == [grid]
    assert list(fitting(grid, 20)) == [
        [["", "median\nµs"], ["1 voices", "12,345.6"]],
        [["", "max\nµs"], ["1 voices", "7"]],
    ]
