"""The control page in a browser, as a person with eyes, a mouse, keys and fingers uses it."""

from collections.abc import Iterator
from typing import Any

import pytest

from rtsynth_benchmarks.browser import chromium, have_browser, resize
from tests.conftest import require
from tests.engine.parts import wait_until
from tests.rtsynth.page.hosted import Hosted, hosted

PRESET = "violin"
Spot = tuple[float, float]  # CSS pixels from the left and from the top
CALLED = """
    const [name, begins] = arguments;
    const is = (text) => (begins ? text.startsWith(name) : text === name);
    const text = (one) => is(one.textContent.trim().replace(/\\s+/g, " "));
    const label = ([first]) => text(first.querySelector("span") ?? first);
    const unlabelled = (one) => (one.labels?.length ? label(one.labels) : text(one));
    const called = (one) => (one.ariaLabel ? is(one.ariaLabel) : unlabelled(one));
    const shown = (one) => one.getClientRects().length && one.checkVisibility({ visibilityProperty: true });
    const place = document.querySelector("dialog:modal") ?? document.body;
    const named = "[aria-label], button, h2, label input, label select, input[id], select[id]";
    return [...place.querySelectorAll(named)].filter((one) => called(one) && shown(one));
"""  # controls by their label or their text; where a dialog covers the rest, its own


class Keys:
    """Special keys, as the WebDriver protocol has them."""

    ESCAPE, ENTER, TAB, HOME, DELETE = "\ue00c", "\ue007", "\ue004", "\ue011", "\ue017"
    ARROW_LEFT, ARROW_UP, ARROW_RIGHT, ARROW_DOWN = "\ue012", "\ue013", "\ue014", "\ue015"


class Front:
    """One page. Elements are addressed by what a screen reader calls them."""

    SHIFT = 8

    def __init__(self, driver: Any, host: Hosted) -> None:
        self.driver, self.host = driver, host
        self.modifiers = 0  # keys that are held with the mouse
        self.where: Spot = (0.0, 0.0)  # the mouse is
        self.button = "none"  # of the mouse that is down

    def open(self, width: int = 1280, height: int = 800, touch: bool = False) -> None:
        """Load the page and wait until it shows the session."""
        resize(self.driver, width, height, touch)
        self.driver.get(self.host.address)
        self.wait()

    def wait(self) -> None:
        """Until the page shows what plays."""
        wait_until(lambda: self.sees("Preset Violin…") and self.driver.title != "rtsynth")

    def find(self, name: str) -> Any:
        """The control of that name, or of one that begins so where `name` ends in "…"; waits for it."""
        wait_until(lambda: self.sees(name))
        return self.all(name)[0]

    def all(self, name: str) -> list[Any]:
        """All controls of that name that are shown."""
        found: list[Any] = self.run(CALLED, name.removesuffix("…"), name.endswith("…"))
        return found

    def sees(self, name: str) -> bool:
        """Whether such a control is shown."""
        return bool(self.all(name))

    def says(self, text: str) -> bool:
        """Whether a text is to be read anywhere."""
        return text in self.run("return document.body.innerText")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script of the page's returns."""
        return self.driver.execute_script(script, *arguments)

    def do(self, command: str, **arguments: Any) -> Any:
        """A command of Chromium's DevTools."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def spot(self, element: Any, x: float = 0.5, y: float = 0.5) -> Spot:
        """A place on an element, in shares of its width and height."""
        box = self.run("const box = arguments[0].getBoundingClientRect(); return box", element)
        return box["left"] + x * box["width"], box["top"] + y * box["height"]

    def move(self, spot: Spot) -> None:
        """The mouse goes somewhere, its button as it is."""
        self.where = spot
        self._mouse("mouseMoved")

    def down(self, spot: Spot, button: str = "left", count: int = 1) -> None:
        """The mouse's button goes down there."""
        self.move(spot)
        self.button = button
        self._mouse("mousePressed", count)

    def up(self, count: int = 1) -> None:
        """And up again."""
        self._mouse("mouseReleased", count)
        self.button = "none"

    def _mouse(self, kind: str, count: int = 0) -> None:
        x, y = self.where
        held = {"none": 0, "left": 1, "right": 2}[self.button]
        buttons = {"button": self.button, "buttons": held, "clickCount": count, "modifiers": self.modifiers}
        self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, **buttons)

    def click(self, element: Any, button: str = "left") -> None:
        self.down(self.spot(element), button)
        self.up()

    def double_click(self, element: Any) -> None:
        for count in (1, 2):
            self.down(self.spot(element), count=count)
            self.up(count)

    def drag(self, *spots: Spot) -> None:
        """From the first over all to the last."""
        self.down(spots[0])
        for each in spots[1:]:
            self.move(each)
        self.up()

    def press(self, name: str) -> None:
        """Click the control of that name, once it can be used."""
        wait_until(lambda: self.find(name).is_enabled())
        self.click(self.find(name))

    def choose(self, name: str, option: str, which: int = 0) -> None:
        """Choose an option of a list; of several lists of that name, of the one with that number."""
        from selenium.webdriver.support.select import Select

        wait_until(lambda: len(self.all(name)) > which)
        Select(self.all(name)[which]).select_by_visible_text(option)

    def letter(self, code: str, down: bool = True, repeat: bool = False) -> None:
        """A key of the computer's keyboard by its place, "KeyA", or by its name, "Enter"."""
        kind = "rawKeyDown" if down else "keyUp"
        key = code[-1].lower() if code.startswith("Key") else code
        self.do("Input.dispatchKeyEvent", type=kind, code=code, key=key, autoRepeat=repeat)

    def type(self, *keys: str) -> None:
        """Texts and special keys, to what has the focus."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def fingers(self, kind: str, *spots: tuple[int, Spot]) -> None:
        """Fingers by their numbers: all that are there after a "Start" or a "Move", those that "End"."""
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in spots]
        self.do("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=points)

    def picture(self, element: Any, top: float = 0.0) -> str:
        """How an element looks, from a share of its height on down: a PNG in base 64."""
        (left, upper), (right, lower) = self.spot(element, 0.0, top), self.spot(element, 1.0, 1.0)
        clip = {"x": left, "y": upper, "width": right - left, "height": lower - upper, "scale": 1}
        return str(self.do("Page.captureScreenshot", clip=clip)["data"])

    def close(self) -> None:
        """Other tabs go, and all is as it was before: what plays, what it plays, and in silence."""
        first, *others = self.driver.window_handles
        for each in others:
            self.driver.switch_to.window(each)
            self.driver.close()
        self.driver.switch_to.window(first)
        self.driver.get("about:blank")
        self.host.reset(PRESET)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """A session that all tests of a module share."""
    require(have_browser(), "Chromium, chromedriver and selenium")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTSYNTH_HOME", str(tmp_path_factory.mktemp("home")))
        with hosted(PRESET) as made:
            yield made


@pytest.fixture(scope="module")
def browser(host: Hosted) -> Iterator[Any]:
    """Chromium, without a page."""
    with chromium() as driver:
        yield driver


@pytest.fixture
def blank(browser: Any, host: Hosted) -> Iterator[Front]:
    """The page, not open yet; afterwards all is as it was."""
    page = Front(browser, host)
    yield page
    page.close()


@pytest.fixture
def front(blank: Front) -> Front:
    """The page, open."""
    blank.open()
    return blank
