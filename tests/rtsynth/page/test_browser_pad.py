"""The latent pad of the control page in a real browser moves the sound, and brings it back."""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rtsynth.page.steering.catalogue import Catalogue
from rtsynth_engine.layout import TAPED
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys, Spot
from tests.rtsynth.page.hosted import Hosted

Latent = list[float]
MARGIN = 20  # px around the plane, so that the puck is whole at the rim
LISTENED = 1 << 14  # frames


@pytest.fixture
def own(front: Front, host: Hosted) -> Iterator[Latent]:
    """The preset's latent; the puck is in the middle."""
    yield host.latent
    host.say({"do": "path", "clear": True}, {"do": "home"})


@pytest.fixture(scope="module")
def catalogue(host: Hosted) -> Catalogue:
    """Of the presets there are."""
    return Catalogue(host.session.lineup.bundle)


def at(front: Front, x: float, y: float) -> Spot:
    """A place of the plane, -1 … 1, y up."""
    plane = front.find("Latent pad:…")
    (left, top), (right, bottom) = front.spot(plane, 0.0, 0.0), front.spot(plane, 1.0, 1.0)
    wide, high = (right - left) / 2, (bottom - top) / 2
    return left + wide + x * (wide - MARGIN), top + high - y * (high - MARGIN)


def drag(front: Front, *places: tuple[float, float]) -> None:
    """The puck over these places."""
    front.drag(*(at(front, *place) for place in places))


def moved_from(host: Hosted, latent: Latent) -> bool:
    return host.latent != latent


def sounds_as(host: Hosted, latent: Any) -> bool:
    return bool(np.allclose(host.latent, latent, atol=1e-3))


def mode(front: Front, host: Hosted, name: str) -> None:
    """Let the pad mean something else."""
    front.press(name)
    wait_until(lambda: host.state()["pad"]["mode"] == name.lower())


def middle(host: Hosted) -> float:
    """Of the spectrum of what sounds next, Hz."""
    begin = int(host.memory.marks[TAPED])
    wait_until(lambda: host.memory.marks[TAPED] >= begin + LISTENED)
    heard = np.take(host.memory.tape[:, 0], np.arange(begin, begin + LISTENED), mode="wrap")
    power = np.abs(np.fft.rfft(heard * np.hanning(LISTENED))) ** 2
    return float(power @ np.fft.rfftfreq(LISTENED, 1.0 / host.session.driver.rate) / power.sum())


def test_dragging_moves_the_latent_and_is_kept_for_takes(front: Front, host: Hosted, own: Latent) -> None:
    before = len(host.session.engine.moves)
    drag(front, (0.0, 0.0), (0.5, 0.2), (0.9, 0.4))
    wait_until(lambda: not sounds_as(host, own))
    assert len(host.session.engine.moves) > before
    assert host.session.engine.moves[-1][1] == host.program


def test_dragging_is_heard(front: Front, host: Hosted, own: Latent) -> None:
    front.letter("KeyA")
    wait_until(lambda: host.held)
    heard = []
    for x in (-1.0, 1.0):
        before = host.latent
        drag(front, (-x, 0.0), (x, 0.0))
        wait_until(functools.partial(moved_from, host, before))
        middle(host)  # voices follow within two blocks of frames
        heard.append(middle(host))
    assert heard[1] > 1.1 * heard[0]


def test_arrow_keys_move_the_puck_and_home_brings_it_back(front: Front, host: Hosted, own: Latent) -> None:
    front.run("arguments[0].focus()", front.find("Latent pad:…"))
    front.type(Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_UP)
    wait_until(lambda: np.allclose(host.state()["pad"]["at"], [0.05, 0.1]))
    wait_until(lambda: host.latent != own)
    front.type(Keys.HOME)
    wait_until(lambda: host.latent == own)


def test_a_double_click_brings_the_preset_back_exactly(front: Front, host: Hosted, own: Latent) -> None:
    drag(front, (0.0, 0.0), (-0.7, 0.7))
    wait_until(lambda: host.latent != own)
    front.double_click(front.find("Latent pad:…"))
    wait_until(lambda: host.latent == own)


def test_another_direction_leads_elsewhere(front: Front, host: Hosted, own: Latent) -> None:
    found = []
    for direction in ("Brightness", "Motion"):
        front.choose("Direction to the right", direction)
        drag(front, (0.0, 0.0), (1.0, 0.0))
        wait_until(lambda: host.latent != own)
        found.append(host.latent)
        front.press("Home")
        wait_until(lambda: host.latent == own)
    assert not np.allclose(found[0], found[1], atol=0.05)
    front.choose("Direction to the right", "Brightness")


def test_a_corner_takes_a_preset_and_sounds_like_it(
    front: Front, host: Hosted, own: Latent, catalogue: Catalogue
) -> None:
    mode(front, host, "Corners")
    front.press("Corner bottom left…")
    front.find("Preset for the corner bottom left")
    front.type("cello", Keys.ENTER)
    front.find("Corner bottom left: Cello")
    drag(front, (0.0, 0.0), (-1.0, -1.0))
    wait_until(lambda: sounds_as(host, catalogue.sound("cello").latent))


def test_between_corners_it_sounds_like_none_of_them(
    front: Front, host: Hosted, own: Latent, catalogue: Catalogue
) -> None:
    mode(front, host, "Corners")
    drag(front, (0.5, 0.5), (0.0, 0.0))
    wait_until(lambda: not sounds_as(host, own))
    corners = host.state()["pad"]["corners"]
    assert not any(sounds_as(host, catalogue.sound(each).latent) for each in corners)


def test_a_tap_on_the_map_is_the_preset_there(
    front: Front, host: Hosted, own: Latent, catalogue: Catalogue
) -> None:
    mode(front, host, "Map")
    dot = next(each for each in host.state()["map"] if each["id"] == "flute")
    x, y = at(front, dot["x"], dot["y"])
    front.down((x + 1, y - 1))
    front.up()
    wait_until(lambda: sounds_as(host, catalogue.sound("flute").latent))


def test_a_path_that_loops_moves_without_a_hand(front: Front, host: Hosted, own: Latent) -> None:
    front.press("Record a path")
    front.down(at(front, 0.0, 0.0))
    for step in range(1, 10):
        before = host.latent
        front.move(at(front, 0.1 * step, -0.1 * step))
        wait_until(functools.partial(moved_from, host, before))
    front.up()
    front.press("Record a path")
    front.press("Loop the path")
    count = len(host.session.engine.moves)
    wait_until(lambda: len(host.session.engine.moves) > count + 20)
    front.press("Loop the path")
    wait_until(lambda: not host.state()["pad"]["path"]["looping"])
    assert len({latent for _, _, latent in list(host.session.engine.moves)[count:]}) > 10


def test_a_hand_on_the_pad_stops_the_loop(front: Front, host: Hosted, own: Latent) -> None:
    front.press("Record a path")
    drag(front, (0.0, 0.0), (0.5, 0.5))
    front.press("Record a path")
    front.press("Loop the path")
    wait_until(lambda: host.state()["pad"]["path"]["looping"])
    drag(front, (0.9, 0.0), (1.0, 0.0))
    wait_until(lambda: host.state()["pad"]["at"] == [1.0, 0.0])
    assert not host.state()["pad"]["path"]["looping"]


def test_a_bookmark_leads_back_until_it_is_removed(front: Front, host: Hosted, own: Latent) -> None:
    drag(front, (0.0, 0.0), (0.6, -0.6))
    wait_until(lambda: host.latent != own)
    there = host.latent
    front.press("Bookmark this place")
    front.find("Name of the bookmark")
    front.type("Gently", Keys.ENTER)
    front.find("Gently")
    front.press("Home")
    wait_until(lambda: host.latent == own)
    front.press("Gently")
    wait_until(lambda: sounds_as(host, there))
    front.type(Keys.DELETE)
    wait_until(lambda: not front.sees("Gently"))


@pytest.mark.parametrize("button", ["Surprise me", "A little different"])
def test_chance_finds_another_sound_and_home_the_first(
    front: Front, host: Hosted, own: Latent, button: str
) -> None:
    front.press(button)
    wait_until(lambda: not sounds_as(host, own))
    there = host.latent
    front.press(button)
    wait_until(lambda: not sounds_as(host, there) and not sounds_as(host, own))
    front.press("Home")
    wait_until(lambda: host.latent == own)
