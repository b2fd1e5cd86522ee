"""Settings of the control page in a real browser reach the engine."""

import functools
from collections.abc import Iterator

import numpy as np
import pytest

from rtsynth.setups import last_setup
from rtsynth.tunings import SESSION
from rtsynth.velocity import table
from rtsynth_engine.layout import HELD, PAGE_PORT
from tests.engine.parts import wait_until
from tests.rtsynth.page.browsing import Front, Keys
from tests.rtsynth.page.hosted import Hosted

C2, C4 = 36, 60


@pytest.fixture(autouse=True)
def one_part(host: Hosted) -> Iterator[None]:
    """Afterwards there is one part again."""
    yield
    for _ in host.state()["parts"][1:]:
        host.say({"do": "settings", "part": 1, "remove": True})
    wait_until(lambda: len(host.state()["parts"]) == 1)


def look_at(front: Front, section: str) -> None:
    """Open the settings at one of their sections."""
    front.press("Settings")
    front.press(section)


def lowest(host: Hosted) -> list[int]:
    """The lowest key of each part that the engine plays."""
    count, row = divmod(int(host.memory.state[0]["parts"]), 2)
    return [int(low) for low in host.memory.parts[row]["low"][:count]]


def test_a_scale_tunes_the_engine(front: Front, host: Hosted) -> None:
    look_at(front, "Keyboard")
    front.choose("Tuning", "Werckmeister-iii")
    wait_until(lambda: not np.allclose(host.memory.tunings[SESSION], np.arange(128)))
    front.choose("Tuning", "Equal temperament")
    wait_until(lambda: np.allclose(host.memory.tunings[SESSION], np.arange(128), atol=1e-4))


def test_a_velocity_curve_is_every_ports(front: Front, host: Hosted) -> None:
    look_at(front, "Keyboard")
    front.choose("Velocity curve", "Hard")
    wait_until(lambda: np.allclose(host.memory.curves[0], table("hard")))
    wait_until(lambda: np.allclose(host.memory.curves[PAGE_PORT], table("hard")))
    front.choose("Velocity curve", "Linear")
    wait_until(lambda: np.allclose(host.memory.curves[PAGE_PORT], table("linear")))


def test_the_bend_range_is_typed(front: Front, host: Hosted) -> None:
    look_at(front, "Keyboard")
    field = front.find("Bend range")
    for typed in (12, 2):
        field.clear()
        field.send_keys(str(typed), Keys.ENTER)
        wait_until(functools.partial(bends, host, typed))


def bends(host: Hosted, semitones: int) -> bool:
    return bool(host.channel["bend_range"] == semitones)


def test_two_parts_split_the_keyboard(front: Front, host: Hosted) -> None:
    look_at(front, "Parts")
    front.press("Add a part")
    front.choose("Part 2, preset", "Cello · Strings")
    wait_until(lambda: [each["preset"] for each in host.state()["parts"]] == ["violin", "cello"])
    front.choose("From", "C4")
    front.choose("To", "B3", which=1)
    wait_until(lambda: lowest(host) == [C4, 0])
    front.type(Keys.ESCAPE)
    assert [part_of(front, host, name, key) for name, key in (("C2", C2), ("C4", C4))] == [1, 0]


def part_of(front: Front, host: Hosted, name: str, key: int) -> int:
    """The part that sounds for a key of the page."""
    front.down(front.spot(front.find(f"{name},…"), y=0.9))
    wait_until(lambda: list(host.held) == [key])
    voices = host.memory.voices
    part = voices["part"][(voices["stage"] == HELD) & (voices["key"] == key)]
    front.up()
    return int(part[0])


def test_a_part_hears_the_channel_that_is_chosen(front: Front, host: Hosted) -> None:
    def heard() -> list[int | None]:
        kept = last_setup()
        return [part.channel for part in kept.parts] if kept else []

    look_at(front, "Parts")
    front.press("Add a part")
    front.choose("Channel", "3", which=1)
    wait_until(lambda: heard() == [None, 3])
    assert host.state()["parts"][1]["channel"] == 3
    front.choose("Channel", "All", which=1)
    wait_until(lambda: heard() == [None, None])


def test_the_doctor_tells_what_it_found(front: Front, host: Hosted) -> None:
    look_at(front, "Advice")
    front.press("Look at this machine")
    front.find("Look again")
    assert all(front.says(each["topic"]) for each in host.state()["doctor"])
    assert host.state()["doctor"]


def test_devices_are_looked_for_when_the_settings_open(front: Front, host: Hosted) -> None:
    front.press("Settings")
    wait_until(lambda: "null" in front.find("Audio device").text)
    assert next(each["name"] for each in host.state()["settings"]["audio"] if each["chosen"]) == "null"


def test_letters_play_nothing_while_the_settings_are_open(front: Front, host: Hosted) -> None:
    front.press("Settings")
    front.find("Audio device")
    front.letter("KeyA")
    front.letter("KeyA", down=False)
    front.type(Keys.ESCAPE)
    wait_until(lambda: not front.sees("Audio device"))
    front.letter("KeyS")
    wait_until(lambda: host.held)
    assert list(host.held) == [C4 + 2]


def test_another_period_is_wished_of_the_host(front: Front, host: Hosted) -> None:
    front.press("Settings")
    front.choose("Period", "256 frames · 5.3 ms")
    wait_until(lambda: host.errands.wish)
    assert host.errands.wish is not None
    assert host.errands.wish.period == 256
    host.errands.wish = None
