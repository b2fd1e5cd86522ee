"""`rtsynth check` finds what is wrong with a generator: each check fails for one that is made to."""

import itertools
import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rtsynth.checks import faults
from rtsynth.checks.faults import CHECKS, Check
from rtsynth.checks.process import run_checks
from rtsynth.checks.subject import Subject
from rtsynth.commands.check import check as command
from rtsynth.errors import HostError
from rtsynth_engine.layout import FRAME
from rtsynth_engine.plugins import Plugin, describe, open_instrument, place, sound_head

F4 = np.float32
RATE, STEP = 16_000.0, 4


class Good:
    """A sine for each row, whose phase is a state."""

    def prepare(self, rows):
        self.step_size, self.phase, self.level = np.zeros((3, rows))

    def reset(self, rows, pitch, velocity, latent):
        self.step_size[rows] = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0) / RATE
        self.phase[rows] = 0.0
        return self.condition(rows, pitch, velocity, latent)

    def condition(self, rows, pitch, velocity, latent):
        self.level[rows] = 0.1 * (2.0 + np.tanh(latent[:, 0])) * velocity

    def step(self, rows, time):
        self.phase[rows] = time * RATE * self.step_size[rows]
        phase = self.phase[rows, None] + self.step_size[rows, None] * np.arange(STEP * FRAME)
        sound = self.level[rows, None] * np.sin(2 * np.pi * phase)
        return sound.astype(F4).reshape(-1, STEP, FRAME)

    def close(self):
        pass


class WrongShape(Good):
    def step(self, rows, time):
        return super().step(rows, time)[:, :, :-1]


class WrongType(Good):
    def step(self, rows, time):
        return super().step(rows, time).astype(np.float64)


class NotFinite(Good):
    def step(self, rows, time):
        return np.where(time[:, None, None] > 4.2, F4(np.nan), super().step(rows, time))


class TooLoud(Good):
    def step(self, rows, time):
        return 100.0 * super().step(rows, time)


class Offset(Good):
    def step(self, rows, time):
        return super().step(rows, time) + F4(0.4)


class Drawn(Good):
    def step(self, rows, time):
        return super().step(rows, time) + np.random.normal(0.0, 1e-3, (len(rows), STEP, FRAME)).astype(F4)


class OtherEveryTime(Good):
    serials = itertools.count(1)

    def __init__(self):
        self.serial = next(self.serials)

    def step(self, rows, time):
        return super().step(rows, time) * F4(1.0 / self.serial)


class Leaks(Good):
    """Of a batch into each other's rows."""

    def step(self, rows, time):
        sound = super().step(rows, time)
        return sound + F4(0.01) * sound.mean(0, keepdims=True) * F4(len(rows) > 1)


class OneState(Good):
    """For all rows."""

    last = 0.0

    def step(self, rows, time):
        sound = super().step(rows, time) + F4(self.last)
        self.last = 0.1 * float(sound[-1, -1, -1])
        return sound


class Forgetful(Good):
    """Goes on where the row's last note was left."""

    def reset(self, rows, pitch, velocity, latent):
        before = self.phase[rows].copy()
        super().reset(rows, pitch, velocity, latent)
        self.carried = before[0] if np.any(before) else 0.0

    def step(self, rows, time):
        return super().step(rows, time) + F4(0.01 * np.sin(self.carried))


class OnlyForward(Good):
    """Takes no notice of the time that it is asked for."""

    def step(self, rows, time):
        begun = self.phase[rows].copy()
        super().step(rows, begun / (RATE * self.step_size[rows]))
        sound = super().step(rows, begun / (RATE * self.step_size[rows]))
        self.phase[rows] = begun + self.step_size[rows] * STEP * FRAME
        return sound


class StartsAnew(OnlyForward):
    def condition(self, rows, pitch, velocity, latent):
        super().condition(rows, pitch, velocity, latent)
        self.phase[rows] = 0.0


class Unwritten(Good):
    def prepare(self, rows):
        super().prepare(rows)
        self.out = np.zeros((rows, STEP, FRAME), F4)

    def step(self, rows, time):
        self.out[: len(rows), :, :-3] = super().step(rows, time)[:, :, :-3]
        return self.out[: len(rows)]


class NewUnwritten(Good):
    def step(self, rows, time):
        out = np.empty((len(rows), STEP, FRAME), F4)
        out[:, :, :-3] = super().step(rows, time)[:, :, :-3]
        out[:, :, -3:] = np.where(np.abs(out[:, :, -3:]) < 1e30, 0.0, out[:, :, -3:])
        return out


class OwnMemory(Good):
    """Gives views of what it reads again."""

    def prepare(self, rows):
        super().prepare(rows)
        self.noise = np.random.default_rng(0).normal(0.0, 0.1, (rows, STEP, FRAME)).astype(F4)

    def step(self, rows, time):
        return self.noise[rows[0] : rows[0] + len(rows)]


class Stuck(Good):
    def reset(self, rows, pitch, velocity, latent):
        super().reset(rows, pitch, velocity, latent)
        return np.zeros((len(rows), 2))


class Louder(Good):
    def step(self, rows, time):
        return super().step(rows, time) * np.where(time > 6.0, 20.0, 1.0).astype(F4)[:, None, None]


class Grows(Good):
    def reset(self, rows, pitch, velocity, latent):
        super().reset(rows, pitch, velocity, latent)
        self.kept = [*getattr(self, "kept", []), np.ones(1 << 17)]


class ClosesOnce(Good):
    def close(self):
        del self.phase


class NotSane(Good):
    """Some time after the beginning."""

    def step(self, rows, time):
        return np.where(time[:, None, None] > 0.4, F4(np.nan), super().step(rows, time))


class Mute(Good):
    def step(self, rows, time):
        return F4(1e-6) * super().step(rows, time)


class FewRows(Good):
    """Has room for 64 voices, whatever it is asked for."""

    def prepare(self, rows):
        super().prepare(64)


class Late(Good):
    def step(self, rows, time):
        Clock.sleep(0.07)
        return super().step(rows, time)


class Raises(Good):
    def step(self, rows, time):
        raise RuntimeError("the device is gone\nfor good")


class Clock:
    """A clock that tests turn, so that none of them waits."""

    now = 0.0

    @classmethod
    def sleep(cls, seconds: float) -> None:
        cls.now += seconds

    @classmethod
    def perf_counter(cls) -> float:
        return cls.now


def subject(kind: Callable[[], object], seed: int = 1) -> Subject:
    places = [place("one", "One", [0.0, 0.5], low=40, high=80)]
    plugin = Plugin(describe("tried", "Tried", sound_head(RATE, STEP), places), kind)
    return Subject(plugin.description, lambda: open_instrument(plugin), seed)


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
            from tests.rtsynth.test_check import Good, places

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


def places(id: str, kind: Callable[[], object]) -> Plugin:
    return Plugin(describe(id, id, sound_head(RATE, STEP), [place("one", "One", [0.0, 0.5])]), kind)


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
