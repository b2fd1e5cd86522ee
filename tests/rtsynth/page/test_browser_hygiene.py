"""The control page in a real browser keeps to itself, complains of nothing, and needs no mouse."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from rtsynth_benchmarks.browser import traffic
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

NAMED = {"button", "slider", "textbox", "searchbox", "combobox", "spinbutton", "switch", "checkbox", "radio"}
NAMED |= {"tab", "menuitem", "option", "link", "application", "dialog", "img", "region", "tabpanel"}
VIOLATIONS = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
FOCUSED = """
    const found = document.activeElement, style = getComputedStyle(found);
    const ring = (of) => of.outlineStyle !== "none" && parseFloat(of.outlineWidth) > 0;
    return [found.matches(":focus-visible"), ring(style) || style.boxShadow !== "none"];
"""
MOST_STOPS = 60
Way = Callable[[Front], None]


def settings(section: str) -> Way:
    """Opens the settings at a section."""

    def way(front: Front) -> None:
        front.press("Settings")
        front.press(section)

    return way


def presets(front: Front) -> None:
    front.press("Preset Violin…")
    front.find("Search presets")


def corner(front: Front) -> None:
    front.press("Corners")
    front.press("Corner top left…")
    front.find("Preset for the corner top left")


def naming(front: Front) -> None:
    front.press("Bookmark this place")
    front.find("Name of the bookmark")


def learning(front: Front) -> None:
    front.click(front.find("Brightness"), "right")
    front.find("Learn MIDI control")


def typing(front: Front) -> None:
    front.run("arguments[0].focus()", front.find("Brightness"))
    front.type(Keys.ENTER)
    front.find("Brightness in percent")


WAYS: dict[str, Way] = {
    "panel": lambda front: None,
    "presets": presets,
    "corner": corner,
    "map": lambda front: front.press("Map"),
    "naming": naming,
    "learning": learning,
    "typing": typing,
    "saving": lambda front: front.press("Save as a preset of yours"),
    "more": lambda front: front.press("More"),
    **{name: settings(name) for name in ("Sound", "Keyboard", "Parts", "Advice", "About")},
}


def focused(front: Front) -> str:
    """What a screen reader calls that which has the focus."""
    return str(front.driver.switch_to.active_element.accessible_name)


def tab_to(front: Front, name: str) -> None:
    """Go on with the tabulator until something has the focus whose name begins so."""
    for _ in range(MOST_STOPS):
        if focused(front).startswith(name):
            return
        front.type(Keys.TAB)
    raise AssertionError(f"the tabulator never comes to {name}")


def test_a_whole_use_complains_of_nothing_and_stays_at_home(blank: Front, host: Hosted) -> None:
    front = blank
    front.driver.get_log("browser"), list(traffic(front.driver))
    script = front.do("Page.addScriptToEvaluateOnNewDocument", source=VIOLATIONS)
    front.open()
    for way in WAYS.values():
        front.letter("KeyA")
        way(front)
        front.letter("KeyA", down=False)
        front.type(Keys.ESCAPE)
    assert front.run("return window.violations") == []
    assert front.driver.get_log("browser") == []
    front.do("Page.removeScriptToEvaluateOnNewDocument", **script)
    asked = {urlsplit(url)[:2] for url in map(requested, traffic(front.driver)) if url}
    home = urlsplit(host.address).netloc
    assert {("http", home), ("ws", home)} <= asked <= {("http", home), ("ws", home), ("data", "")}


def requested(event: tuple[str, dict[str, Any]]) -> str:
    """The address that an event of the network asks for; nothing where it asks for none."""
    kind, said = event
    if kind == "webSocketCreated":
        return str(said["url"])
    return str(said["request"]["url"]) if kind == "requestWillBeSent" else ""


@pytest.mark.parametrize("place", WAYS)
def test_every_control_has_a_name(front: Front, place: str) -> None:
    WAYS[place](front)
    tree = front.do("Accessibility.getFullAXTree")["nodes"]
    shown = [node for node in tree if not node["ignored"] and node["role"]["value"] in NAMED]
    assert shown
    assert [
        node["role"]["value"] for node in shown if not node.get("name", {}).get("value", "").strip()
    ] == []


def test_the_tabulator_reaches_all_that_matters_and_shows_where_it_is(front: Front) -> None:
    stops: list[str] = []
    unseen: list[str] = []
    for _ in range(MOST_STOPS):
        front.type(Keys.TAB)
        stops.append(focused(front))
        if not stops[-1]:
            break  # past the last one
        if not all(front.run(FOCUSED)):
            unseen.append(stops[-1])
    for name in (
        "Preset Violin",
        "Volume",
        "Panic",
        "Latent pad",
        "Brightness",
        "Pitch wheel",
        "Sustain",
        "Piano",
    ):
        assert any(stop.startswith(name) for stop in stops), name
    assert unseen == []


def test_the_instrument_is_played_without_a_mouse(front: Front, host: Hosted) -> None:
    tab_to(front, "Next preset")
    front.type(Keys.ENTER)
    front.find("Preset Viola;…")
    before = host.latent
    tab_to(front, "Latent pad")
    front.type(Keys.ARROW_RIGHT)
    wait_until(lambda: host.latent != before)
    tab_to(front, "Brightness")
    front.type(Keys.ARROW_UP)
    wait_until(lambda: host.memory.state[0]["knobs"][0] > 0.0)
    tab_to(front, "Piano keyboard")
    front.letter("Enter")
    wait_until(lambda: host.held)
    front.letter("Enter", down=False)
    wait_until(lambda: not host.held)


def test_escape_gives_the_focus_back(front: Front) -> None:
    tab_to(front, "Save as")
    front.type(Keys.ENTER)
    front.find("Cancel")
    front.type(Keys.ESCAPE)
    wait_until(lambda: focused(front).startswith("Save as"))
