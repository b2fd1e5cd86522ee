"""`rtsynth midi` tells what the parser's table holds."""

import json
from pathlib import Path

import pytest

from rtsynth_engine.midi import messages
from tests.rtsynth.test_cli import Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return Run(monkeypatch, capsys)


def test_everything_the_engine_understands_is_told(run: Run) -> None:
    table, told = run("midi").out, json.loads(run("midi", "--json").out)
    for kind, known in (
        ("messages", messages.CHANNEL_MESSAGES),
        ("system", messages.SYSTEM_MESSAGES),
        ("controllers", messages.CONTROLLERS),
        ("parameters", messages.PARAMETERS),
        ("exclusives", messages.EXCLUSIVES),
    ):
        assert [each["name"] for each in told[kind]] == [each.name for each in known]
        assert all(each.name in table and each.does in table for each in known)


def test_a_controller_that_is_a_command_has_no_value_to_begin_with(run: Run) -> None:
    told = {each["number"]: each["default"] for each in json.loads(run("midi", "--json").out)["controllers"]}
    assert (told[7], told[120]) == (100, None)
