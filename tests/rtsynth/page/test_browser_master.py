"""Wheels, volume, panic and the counts of the control page in a real browser."""

from typing import Any

import pytest

from rtsynth_engine.controllers import MODULATION, SUSTAIN
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

C4 = 60
ON, CC, BEND = 0x90, 0xB0, 0xE0
MANY = 1000


def figure(front: Front, name: str) -> int:
    """A count of the status row: the number after its label."""
    return int(front.find(f"{name}…").text.split()[-1])


def pedal(host: Hosted) -> int:
    return int(host.channel["cc"][SUSTAIN])


def test_the_pitch_wheel_bends_and_springs_back(front: Front, host: Hosted) -> None:
    x, y = front.spot(front.find("Pitch wheel"))
    front.down((x, y))
    front.move((x, y - 15))
    front.move((x, y - 30))
    wait_until(lambda: host.channel["bend"] > 0.1)
    front.up()
    wait_until(lambda: host.channel["bend"] == 0.0)


def test_arrow_keys_bend_while_they_are_down(front: Front, host: Hosted) -> None:
    front.run("arguments[0].focus()", front.find("Pitch wheel"))
    front.letter("ArrowDown")
    wait_until(lambda: host.channel["bend"] < 0.0)
    front.letter("ArrowDown", down=False)
    wait_until(lambda: host.channel["bend"] == 0.0)


def test_the_mod_wheel_stays_where_it_is_left(front: Front, host: Hosted) -> None:
    wheel = front.find("Mod wheel")
    x, y = front.spot(wheel)
    front.drag((x, y), (x, y - 15), (x, y - 30))
    wait_until(lambda: host.channel["cc"][MODULATION] > 0)
    wait_until(lambda: host.state()["wheels"]["mod"] == int(host.channel["cc"][MODULATION]))
    front.double_click(wheel)
    wait_until(lambda: host.channel["cc"][MODULATION] == 0)


def test_sustain_holds_a_note_until_it_is_lifted(front: Front, host: Hosted) -> None:
    front.press("Sustain")
    wait_until(lambda: pedal(host) == 127)
    front.letter("KeyA")
    wait_until(lambda: host.held)
    front.letter("KeyA", down=False)
    wait_until(lambda: not host.state()["keys"])
    assert list(host.held) == [C4]
    front.press("Sustain")
    wait_until(lambda: not host.held and pedal(host) == 0)


def test_the_volume_is_the_engines_and_is_spoken_in_decibels(front: Front, host: Hosted) -> None:
    slider = front.find("Volume")
    before = float(host.memory.state[0]["volume"])
    front.run("arguments[0].focus()", slider)
    front.type(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    wait_until(lambda: host.state()["volume"] == -1.0)
    assert float(host.memory.state[0]["volume"]) < before
    assert slider.get_attribute("aria-valuetext") == "−1.0 dB"
    front.double_click(slider)
    wait_until(lambda: slider.get_attribute("aria-valuetext") == "0.0 dB")
    wait_until(lambda: float(host.memory.state[0]["volume"]) == before)


def test_panic_ends_all_notes_and_lifts_all_pedals(front: Front, host: Hosted) -> None:
    for message in ((CC, SUSTAIN, 127), (ON, 50, 100), (ON, 57, 100), (BEND, 0, 127)):
        host.push(*message)
    front.press("Sustain")
    front.letter("KeyA")
    wait_until(lambda: set(host.sounding) == {50, 57, C4} and pedal(host) == 127)
    front.press("Panic")
    wait_until(lambda: not host.sounding)
    assert not host.memory.channels["cc"][:, SUSTAIN].any()
    front.letter("KeyA", down=False)


@pytest.mark.parametrize(("name", "counted"), [("Xruns", "xruns"), ("Late", "late_blocks")])
def test_a_click_counts_from_zero_again(front: Front, host: Hosted, name: str, counted: str) -> None:
    host.memory.telemetry[0][counted] += MANY
    wait_until(lambda: figure(front, name) >= MANY)
    front.press(f"{name}…")
    wait_until(lambda: figure(front, name) < MANY)


def test_a_clip_is_latched_until_it_is_cleared(front: Front, host: Hosted) -> None:
    host.memory.telemetry[0]["limited"] += 1
    wait_until(lambda: host.state()["clip"])
    latch = front.find("Peak…")
    wait_until(lambda: "clipped" in _spoken(front, latch))
    front.click(latch)
    wait_until(lambda: "no clip" in _spoken(front, latch))


def _spoken(front: Front, latch: Any) -> str:
    """It is only named anew when it takes the focus: nobody wants to hear it all the time."""
    front.run("arguments[0].blur(); arguments[0].focus()", latch)
    return str(latch.get_attribute("aria-label"))


def test_what_midi_plays_is_told_and_counted(front: Front, host: Hosted) -> None:
    host.push(ON, C4, 96)
    wait_until(lambda: front.says("note C4 96"))
    wait_until(lambda: front.says("VOICES\n1") or front.says("Voices\n1"))


def test_the_way_from_a_key_to_the_engine_is_measured(front: Front, host: Hosted) -> None:
    before = host.state()["round"]["count"]
    for _ in range(3):
        front.letter("KeyA")
        wait_until(lambda: host.held)
        front.letter("KeyA", down=False)
        wait_until(lambda: not host.held)
    wait_until(lambda: host.state()["round"]["count"] == before + 3)


def test_light_and_dark_are_kept_for_the_next_time(front: Front, host: Hosted) -> None:
    def theme() -> str:
        return str(front.run("return getComputedStyle(document.documentElement).backgroundColor"))

    before = theme()
    front.press("Light or dark")
    wait_until(lambda: theme() != before)
    chosen = theme()
    front.open()
    assert theme() == chosen
    front.press("Light or dark")
    wait_until(lambda: theme() == before)
