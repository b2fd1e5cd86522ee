"""The model as a whole: the topics, and what they are when nothing happens."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest

from rtsynth.errors import HostError
from rtsynth.page.serving.sayings import SAYINGS
from rtsynth.page.steering.doing import handlers
from rtsynth.page.steering.model import opened_lineup
from rtsynth.setups import setup_toml
from tests.rtsynth.page.stage import PIANO, Stage, alone

TOPICS = {
    *("session", "presets", "favourites", "preset", "parts", "macros", "learning", "volume"),
    *("pad", "map", "trace", "settings", "doctor"),
}
OTHERS = {  # what the server, the keys and the meters do
    *("on", "off", "pressure", "bend", "control", "midi", "release", "panic", "ping", "clock", "watch"),
    "clear",
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    return tmp_path


def test_all_topics_are_there_and_can_be_sent() -> None:
    topics = Stage().model(set())
    assert topics.keys() == TOPICS
    assert json.loads(json.dumps(topics, allow_nan=False)) == topics


def test_everything_a_page_may_say_is_done_by_somebody() -> None:
    assert handlers(Stage().model).keys() == SAYINGS.keys() - OTHERS


def test_topics_are_the_same_objects_while_nothing_changes() -> None:
    stage = Stage()
    first = stage.model(set())
    stage.turn()
    second = stage.model(set())
    assert all(second[topic] is first[topic] for topic in TOPICS)
    stage.ask("macro", index=0, value=0.5)
    third = stage.model(set())
    assert {topic for topic in TOPICS if third[topic] is not first[topic]} == {"macros", "preset"}


def test_the_session_is_told_with_its_instrument() -> None:
    session = Stage().see("session")
    assert session["title"] == "Acoustic Grand Piano"
    assert (session["driver"], session["inputs"], session["remote"]) == ("jack: rtsynth", ["JACK"], False)
    instrument = session["instrument"]
    assert (instrument["id"], instrument["latent"], instrument["low"]) == ("partialgan", 16, 21)


def test_inputs_that_come_and_go_are_shown() -> None:
    stage = Stage()
    stage.model.hear({"inputs": ["JACK", "Keys"]})
    assert stage.see("session")["inputs"] == ["JACK", "Keys"]


def test_a_line_up_is_made_again_from_what_the_host_says() -> None:
    lineup = opened_lineup({"setup": setup_toml(alone().setup)})
    assert (lineup.preset.id, lineup.slots, lineup.sounds.keys()) == (PIANO, (0,), alone().sounds.keys())
    with pytest.raises(HostError, match="the session's setup cannot be read"):
        opened_lineup({"setup": "parts = 1"})


def test_the_doctor_and_what_was_played_are_asked_for() -> None:
    asked = []
    stage = Stage(run=lambda look, done: asked.append(look.__name__))
    stage.ask("doctor")
    stage.ask("settings")
    stage.ask("keep")
    assert (asked, stage.told) == (["findings", "devices"], [{"do": "keep"}])


def test_the_model_turns_by_itself() -> None:
    stage = Stage()
    stage.ask("path", record=True)
    stage.ask("move", x=1.0, y=0.0)
    stage.ask("path", loop=True)

    async def watch() -> None:
        turning = asyncio.create_task(stage.model.run())
        while stage.see("pad")["at"] == [1.0, 0.0]:
            stage.now += 0.001
            await asyncio.sleep(0)
        turning.cancel()
        with suppress(asyncio.CancelledError):
            await turning

    asyncio.run(asyncio.wait_for(watch(), 10.0))
