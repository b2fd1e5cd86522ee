"""Presets chosen, kept and saved on the control page in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

VIOLIN = 40  # the program of the preset at the start
SAVE = "Save as a preset of yours"


@pytest.fixture
def presets() -> Iterator[Path]:
    """The folder of a person's own."""
    folder = Path(os.environ["RTSYNTH_HOME"]) / "presets"
    yield folder
    for each in folder.glob("*.toml"):
        each.unlink()


def named(host: Hosted) -> str:
    """The preset whose program the engine plays."""
    state = host.state()
    own = (each for each in state["presets"] if each["instrument"] == state["session"]["instrument"]["id"])
    return next((each["name"] for each in own if each["program"] == host.program), "")


def plays(front: Front, host: Hosted, name: str) -> None:
    """Wait until the engine plays a preset and the page shows it."""
    front.find(f"Preset {name};…")
    wait_until(lambda: named(host) == name)
    wait_until(lambda: front.driver.title == name)


def save_as(front: Front, name: str) -> None:
    """Save what sounds; the name that is proposed is chosen, so that typing replaces it."""
    front.press(SAVE)
    front.find("Cancel")
    front.type(name, Keys.ENTER)


def test_next_and_previous_go_through_the_bank(front: Front, host: Hosted) -> None:
    names = [each["name"] for each in host.state()["presets"]]
    following = names[names.index("Violin") + 1]
    front.press("Next preset")
    plays(front, host, following)
    front.press("Previous preset")
    plays(front, host, "Violin")


def test_a_search_and_enter_play_the_first_that_fits(front: Front, host: Hosted) -> None:
    front.type("/")
    front.find("Search presets")
    front.type("vibraph", Keys.ENTER)
    plays(front, host, "Vibraphone")
    assert not front.sees("Search presets")


def test_a_click_plays_and_escape_leaves_the_list(front: Front, host: Hosted) -> None:
    front.press("Preset Violin…")
    front.find("Search presets")
    front.type("flute")
    front.click(front.find("Flute…"))
    plays(front, host, "Flute")
    front.type(Keys.ESCAPE, Keys.ESCAPE)  # the words first, then the list
    wait_until(lambda: not front.sees("Search presets"))


def test_a_key_played_after_a_change_has_the_new_sound(front: Front, host: Hosted) -> None:
    front.press("Next preset")
    wait_until(lambda: not front.sees("Preset Violin…"))
    front.letter("KeyA")
    wait_until(lambda: host.held)
    voices = host.memory.voices
    assert set(voices["program"][voices["stage"] > 0]) == {host.program}


def test_favourites_survive_a_reload(front: Front, host: Hosted) -> None:
    front.press("Favourite")
    wait_until(lambda: host.state()["favourites"] == ["violin"])
    front.open()
    wait_until(lambda: front.find("Favourite").get_attribute("aria-pressed") == "true")
    front.press("Favourite")
    wait_until(lambda: host.state()["favourites"] == [])


def test_what_sounds_is_saved_as_a_preset_and_played(front: Front, host: Hosted, presets: Path) -> None:
    own = host.latent
    host.say({"do": "move", "x": 0.6, "y": 0.4})
    wait_until(lambda: host.latent != own)
    moved = host.latent
    save_as(front, "Evening")
    front.find("Preset Evening;…")
    wait_until(lambda: host.program != VIOLIN)
    assert [each.name for each in presets.iterdir()] == ["evening.toml"]
    assert np.allclose(host.latent, moved, atol=1e-3)
    front.letter("KeyA")
    wait_until(lambda: host.held)


def test_a_preset_is_replaced_only_when_a_person_says_so(front: Front, host: Hosted, presets: Path) -> None:
    save_as(front, "Morning")
    front.find("Preset Morning;…")
    (file,) = presets.iterdir()
    first = file.read_bytes()
    own = host.latent
    host.say({"do": "move", "x": -0.6, "y": 0.4})
    wait_until(lambda: host.latent != own)
    front.press(SAVE)
    front.find("Replace")
    assert front.says("There is one of that name")
    front.press("Cancel")
    wait_until(lambda: not front.sees("Replace"))
    assert file.read_bytes() == first
    front.press(SAVE)
    front.press("Replace")
    wait_until(lambda: file.read_bytes() != first)
    wait_until(lambda: not front.sees("Replace"))


def test_a_shipped_preset_is_never_replaced(front: Front, host: Hosted, presets: Path) -> None:
    save_as(front, "Cello")
    wait_until(lambda: front.says("ships with rtsynth and stays as it is"))
    assert not presets.exists() or not list(presets.iterdir())
    front.press("Cancel")
