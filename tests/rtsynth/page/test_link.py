"""The socket between the playing process and the page's."""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from rtsynth.page.link import Link, LinkEndedError, pair, receive, send

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = pair()
    yield made
    for end in made:
        end.close()


def test_packets_come_whole_and_in_order(ends: Ends) -> None:
    said = [{"latent": [0.25] * 4000}, {"text": "é", "nothing": None}]
    assert [send(ends[0], each) for each in said] == [True, True]
    assert [receive(ends[1]) for _ in range(3)] == [(said[0], []), (said[1], []), None]


def test_a_file_comes_along(ends: Ends) -> None:
    given = os.memfd_create("given")
    os.write(given, b"seen")
    send(ends[0], {"opened": {}}, (given,))
    os.close(given)
    packet = receive(ends[1])
    assert packet is not None
    assert os.pread(packet[1][0], 4, 0) == b"seen"
    os.close(packet[1][0])


def test_nobody_waits_for_an_end_that_takes_nothing(ends: Ends) -> None:
    taken = [send(ends[0], {"latent": [0.5] * 1000}) for _ in range(10_000)]
    assert (taken[0], taken[-1]) == (True, False)


def test_an_end_that_is_gone_is_told_to_the_other(ends: Ends) -> None:
    ends[0].close()
    with pytest.raises(LinkEndedError):
        receive(ends[1])
    with pytest.raises(LinkEndedError):
        send(ends[1], {"do": "keep"})


def test_a_link_hears_and_is_told_once_that_the_host_is_gone(ends: Ends) -> None:
    heard: list[dict[str, Any]] = []
    times_ended: list[int] = []

    async def listen() -> None:
        ended = asyncio.Event()
        link = Link(
            ends[1],
            lambda message, files: heard.append(message),
            lambda: (times_ended.append(1), ended.set()),
        )
        send(ends[0], {"closed": True})
        ends[0].close()
        await ended.wait()
        link.close()

    asyncio.run(listen())
    assert heard == [{"closed": True}]
    assert times_ended == [1]


def test_what_a_busy_host_has_not_taken_reaches_it_later_and_in_order(ends: Ends) -> None:
    taken: list[int] = []

    async def talk() -> None:
        link = Link(ends[1], lambda message, files: None, lambda: None)
        for number in range(400):
            link.send({"number": number, "latent": [0.5] * 400})
        while len(taken) < 256 or taken[-1] != 399:
            packet = receive(ends[0])
            taken.extend([packet[0]["number"]] if packet else [])
            await asyncio.sleep(0)
        link.close()

    asyncio.run(talk())
    assert taken == sorted(taken)
    assert taken[-1] == 399
