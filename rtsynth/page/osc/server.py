"""Playing and steering by Open Sound Control (`--osc PORT`), over UDP from this machine.

`osc_addresses` tells what is understood. What is broken, unknown or too much is counted and dropped.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

from rtsynth_engine.checking import RefusedError

from ...errors import EngineError, HostError
from .addresses import Said, answers, translated
from .packets import Message, read_packet

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"
FURTHEST = 1.0  # seconds ahead that a bundle may lie
MOST, SPAN = 200, 0.1  # messages taken in so many seconds

Sender = tuple[str, int]


class Osc(asyncio.DatagramProtocol):
    """Hears packets. The event loop's thread; nothing that comes in raises out of it."""

    transport: asyncio.DatagramTransport

    def __init__(self, do: Callable[[Said], object], state: Callable[[], dict[str, Any]]) -> None:
        """`do` gets what pages say too, and may raise EngineError; `state` gives the topics."""
        self.do, self.state = do, state
        self.refused, self.why = 0, ""  # packets and messages that were; the last one's cause
        self._since, self._taken = 0.0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Sender) -> None:
        """A packet has come."""
        try:
            messages = read_packet(data)
        except RefusedError as error:
            return self._refuse(error)
        for message in messages:
            self._wait(message, addr)
        return None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Listen no more."""
        self.transport.close()

    def _refuse(self, error: Exception) -> None:
        self.refused, self.why = self.refused + 1, str(error)

    def _wait(self, message: Message, sender: Sender) -> None:
        """Act when a message is due."""
        ahead = message.due - time.time()
        if not self._welcome():
            self._refuse(RefusedError(f"more than {MOST} messages came in {SPAN:g} s"))
        elif ahead > FURTHEST:
            self._refuse(RefusedError("a bundle is for later; is the sender's clock right?"))
        elif ahead > 0.0:
            asyncio.get_running_loop().call_later(ahead, self._act, message, sender)
        else:
            self._act(message, sender)

    def _welcome(self) -> bool:
        """Whether one more message may be taken now."""
        now = time.monotonic()
        if now - self._since > SPAN:
            self._since, self._taken = now, 0
        self._taken += 1
        return self._taken <= MOST

    def _act(self, message: Message, sender: Sender) -> None:
        if self.transport.is_closing():
            return
        try:
            if message.address == "/state":
                self._answer(sender)
            elif said := translated(message):
                self.do(said)
        except (RefusedError, EngineError) as error:
            self._refuse(error)

    def _answer(self, sender: Sender) -> None:
        for packet in answers(self.state()):
            self.transport.sendto(packet, sender)


async def listen(
    port: int, do: Callable[[Said], object], state: Callable[[], dict[str, Any]], allow_remote: bool = False
) -> Osc:
    """Listen at a UDP port of this machine, or for everybody; 0 is any free port. Raises HostError."""
    loop = asyncio.get_running_loop()
    place = (EVERYWHERE if allow_remote else HERE, port)
    try:
        _, osc = await loop.create_datagram_endpoint(lambda: Osc(do, state), local_addr=place)
    except OSError as error:
        raise HostError(
            f"cannot listen for OSC at UDP port {port}: {error.strerror}; --osc takes another"
        ) from error
    return osc
