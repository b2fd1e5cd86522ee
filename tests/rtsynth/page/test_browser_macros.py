"""Macros of the control page in a real browser turn the engine's knobs."""

from typing import Any

import pytest

from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

CC = 0xB0
MACRO = 0  # Brightness, the first


@pytest.fixture
def slider(front: Front, host: Hosted) -> Any:
    """The first macro's knob."""
    return front.find(host.state()["macros"][MACRO]["name"])


def turned(host: Hosted) -> float:
    """What the first knob adds to its macro, in the engine."""
    return float(host.memory.state[0]["knobs"][MACRO])


def shown(slider: Any) -> int:
    """The macro as it is spoken, percent."""
    return int(slider.get_attribute("aria-valuenow"))


def pull(front: Front, slider: Any, up: float) -> None:
    """Drag the knob by so many pixels."""
    x, y = front.spot(slider)
    front.drag((x, y), (x, y - up / 2), (x, y - up))


def test_dragging_turns_a_macro(front: Front, host: Hosted, slider: Any) -> None:
    before = shown(slider)
    pull(front, slider, 40)
    wait_until(lambda: turned(host) > 0.0)
    wait_until(lambda: host.state()["preset"]["changed"])
    assert shown(slider) > before
    assert round(100 * host.state()["macros"][MACRO]["value"]) == shown(slider)


def test_with_shift_a_drag_is_fine(front: Front, host: Hosted, slider: Any) -> None:
    pull(front, slider, 40)
    wait_until(lambda: turned(host) > 0.0)
    far = turned(host)
    front.double_click(slider)
    wait_until(lambda: turned(host) == 0.0)
    front.modifiers = front.SHIFT
    pull(front, slider, 40)
    wait_until(lambda: turned(host) > 0.0)
    assert turned(host) < far / 2


def test_a_double_click_is_the_default(front: Front, host: Hosted, slider: Any) -> None:
    before = shown(slider)
    pull(front, slider, -30)
    wait_until(lambda: turned(host) != 0.0)
    front.double_click(slider)
    wait_until(lambda: turned(host) == 0.0)
    wait_until(lambda: shown(slider) == before)


def test_a_typed_value_is_taken_and_escape_is_not(front: Front, host: Hosted, slider: Any) -> None:
    front.run("arguments[0].focus()", slider)
    front.type(Keys.ENTER, "73", Keys.ENTER)
    wait_until(lambda: host.state()["macros"][MACRO]["value"] == 0.73)
    front.type(Keys.ENTER, "12", Keys.ESCAPE, Keys.ARROW_RIGHT)
    wait_until(lambda: host.state()["macros"][MACRO]["value"] == 0.78)


def test_a_macro_turns_the_voices_that_sound(front: Front, host: Hosted, slider: Any) -> None:
    front.letter("KeyA")
    wait_until(lambda: host.held)
    pull(front, slider, 60)
    wait_until(lambda: turned(host) > 0.1)
    assert host.held


def test_a_knob_learns_a_control_until_it_forgets(front: Front, host: Hosted, slider: Any) -> None:
    front.click(slider, "right")
    front.press("Learn MIDI control")
    wait_until(lambda: host.state()["learning"])
    for value in range(0, 128, 8):
        host.push(CC, 21, value)
    wait_until(lambda: host.state()["macros"][MACRO]["learnt"] == "CC 21")
    wait_until(lambda: front.says("CC 21"))
    wait_until(lambda: _moved(host, 127) and _moved(host, 0))
    front.click(slider, "right")
    front.press("Forget CC 21")
    wait_until(lambda: host.state()["macros"][MACRO]["learnt"] is None)


def _moved(host: Hosted, value: int) -> bool:
    """Whether the control has turned the macro all the way: to 1, or to its least."""
    host.push(CC, 21, value)
    macro = host.state()["macros"][MACRO]
    least = -1.0 if macro["bipolar"] else 0.0
    return bool(macro["value"] == (1.0 if value else least))
