"""Draws docs/control-page.png, the README's other picture: the control page while a chord sounds."""

import math
import time
from pathlib import Path
from typing import Any

from rtsynth_benchmarks.browser import chromium, press, shade
from rtsynth_benchmarks.context import Context, Options
from rtsynth_benchmarks.rows.page import PERIOD, playing, wait_ready
from rtsynth_benchmarks.stage import jack_stage

OUT = Path(__file__).parent / "control-page.png"
PRESET, CHORD = "violin", ("KeyA", "KeyD", "KeyG", "KeyP")
STEPS = 45
PLANE = """
const { x, y, width, height } = document.querySelector("#pad [role=application]").getBoundingClientRect();
return [x + width / 2, y + height / 2, width, height];
"""


def way(share: float) -> tuple[float, float]:
    """Where the puck is after that share of its way, -1 … 1 each."""
    angle = 0.6 + 4.6 * share
    return 0.3 + 0.3 * math.cos(angle), 0.2 + 0.3 * math.sin(1.3 * angle)


def wander(browser: Any) -> None:
    """Drag the puck, so that it leaves a trail."""
    x, y, width, height = browser.execute_script(PLANE)
    for step in range(STEPS):
        right, up = way(step / (STEPS - 1))
        place = {"x": x + right * width / 2, "y": y - up * height / 2, "button": "left", "buttons": 1}
        kind = "mouseMoved" if step else "mousePressed"
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "clickCount": 1} | place)
        time.sleep(0.012)


def main() -> None:
    """Play, steer, look."""
    context = Context(Options(preset=PRESET))
    with jack_stage(context, PERIOD), playing(context) as session, chromium() as browser:
        shade(browser, "dark")
        browser.get(session.address)
        wait_ready(browser)
        browser.find_element("xpath", "//*[@id='pad']//*[@role='radio'][.='Map']").click()
        time.sleep(4.0)
        for code in CHORD:
            press(browser, code, True)
        time.sleep(0.3)
        wander(browser)
        browser.save_screenshot(str(OUT))
        for code in CHORD:
            press(browser, code, False)


if __name__ == "__main__":
    main()
