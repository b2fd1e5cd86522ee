"""What takes long runs beside what serves pages, once at a time."""

import asyncio
from typing import Any

import pytest

from rtsynth.page.steering import background
from rtsynth.page.steering.background import Background, in_thread

FINDING = {"topic": "JACK", "good": False, "found": "no JACK server", "remedy": "start one"}


def test_the_doctors_findings_come_when_they_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "findings", lambda: [FINDING])

    async def ask() -> Background:
        found = Background()
        found.examine()
        assert found.doctor is None
        while found.doctor is None:
            await asyncio.sleep(0)
        return found

    assert asyncio.run(ask()).doctor == [FINDING]


def test_what_runs_already_is_not_begun_again() -> None:
    begun: list[Any] = []
    found = Background(lambda look, done: begun.append((look, done)))
    found.look()
    found.look()
    found.examine()
    assert len(begun) == 2
    begun[0][1]((("jack", "null"), ("Keys",)))
    assert (found.audio, found.midi) == (("jack", "null"), ("Keys",))
    found.look()
    assert len(begun) == 3


def test_a_thread_of_its_own_does_the_looking() -> None:
    async def ask() -> tuple[bool, Any]:
        answers: asyncio.Queue[Any] = asyncio.Queue()
        in_thread(lambda: asyncio._get_running_loop() is None, answers.put_nowait)
        return await answers.get()

    assert asyncio.run(ask()) is True


def test_the_doctor_of_this_machine_has_an_answer_to_everything() -> None:
    found = background.findings()
    assert {"topic", "good", "found", "remedy"} == set(found[0])
    assert all(each["good"] or each["remedy"] for each in found)


def test_silence_is_among_the_devices_of_any_machine() -> None:
    audio, midi = background.devices()
    assert audio[-1] == "null"
    assert all(isinstance(name, str) for name in midi)
