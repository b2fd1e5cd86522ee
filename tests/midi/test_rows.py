"""The table itself: no row without a proof."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.midi.rows import ELSEWHERE, ROWS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    """The table that the script writes."""
    command = [sys.executable, "-m", "tests.midi.rows"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def table(text: str) -> list[list[str]]:
    """Its cells."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_row_of_the_table_has_a_test(table: list[list[str]]) -> None:
    assert [name for name, _ in table] == list(ROWS)
    assert [name for name, tests in table if not tests] == []


def test_the_readme_shows_the_table_as_it_is(text: str) -> None:
    shown = (ROOT / "README.md").read_text().partition("<!-- rows -->")[2].partition("<!-- /rows -->")[0]
    assert shown.strip() == text.strip(), "put what `make rows` prints into README.md"


def test_every_test_named_from_elsewhere_is_there() -> None:
    for test in (test for tests in ELSEWHERE.values() for test in tests):
        path, _, name = test.partition("::")
        assert f"def {name.split('::')[-1]}(" in (ROOT / path).read_text(), test
