"""The peers' command: its report, its versions, and what it says of what is missing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rtsynth_benchmarks.figures import NotMeasured
from rtsynth_benchmarks.peers.report import need, row_or_remedy, table
from rtsynth_benchmarks.peers.versions import versions


def _command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "rtsynth_benchmarks.peers", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.train
def test_the_command_shows_a_table_and_writes_every_figure_with_its_versions(tmp_path: Path) -> None:
    file = tmp_path / "peers.json"
    ended = _command("--quick", "--only", "networks", "--json", str(file))
    assert ended.returncode == 0, ended.stderr
    report = json.loads(file.read_text())
    assert report["format"] == 1
    assert report["quick"] is True
    assert list(report["parts"]) == ["networks"]
    rows = report["parts"]["networks"]["rows"]
    assert all(row["what"].split(",")[0] in ended.stdout for row in rows)
    assert all(f"{name}: {found}" in ended.stdout for name, found in report["versions"].items())


def test_an_unknown_part_is_refused() -> None:
    ended = _command("--only", "nothing")
    assert ended.returncode == 2
    assert "invalid choice: 'nothing'" in ended.stderr


def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    ended = _command("--json", str(tmp_path / "no such folder" / "peers.json"))
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith("No such file or directory; name another file with --json")


def test_every_program_package_and_machine_part_has_a_version() -> None:
    found = versions()
    wanted = {
        "machine",
        "system",
        "python",
        "packages",
        "FluidSynth",
        "amsynth",
        "jackd",
        "torch",
        "SoundFont",
    }
    assert wanted <= found.keys()
    assert all(name in found["packages"] for name in ("onnxruntime", "numba"))
    assert all(found.values())


def test_what_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert versions()["FluidSynth"] == "not installed"


def test_a_missing_program_is_told_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotMeasured, match=r"install jackd2 and fluidsynth$"):
        need(("jackd", "jackd", "fluidsynth"))


def test_a_missing_module_is_told_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotMeasured, match=r"install 'rtsynth\[train\]' with pip"):
        need(modules=("torch", "onnx"))


def test_a_row_that_cannot_be_measured_says_why_and_the_others_stay() -> None:
    def measure() -> dict[str, object]:
        need(("no-such-synth",))
        return {"ms": 1.0}

    row = row_or_remedy("a synth", measure)
    assert row == {"what": "a synth", "remark": "not measured: install no-such-synth"}
    shown = table("live", [{"what": "ours", "ms": 1.0}, row])
    assert [column.header for column in shown.columns] == ["what", "ms", "remark"]
    assert shown.row_count == 2
