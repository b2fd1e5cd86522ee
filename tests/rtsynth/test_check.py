"""`rtsynth check` finds what is wrong with a generator: each check fails for one that is made to."""

import json
import os
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtsynth.checks import faults
from rtsynth.checks.faults import CHECKS, Check
from rtsynth.checks.process import run_checks
from rtsynth.commands.check import check as command
from rtsynth.errors import HostError
from tests.rtsynth.broken import (
    Clock,
    ClosesOnce,
    Drawn,
    FewRows,
    Forgetful,
    Good,
    Grows,
    Late,
    Leaks,
    Louder,
    Mute,
    NewUnwritten,
    NotFinite,
    NotSane,
    Offset,
    OneState,
    OnlyForward,
    OtherEveryTime,
    OwnMemory,
    Raises,
    StartsAnew,
    Stuck,
    TooLoud,
    Unwritten,
    WrongShape,
    WrongType,
    subject,
)


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "time", Clock)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_generator_passes(check: Check) -> None:
    assert list(check(subject(Good))) == []


@pytest.mark.parametrize(
    ("check", "kind", "told"),
    [
        (faults.finite, NotFinite, "numbers are not finite"),
        (faults.finite, TooLoud, "out of range"),
        (faults.finite, Offset, "DC: its mean is 0.4"),
        (faults.determinism, Drawn, "played again"),
        (faults.determinism, OtherEveryTime, "opened anew"),
        (faults.batches, Leaks, "away from the same note among others"),
        (faults.states, OneState, "stepped in turn"),
        (faults.states, Forgetful, "reset does not reset"),
        (faults.late_start, OnlyForward, "begun at frame 12"),
        (faults.conditioning, StartsAnew, "conditioned anew"),
        (faults.unwritten, Unwritten, "numbers of a step are left unwritten"),
        (faults.unwritten, NewUnwritten, "left unwritten"),
        (faults.unwritten, OwnMemory, "left unwritten"),
        (faults.endings, Stuck, "a note is all but stuck"),
        (faults.in_the_engine, NotSane, "frames are missing"),
        (faults.in_the_engine, Mute, "nothing is heard"),
        (faults.endings, Louder, "times as loud as it was"),
        (faults.memory, Grows, "MB of memory"),
        (faults.deadlines, Late, "times the time that it sounds"),
    ],
)
def test_each_fault_is_found_by_its_check(check: Check, kind: type, told: str) -> None:
    found = list(check(subject(kind)))
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("check", "kind", "told"),
    [
        (faults.shapes, WrongShape, r"frames are float32 \(1, 4, 255\) instead of float32 \(1, 4, 256\)"),
        (faults.shapes, WrongType, "frames are float64"),
        (faults.memory, ClosesOnce, "phase"),
        (faults.in_the_engine, FewRows, "out of bounds"),
        (faults.batches, Raises, "the device is gone"),
    ],
)
def test_what_a_generator_raises_stops_a_check(check: Check, kind: type, told: str) -> None:
    with pytest.raises(Exception, match=told):
        list(check(subject(kind)))


def test_the_seed_draws_the_notes() -> None:
    faults_of = [list(faults.finite(subject(TooLoud, seed))) for seed in (1, 1, 2)]
    assert faults_of[0] == faults_of[1] != faults_of[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plug-ins `good`, `crash` and `hang`, on the path of child processes."""
    (tmp_path / "tried.py").write_text(
        textwrap.dedent(
            """
            import os, signal, time
            from tests.rtsynth.broken import Good, places

            class Crash(Good):
                def condition(self, *args): os.kill(os.getpid(), signal.SIGSEGV)
            class Hang(Good):
                def condition(self, *args): time.sleep(1000)
            class Prints(Good):
                def prepare(self, rows):
                    print("hello"); print("[1]"); super().prepare(rows)
            def good(): return places("good", Prints)
            def crash(): return places("crash", Crash)
            def hang(): return places("hang", Hang)
            """
        )
    )
    info = tmp_path / "tried-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tried\nVersion: 1\n")
    names = "".join(f"{name} = tried:{name}\n" for name in ("good", "crash", "hang"))
    (info / "entry_points.txt").write_text(f"[rtsynth.instruments]\n{names}")
    root = Path(__file__).parents[2]
    paths = [str(tmp_path), str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def test_a_good_plug_in_passes_every_check_in_a_process_of_its_own(installed: None) -> None:
    result = CliRunner().invoke(command, ["good", "--seed", "7", "--json"], standalone_mode=False)
    told = json.loads(result.output)
    assert (told["target"], told["seed"]) == ("good", 7)
    assert [each["check"] for each in told["checks"]] == [check.__name__ for check in CHECKS]
    assert [fault for each in told["checks"] for fault in each["faults"]] == []
    assert "1: " in told["checks"][-1]["told"]
    assert result.return_value == 0


def test_a_plug_in_that_crashes_is_told_and_takes_nothing_along(installed: None) -> None:
    result = CliRunner().invoke(command, ["crash"], standalone_mode=False)
    assert result.return_value == 2
    assert "rtsynth: shapes: ends the process that runs it (killed by SIGSEGV)" in result.stderr
    assert "(--seed " in result.stdout


def test_a_plug_in_that_hangs_is_given_up(installed: None) -> None:
    (finding,) = run_checks("hang", 1, False, patience=8.0)
    assert finding.faults == ("does not answer for 8 s",)


def test_what_cannot_be_opened_is_refused_in_one_line(installed: None) -> None:
    with pytest.raises(HostError, match="no instrument 'nothing'"):
        list(run_checks("nothing", 1, False))
