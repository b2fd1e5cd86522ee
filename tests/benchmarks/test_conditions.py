"""What figures were taken on, and what spoils them."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import rtsynth
from rtsynth_benchmarks import conditions
from tests.conftest import require


def test_the_machine_the_software_and_the_instrument_are_named() -> None:
    told = conditions.about(None)
    assert "cores" in told["machine"]
    assert told["rtsynth"] == rtsynth.__version__
    assert told["instrument"].startswith("partialgan (")
    assert "numba" in told["packages"]
    assert all(told.values())


def test_a_virtual_machine_is_called_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("model name\t: Abacus\nflags\t\t: fpu hypervisor\n")
    monkeypatch.setattr(conditions, "PROC", tmp_path)
    assert conditions.machine().startswith("Abacus, ")
    assert conditions.machine().endswith("virtual")


def test_another_program_that_uses_a_core_is_named() -> None:
    require(Path("/proc/stat").exists(), "/proc")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        time.sleep(0.2)
        told = " ".join(conditions.spoilers())
        spinning.kill()
    assert "other programs use" in told


def test_stolen_time_and_swapping_during_the_run_are_told() -> None:
    require(Path("/proc/stat").exists(), "/proc")
    now = conditions.count()
    assert now is not None
    earlier = replace(now, at=now.at - 10.0, steal=now.steal - 1.5, swapped=now.swapped - 7)
    told = " ".join(conditions.spoilers(earlier))
    assert "the host took 1.5" in told
    assert "swapped: 7 pages" in told
    assert "steal" not in " ".join(conditions.spoilers(replace(now, steal=now.steal + 1e9)))


def test_a_setup_is_one_line_with_units() -> None:
    told = conditions.setup_text({"driver": "null", "period": 64, "rate": 48_000.0, "preset": None})
    assert told == "driver null, period 64 frames, rate 48000 Hz"
