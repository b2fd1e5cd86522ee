"""OSC over a real socket: what is understood, and that nothing which comes in breaks the loop."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtsynth.errors import HostError
from rtsynth.page.osc.packets import LONGEST, read_packet, write_message
from rtsynth.page.osc.server import MOST, Osc, listen
from rtsynth.page.serving.sayings import check
from rtsynth_engine.checking import RefusedError

STATE = {
    "preset": {"id": "violin"},
    "volume": -3.0,
    "macros": [{"value": 0.5}, {"value": -1.0}],
    "pad": {"at": [0.25, -0.75]},
}
NOW, DELTA = struct.pack(">Q", 1), 2_208_988_800


def arguments(types: str, *values: bytes) -> bytes:
    return padded(b"," + types.encode()) + b"".join(values)


def padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def bundle(*packets: bytes, tag: bytes = NOW) -> bytes:
    return padded(b"#bundle") + tag + b"".join(struct.pack(">i", len(each)) + each for each in packets)


def ahead(seconds: float) -> bytes:
    return struct.pack(">Q", int((time.time() + DELTA + seconds) * 2**32))


class Heard:
    """A listening server, what it was told to do, and a client's socket."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.osc: Osc
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def do(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        if message["do"] == "preset" and message["id"] == "nowhere":
            raise HostError("no preset 'nowhere'; `rtsynth presets` lists them")

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.client.sendto(packet, ("127.0.0.1", self.osc.port))

    async def until(self, condition: Callable[[], object]) -> None:
        patience = time.monotonic() + 10.0
        while not condition():
            assert time.monotonic() < patience, "waited in vain"
            await asyncio.sleep(0.002)

    async def all_of(self, *packets: bytes) -> list[dict[str, Any]]:
        """What is done for packets, once all of them were heard."""
        self.send(*packets, write_message("/control", 119.0, 119.0))
        await self.until(lambda: self.said and self.said[-1].get("number") == 119)
        return self.said[:-1]


def playing(test: Callable[[Heard], Any], state: dict[str, Any] = STATE) -> Heard:
    """Run `test` beside a server."""

    async def run() -> Heard:
        heard = Heard()
        heard.osc = await listen(0, heard.do, lambda: state)
        try:
            await test(heard)
        finally:
            heard.osc.close()
            heard.client.close()
            await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn
        return heard

    return asyncio.run(run())


def done(*packets: bytes) -> tuple[list[dict[str, Any]], int]:
    """What is done for packets, and how many were refused."""
    said: list[dict[str, Any]] = []

    async def check(heard: Heard) -> None:
        said.extend(await heard.all_of(*packets))

    return said, playing(check).osc.refused


@pytest.mark.parametrize(
    ("address", "given", "said"),
    [
        ("/note", (60.0, 96.0), {"do": "on", "key": 60, "velocity": 96}),
        ("/note", (60.0, 0.0), {"do": "off", "key": 60}),
        ("/pressure", (60.0, 20.0), {"do": "pressure", "key": 60, "value": 20}),
        ("/bend", (-0.5,), {"do": "bend", "value": -0.5}),
        ("/control", (74.0, 127.0), {"do": "control", "number": 74, "value": 127}),
        ("/panic", (), {"do": "panic"}),
        ("/panic", (1.0,), {"do": "panic"}),
        ("/preset", ("Solo Violin",), {"do": "preset", "id": "Solo Violin"}),
        ("/volume", (-6.0,), {"do": "volume", "db": -6.0}),
        ("/macro/1", (0.25,), {"do": "macro", "index": 0, "value": 0.25}),
        ("/macro/8", (-1.0,), {"do": "macro", "index": 7, "value": -1.0}),
        ("/pad", (0.5, -0.5), {"do": "move", "x": 0.5, "y": -0.5}),
        ("/pad/mode", ("corners",), {"do": "pad", "mode": "corners"}),
        ("/pad/x", ("brightness",), {"do": "pad", "x": "brightness"}),
        ("/pad/y", ("breath",), {"do": "pad", "y": "breath"}),
        ("/surprise", (), {"do": "surprise"}),
        ("/vary", (), {"do": "vary"}),
        ("/home", (), {"do": "home"}),
        ("/path/record", (1.0,), {"do": "path", "record": True}),
        ("/path/loop", (0.0,), {"do": "path", "loop": False}),
        ("/path/clear", (), {"do": "path", "clear": True}),
    ],
)
def test_an_address_is_what_a_page_would_say(address: str, given: tuple, said: dict[str, Any]) -> None:
    assert done(write_message(address, *given)) == ([said], 0)
    assert check(said) == said["do"]


def test_whole_numbers_truths_and_senders_without_types_are_understood() -> None:
    said, refused = done(
        padded(b"/note") + arguments("ii", struct.pack(">ii", 60, 1)),
        padded(b"/bend") + arguments("d", struct.pack(">d", 0.5)),
        padded(b"/path/loop") + arguments("T"),
        padded(b"/home"),
    )
    assert [each["do"] for each in said] == ["on", "bend", "path", "home"]
    assert refused == 0


def test_a_button_let_go_does_nothing() -> None:
    assert done(write_message("/surprise", 0.0)) == ([], 0)


def test_bundles_in_bundles_act_in_order() -> None:
    inner = bundle(write_message("/note", 64.0, 9.0), tag=ahead(-5.0))
    packet = bundle(write_message("/note", 60.0, 9.0), inner, write_message("/note", 67.0, 9.0))
    said, refused = done(packet)
    assert [each["key"] for each in said] == [60, 64, 67]
    assert refused == 0


def test_a_bundle_for_soon_acts_then_and_one_for_much_later_is_refused() -> None:
    async def check(heard: Heard) -> None:
        soon, later = (
            bundle(write_message("/note", key, 9.0), tag=ahead(wait))
            for key, wait in ((60.0, 0.3), (64.0, 60.0))
        )
        assert await heard.all_of(soon, later) == []
        await heard.until(lambda: len(heard.said) == 2)
        assert heard.said[1]["key"] == 60
        assert heard.osc.refused == 1

    playing(check)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0",
        b"garbage",
        b"/note",
        padded(b"/note") + arguments("ff", b"\0\0"),
        padded(b"/note") + b"abc\0",
        padded(b"/bend") + arguments("f", struct.pack(">f", float("nan"))),
        padded(b"/bend") + arguments("d", struct.pack(">d", float("inf"))),
        padded(b"/bend") + arguments("b", struct.pack(">i", -1)),
        padded(b"/preset") + arguments("s", b"\xff\xff\xff\0"),
        write_message("/preset", "x" * 300),
        write_message("/preset", 3.0),
        write_message("/note", 60.0),
        write_message("/note", 60.0, 128.0),
        write_message("/note", -1.0, 60.0),
        write_message("/note", "60", 60.0),
        padded(b"/note") + arguments("TT"),
        write_message("/macro/9", 0.0),
        write_message("/unheard", 0.0),
        bundle(tag=NOW) + struct.pack(">i", -4),
        bundle(tag=NOW) + struct.pack(">i", 0),
        bundle(tag=NOW) + struct.pack(">i", 1 << 30),
        padded(b"#bundle") + b"\0",
        bundle(padded(b"#bundle") + b"\0"),
    ],
)
def test_what_cannot_be_understood_is_counted_and_dropped(packet: bytes) -> None:
    said, refused = done(packet)
    assert said == []
    assert refused == 1


def test_huge_packets_and_deep_bundles_are_dropped() -> None:
    deep = write_message("/panic")
    for _ in range(200):
        deep = bundle(deep)
    huge = bundle(*[write_message("/panic")] * (LONGEST // 10))
    assert done(deep, huge) == ([], 2)


def test_of_a_bundle_the_good_messages_act() -> None:
    said, refused = done(bundle(write_message("/note", 300.0, 1.0), write_message("/home")))
    assert (said, refused) == ([{"do": "home"}], 1)


def test_what_the_session_refuses_is_counted_and_its_cause_kept() -> None:
    async def check(heard: Heard) -> None:
        await heard.all_of(write_message("/preset", "nowhere"))
        assert heard.osc.refused == 1
        assert heard.osc.why.startswith("no preset 'nowhere'")

    playing(check)


def test_a_flood_is_cut() -> None:
    async def check(heard: Heard) -> None:
        heard.send(bundle(*[write_message("/vary")] * 100))
        heard.send(bundle(*[write_message("/vary")] * 100), bundle(*[write_message("/vary")] * 100))
        await heard.until(lambda: len(heard.said) + heard.osc.refused == 300)
        assert len(heard.said) >= MOST

    playing(check)


def test_a_client_that_asks_is_told_how_things_stand() -> None:
    async def check(heard: Heard) -> None:
        heard.client.setblocking(False)
        heard.send(write_message("/state"))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10.0):
            packets = [await loop.sock_recv(heard.client, LONGEST) for _ in range(5)]
        told = {message.address: message.arguments for each in packets for message in read_packet(each)}
        assert told == {
            "/preset": ("violin",),
            "/volume": (-3.0,),
            "/macro/1": (0.5,),
            "/macro/2": (-1.0,),
            "/pad": (0.25, -0.75),
        }

    playing(check)


def test_asking_before_there_is_a_session_is_answered_with_nothing() -> None:
    async def check(heard: Heard) -> None:
        assert await heard.all_of(write_message("/state")) == []
        assert heard.osc.refused == 0

    playing(check, state={})


def test_it_listens_on_this_machine_alone_unless_others_are_let_in() -> None:
    async def places() -> list[str]:
        found = []
        for remote in (False, True):
            osc = await listen(0, print, dict, remote)
            found.append(osc.transport.get_extra_info("sockname")[0])
            osc.close()
            await asyncio.sleep(0)
        return found

    assert asyncio.run(places()) == ["127.0.0.1", "0.0.0.0"]


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    async def check(heard: Heard) -> None:
        with pytest.raises(HostError, match=f"port {heard.osc.port}: .*; --osc takes another"):
            await listen(heard.osc.port, print, dict)

    playing(check)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda raw: padded(b"/note") + raw))
def test_any_bytes_are_read_or_refused(packet: bytes) -> None:
    try:
        messages = read_packet(packet)
    except RefusedError:
        return
    assert all(message.address.startswith("/") for message in messages)


@given(
    st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)
        | st.text("äb/ ", max_size=9)
    )
)
def test_what_is_written_is_read_again(values: list[float | str]) -> None:
    (message,) = read_packet(write_message("/a/b", *values))
    assert (message.address, list(message.arguments)) == ("/a/b", values)
