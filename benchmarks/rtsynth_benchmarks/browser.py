"""A real browser, without a window: Chromium through its driver, as a person with mouse and keys uses it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .figures import NotMeasured

PROGRAM, DRIVER = "chromium", "chromedriver"
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def have_browser() -> bool:
    """Whether Chromium, its driver and Selenium are installed."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return False
    return all(shutil.which(program) for program in (PROGRAM, DRIVER))


@contextmanager
def chromium(width: int = 1280, height: int = 800) -> Iterator[Any]:
    """A selenium driver of a fresh browser with that view, in CSS pixels; all that it logs is kept.

    Raises NotMeasured where there is none.
    """
    if not have_browser():
        raise NotMeasured(
            "needs Chromium, chromedriver and selenium (Debian: apt install chromium chromium-driver)"
        )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(PROGRAM) or ""
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which(DRIVER))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        resize(driver, width, height)
        yield driver
    finally:
        driver.quit()


def resize(driver: Any, width: int, height: int, touch: bool = False) -> None:
    """Give the page a view of that size, in CSS pixels; `touch`: of a device with a touch screen."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch, "maxTouchPoints": 5})


def shade(driver: Any, scheme: str) -> None:
    """Prefer `light` or `dark`."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def traffic(driver: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """What went over the network since the last call: kinds of CDP's Network events, and what they say."""
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"].startswith("Network."):
            yield message["method"].removeprefix("Network."), message["params"]


def press(driver: Any, code: str, down: bool) -> None:
    """A key of the computer's keyboard by its place, "KeyA"."""
    kind = "rawKeyDown" if down else "keyUp"
    driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": code[-1].lower()})
