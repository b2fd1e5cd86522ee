"""The control page fits every screen that it is meant for, in light and in dark."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtsynth_benchmarks.browser import shade
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front
from tests.rtsynth.page.hosted import Hosted

SCREENS = {  # CSS pixels; whether fingers touch it
    "desk": (1280, 800, False),
    "netbook": (1024, 600, False),
    "tablet": (820, 1180, True),
    "phone": (390, 844, True),
    "lying": (844, 390, True),
}
PANELS = ("Pad", "Knobs", "Sight")  # of which a phone shows one at a time
ALWAYS = ("Preset Violin…", "Previous preset", "Next preset", "Volume", "Panic", "Link…", "Piano keyboard…")
MAIN = (
    "Preset Violin…",
    "Previous preset",
    "Next preset",
    "Panic",
    "More",
    "Surprise me",
    "A little different",
    "Home",
)
FINGER, LEAST = 40, 24  # px that a finger needs, and that it can do with
CHORD = ("KeyA", "KeyD", "KeyG")
CONTROLS = """
    return [...document.querySelectorAll("button, select, input, [role=slider], [role=application]")]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }));
"""
OVERLAPS = """
    const all = arguments[0].map((one) => [one, one.getBoundingClientRect()]);
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    const name = (one) => one.ariaLabel ?? one.textContent;
    return all.flatMap(([one, box], at) => all.slice(at + 1)
        .filter(([other, its]) => !one.contains(other) && !other.contains(one) && meet(box, its))
        .map(([other]) => [name(one), name(other)]));
"""
SMALL = """
    const reach = arguments[1] / 2 - 1;
    const touched = (one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        const [across, down] = [left + width / 2, top + height / 2];
        const at = (x, y) => one.contains(document.elementFromPoint(across + x, down + y));
        return at(-reach, 0) && at(reach, 0) && at(0, -reach) && at(0, reach);
    };
    return arguments[0].filter((one) => !touched(one)).map((one) => one.ariaLabel ?? one.textContent);
"""
INSIDE = """
    return arguments[0].filter((one) => {
        const { left, top, right, bottom } = one.getBoundingClientRect();
        return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    }).map((one) => one.ariaLabel);
"""
EXTENT = """
    const { scrollWidth, scrollHeight } = document.scrollingElement;
    return [innerWidth, innerHeight, scrollWidth, scrollHeight];
"""


@pytest.fixture(params=["light", "dark"])
def scheme(browser: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """What the system prefers."""
    shade(browser, request.param)
    yield request.param
    shade(browser, "light")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: where somebody wants to look at them."""
    folder = Path(os.environ.get("RTSYNTH_ARTEFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def views(front: Front) -> Iterator[str]:
    """Show what the screen shows at a time, one after the other."""
    for panel in PANELS if front.sees("Knobs") else ("All",):
        if panel in PANELS:
            front.press(panel)
        yield panel


def controls(front: Front) -> Any:
    """What can be pressed, turned or typed into."""
    return front.run(CONTROLS)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_all_that_matters_and_nothing_over_another(
    blank: Front, host: Hosted, screen: str, scheme: str, pictures: Path
) -> None:
    front, (width, height, touch) = blank, SCREENS[screen]
    front.open(width, height, touch)
    for code in CHORD:
        front.letter(code)
    wait_until(lambda: len(host.held) == len(CHORD))
    assert (brightness(front) > 0.5) == (scheme == "light")
    for view in views(front):
        front.driver.save_screenshot(str(pictures / f"page-{screen}-{view.lower()}-{scheme}.png"))
        assert front.run(EXTENT) == [width, height, width, height]
        assert front.run(INSIDE, [front.find(name) for name in ALWAYS]) == []
        assert front.run(OVERLAPS, controls(front)) == []


@pytest.mark.parametrize("screen", [name for name, (_, _, touch) in SCREENS.items() if touch])
def test_fingers_find_what_they_touch(blank: Front, screen: str) -> None:
    front = blank
    front.open(*SCREENS[screen])
    for _ in views(front):
        assert front.run(SMALL, controls(front), LEAST) == []
        shown = [control for name in MAIN for control in front.all(name)]
        assert front.run(SMALL, shown, FINGER) == []


def brightness(front: Front) -> float:
    """Of the ground, 0 … 1."""
    colour = front.run("return getComputedStyle(document.documentElement).backgroundColor")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / (3 * 255)
