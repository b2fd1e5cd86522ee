"""What a page may say, and who hears of it."""

from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from rtsynth.errors import EngineError
from rtsynth.page.serving.commands import PLAYING, Commands
from rtsynth.page.serving.hands import Hands
from rtsynth.page.serving.sayings import SAYINGS
from rtsynth_engine.rings import TAIL, Ring
from tests.rtsynth.page.served import Served, hear, say, state, sync

GOOD = (
    {"do": "on", "key": 60},
    {"do": "on", "key": 127, "velocity": 1, "channel": 15, "at": 1.7e12},
    {"do": "midi", "bytes": [0xC0, 5]},
    {"do": "midi", "bytes": [0xF8]},
    {"do": "save", "name": "Größe 𝄞", "force": True},
    {"do": "settings", "tuning": None},
    {"do": "settings", "part": 1, "keys": [0, 60]},
    {"do": "macro", "index": 7, "default": True},
)
BAD = (
    {"do": "on"},
    {"do": "on", "key": 128},
    {"do": "on", "key": -1},
    {"do": "on", "key": True},
    {"do": "on", "key": 60.5},
    {"do": "on", "key": "60"},
    {"do": "on", "key": 10**400},
    {"do": "on", "key": 60, "velocity": 0},
    {"do": "on", "key": 60, "channel": 16},
    {"do": "on", "key": 60, "at": 1e999},
    {"do": "on", "key": 60, "extra": 1},
    {"do": "bend", "value": 1.01},
    {"do": "midi", "bytes": []},
    {"do": "midi", "bytes": [0x90, 60]},
    {"do": "midi", "bytes": [0x90, 60, 128]},
    {"do": "midi", "bytes": [60, 60, 60]},
    {"do": "midi", "bytes": [0xC0, 1, 2]},
    {"do": "midi", "bytes": [144.0, 60, 60]},
    {"do": "save", "name": ""},
    {"do": "save", "name": "x" * 121},
    {"do": "save", "name": "a\nb"},
    {"do": "save", "name": "\ud800"},
    {"do": "pad", "mode": "round"},
    {"do": "macro", "index": 0, "default": False},
    {"do": "settings", "keys": [60, 50]},
    {"do": "watch", "topics": ["x"] * 33},
    {"do": ["on"]},
    {"do": "__init__"},
    {"on": 60},
)


@pytest.fixture
def act(ring: Ring) -> Callable[[dict[str, Any]], None]:
    """Says something for a hand of its own."""
    hands = Hands(ring)
    commands = Commands(hands)
    for name in SAYINGS.keys() - PLAYING.keys() - {"panic", "ping", "watch"}:
        commands.register(name, lambda message: None)
    fingers = hands.enter()
    return lambda message: commands.act(fingers, message)


@pytest.mark.parametrize("message", GOOD)
def test_what_is_in_order_is_done(act: Callable[[dict[str, Any]], None], message: dict[str, Any]) -> None:
    act(message)


@pytest.mark.parametrize("message", BAD)
def test_what_is_not_is_refused_in_a_line(
    act: Callable[[dict[str, Any]], None], ring: Ring, message: dict[str, Any]
) -> None:
    with pytest.raises(EngineError, match=r"^[^;\n]+; [^\n]+$"):
        act(message)
    assert ring.indices[TAIL] == 0


def test_only_what_pages_can_say_is_registered(ring: Ring) -> None:
    commands = Commands(Hands(ring))
    for name in ("nonsense", "on", "panic"):
        with pytest.raises(KeyError):
            commands.register(name, print)


def test_what_was_registered_is_forgotten_with_its_session(ring: Ring) -> None:
    hands = Hands(ring)
    commands = Commands(hands)
    commands.register("surprise", lambda message: None)
    commands.act(hands.enter(), {"do": "surprise"})
    commands.forget()
    with pytest.raises(EngineError, match="try again"):
        commands.act(hands.enter(), {"do": "surprise"})


def test_a_handler_that_fails_ends_its_page_alone(served: Served) -> None:
    served.do(lambda: served.service.commands.register("surprise", lambda message: {}["x"]))
    with served.connect() as other, served.connect() as page:
        state(page)
        say(page, do="on", key=60)
        say(page, do="surprise")
        with pytest.raises(ConnectionClosed):
            hear(page)
        sync(other)
    assert [event[1] for event in served.played()] == [0x90, 0x80]


def test_a_ping_is_answered_with_the_time(served: Served) -> None:
    with served.connect() as page:
        state(page)
        say(page, do="ping", t=1234.5)
        answer = hear(page)
        assert answer["pong"] == 1234.5
        assert answer["now"] > 0.0


def test_an_error_goes_to_who_made_it(served: Served) -> None:
    with served.connect() as one, served.connect() as other:
        state(one)
        state(other)
        say(one, do="preset", id="nothing")
        assert hear(one) == {"error": "this cannot be done now; try again in a moment", "of": "preset"}
        say(other, do="ping", t=1)
        assert hear(other)["pong"] == 1


def test_what_a_page_says_reaches_who_does_it(served: Served) -> None:
    done: list[dict[str, Any]] = []
    served.do(lambda: served.service.commands.register("preset", done.append))
    with served.connect() as page:
        say(page, do="preset", id="glass", part=2)
        sync(page)
    assert done == [{"do": "preset", "id": "glass", "part": 2}]
