"""What the page asks of the playing process, in a real session without a device."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rtsynth.audio import AudioRequest
from rtsynth.lineup import choose_lineup
from rtsynth.page import link
from rtsynth.page.errands import Errands, Wish, granted
from rtsynth.page.host import Page, PageRequest, shown
from rtsynth.playing import LiveRequest, Session, Shown, playing
from rtsynth.presets import load_presets
from rtsynth.setups import Part, Setup, last_setup, parse_setup, setup_toml
from rtsynth.tunings import SESSION, tuning
from rtsynth.writing import preset_toml
from rtsynth_engine.memory import attach_memory
from tests.engine.parts import wait_until

SILENT = LiveRequest(AudioRequest("null"), ("none",))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page whose process is played by the test: it has the other end of the socket."""
    made = Page(PageRequest())
    made.alive = True
    yield made
    made.close()


@pytest.fixture(scope="module")
def session(page: Page) -> Iterator[Session]:
    with (
        shown() as file,
        playing(choose_lineup("violin"), replace(SILENT, shown=Shown(page.ring, file))) as session,
    ):
        yield session


@pytest.fixture
def errands(page: Page, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Errands:
    monkeypatch.setenv("RTSYNTH_HOME", str(tmp_path))
    while link.receive(page._other):
        pass
    return Errands(session, page, lambda: "kept it")


def asked(errands: Errands, **message: Any) -> list[dict[str, Any]]:
    """Let the host do it; returns what it answers."""
    link.send(errands.page._other, message)
    assert errands.run(0.05) == []
    answers = []
    while packet := link.receive(errands.page._other):
        answers.append(packet[0])
    return [answer for answer in answers if "inputs" not in answer]


def test_the_page_is_shown_the_session_and_its_memory(errands: Errands, page: Page, session: Session) -> None:
    with shown() as file:
        errands.open(file)
    packet = link.receive(page._other)
    assert packet is not None
    opened = packet[0]["opened"]
    assert parse_setup(opened["setup"].encode()) == session.lineup.setup
    assert (opened["driver"], opened["period"]) == (session.driver.name, session.driver.period)
    for each in packet[1]:
        os.close(each)


def test_a_latent_moves_and_is_kept_for_takes(errands: Errands, session: Session) -> None:
    latent = [0.5] * session.lineup.bundle.latent
    assert asked(errands, do="latent", program=40, latent=latent) == []
    assert session.engine.timbres.latents[40].tolist() == latent
    assert session.engine.moves[-1][1:] == (40, tuple(latent))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"do": "latent", "program": 40, "latent": [1.0]}, "1 latents for"),
        ({"do": "setup", "toml": "format = 1\nparts = 3"}, "this setup cannot be played: parts"),
        ({"do": "tuning", "scale": "no such"}, "no .scl file"),
        ({"do": "tuning", "scale": "../bank/violin"}, "leads out of"),
        ({"do": "dance"}, "cannot be done"),
        ({"do": "latent"}, "cannot be done"),
    ],
)
def test_what_cannot_be_done_is_answered_in_one_line(
    errands: Errands, message: dict[str, Any], said: str
) -> None:
    answers = asked(errands, **message)
    assert [said in answer["said"] and "\n" not in answer["said"] for answer in answers] == [True]


def test_parts_that_change_are_played_and_remembered(errands: Errands, session: Session) -> None:
    duo = Setup(parts=(Part("violin", keys=(60, 127)), Part("cello", keys=(0, 59), mono=True)))
    assert asked(errands, do="setup", toml=setup_toml(duo)) == []
    session.routing.follow(session.names)
    assert int(session.engine.memory.state[0]["parts"]) >> 1 == 2
    assert last_setup() == duo
    assert session.engine.memory.programs[257]["mono"] == 1


def test_a_setup_of_another_instrument_is_refused(errands: Errands) -> None:
    answers = asked(errands, do="setup", toml=setup_toml(Setup(parts=(Part("wavenet-flute"),))))
    assert "a setup has one instrument" in answers[0]["said"]


def test_a_scale_tunes_what_plays(errands: Errands, session: Session) -> None:
    assert asked(errands, do="tuning", scale="werckmeister-iii") == []
    wanted = tuning("werckmeister", None)
    assert np.allclose(session.engine.memory.tunings[SESSION], wanted, atol=1e-4)
    asked(errands, do="tuning", scale=None)
    assert np.allclose(session.engine.memory.tunings[SESSION], np.arange(128), atol=1e-4)


def test_a_preset_that_was_saved_gets_a_program(errands: Errands, session: Session) -> None:
    flute = next(each for each in load_presets()[0] if each.id == "flute")
    assert asked(errands, do="sound", preset=preset_toml(flute), program=300) == []
    assert session.engine.memory.programs[300]["known"] == 1
    known = next(number for number, each in session.lineup.sounds.items() if number == 73)
    assert session.engine.timbres.latents[300].tolist() == session.engine.timbres.latents[known].tolist()


def test_what_needs_another_session_ends_this_one(errands: Errands, session: Session) -> None:
    link.send(errands.page._other, {"do": "open", "preset": "wavenet-flute"})
    errands.run(10.0)
    assert errands.wish == Wish(preset="wavenet-flute")
    lineup, live = granted(errands.wish, session.lineup, SILENT)
    assert (lineup.bundle.id, live) == ("wavenet", SILENT)


def test_another_period_is_granted_with_the_same_sounds(session: Session) -> None:
    lineup, live = granted(Wish(period=256), session.lineup, SILENT)
    assert lineup is session.lineup
    assert live.audio.block == 256


def test_what_was_played_is_kept_and_said(errands: Errands) -> None:
    assert asked(errands, do="keep") == [{"said": "kept it"}]


def test_who_looks_sees_the_callback_go_on(page: Page) -> None:
    with (
        shown() as file,
        playing(choose_lineup("violin"), replace(SILENT, shown=Shown(page.ring, file))) as session,
    ):
        seen = attach_memory(file)
        before = int(seen.state[0]["clock"])
        wait_until(lambda: int(seen.state[0]["clock"]) > before)
        assert session.engine.clock >= before
