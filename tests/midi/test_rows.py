"""The table itself: no row without a proof."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.midi.rows import ELSEWHERE, ROWS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def table() -> list[list[str]]:
    """Cells of the table that the script writes."""
    command = [sys.executable, "-m", "tests.midi.rows"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_row_of_the_table_has_a_test(table: list[list[str]]) -> None:
    assert [name for name, _ in table] == list(ROWS)
    assert [name for name, tests in table if not tests] == []


def test_every_test_named_from_elsewhere_is_there() -> None:
    for test in (test for tests in ELSEWHERE.values() for test in tests):
        path, _, name = test.partition("::")
        assert f"def {name.split('::')[-1]}(" in (ROOT / path).read_text(), test
