"""The doctor: what is refused names a remedy, and what is fine names none."""

import os
from pathlib import Path

import pytest

from rtsynth import doctor
from rtsynth.errors import HostError


def only(monkeypatch: pytest.MonkeyPatch, look: object) -> doctor.Finding:
    monkeypatch.setattr(doctor, "CHECKS", {"it": look})
    (finding,) = doctor.examine()
    return finding


@pytest.mark.parametrize("message", ["it is missing; install it", "it is missing: install it"])
def test_an_error_becomes_a_finding_with_its_remedy(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    def look() -> doctor.Answer:
        raise HostError(message)

    assert only(monkeypatch, look) == doctor.Finding("it", False, "it is missing", "install it")


def test_what_is_fine_names_no_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(monkeypatch, lambda: (True, "found", "do this")).remedy == ""


def test_a_refused_priority_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert doctor.try_realtime() == "Operation not permitted"


def test_asking_for_priority_leaves_this_thread_as_it_was() -> None:
    before = os.sched_getscheduler(0)
    doctor.try_realtime()
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("governors", "good"), [(["performance"], True), (["powersave", "performance"], False), ([], True)]
)
def test_only_a_governor_that_saves_power_is_a_finding(
    tmp_path: Path, governors: list[str], good: bool
) -> None:
    for number, governor in enumerate(governors):
        folder = tmp_path / f"cpu{number}" / "cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_governor").write_text(governor + "\n")
    assert doctor._governor(str(tmp_path))[0] is good
