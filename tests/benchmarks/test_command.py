"""`rtsynth bench` as a person calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtsynth_benchmarks.rows import DEFAULT, ROWS

BENCH = [sys.executable, "-m", "rtsynth", "bench"]


def bench(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [*BENCH, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of one short run."""
    folder = tmp_path_factory.mktemp("run")
    done = bench("--quick", "--row", "generator", "--json", folder / "a.json", "--html", folder / "a.html")
    (folder / "said").write_text(done.stdout)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_run_names_machine_instrument_and_setup_and_shows_a_table(generated: Path) -> None:
    said = (generated / "said").read_text()
    for part in ("machine", "instrument", "partialgan (", "preset ", "processor, 8 voices", "median"):
        assert part in said


def test_the_run_is_in_the_files(generated: Path) -> None:
    told = json.loads((generated / "a.json").read_text())
    assert [row["row"] for row in told["rows"]] == ["generator"]
    assert told["rows"][0]["figures"]
    assert told["options"]["effort"] == "quick"
    assert "processor, 8 voices" in (generated / "a.html").read_text()


def test_a_later_run_is_compared_with_it(generated: Path) -> None:
    done = bench("--quick", "--row", "generator", "--baseline", generated / "a.json")
    assert done.returncode == 0
    assert "Beside the run of " in done.stdout
    assert "figures got worse by more than 10 %" in done.stdout


def test_the_help_lists_every_row() -> None:
    said = bench("--help").stdout
    assert all(row in said for row in ROWS)
    assert set(DEFAULT) < set(ROWS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--row", "nothing"], "'nothing' is no row"),
        (["--json", "/no/such/folder/file.json"], "cannot write /no/such/folder/file.json"),
        (["--baseline", __file__], "no report of format 1"),
        (["--preset", "no such preset at all"], "no preset"),
        (["--device", "abacus"], "abacus"),
    ],
)
def test_what_cannot_be_done_is_one_line_before_anything_is_measured(arguments: list[str], said: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.startswith("rtsynth: ")
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_a_page_without_matplotlib_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')\n")
    done = bench("--html", tmp_path / "page.html", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == "rtsynth: --html needs matplotlib: pip install 'rtsynth[bench]'\n"


def test_ctrl_c_ends_with_what_was_measured_so_far(tmp_path: Path) -> None:
    out = tmp_path / "file.json"
    command = [*BENCH, "--quick", "--row", "energy", "--row", "event_to_sample", "--json", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        next(line for line in child.stdout if line.startswith("energy"))
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        _, complaint = child.communicate()
    assert child.returncode == 130
    assert "Traceback" not in complaint
    told = json.loads(out.read_text())
    assert told["interrupted"]
    assert [row["row"] for row in told["rows"]] == ["energy", "event_to_sample"]
    assert "interrupted" in told["rows"][1]["remarks"]
