"""Runs in files."""

import json
from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth_benchmarks.report import FORMAT, from_json, read, to_json, write
from tests.benchmarks.parts import load, report, row, voices


def test_a_report_is_the_same_after_it_was_written_and_read() -> None:
    made = report(row(load(12.0)), row(voices(128), name="voices"))
    made.rows[0].series["8 voices"] = {"edges": [1.0, 2.0]}
    assert from_json(to_json(made)) == made


def test_every_figure_in_the_file_says_name_unit_value_and_which_way_is_better() -> None:
    told = json.loads(to_json(report(row(load(12.0)))))
    assert told["format"] == FORMAT
    assert told["rows"][0]["figures"] == [
        {"what": "32 voices", "name": "p99.9", "value": 12.0, "unit": "µs", "better": "smaller"}
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "rows": [{}]}', "null"])
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "old.json"
    path.write_text(text)
    with pytest.raises(HostError, match="no report of format 1; name a file that --json wrote") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_written_is_one_line_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot write .*; name another file"):
        write(tmp_path / "missing" / "file.json", "")
