"""From the callbacks of MIDI ports into the event ring, never waiting and never losing the end of a note."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from rtsynth_engine.layout import PORTS
from rtsynth_engine.midi.parser import DEVICE, make_parser
from rtsynth_engine.rings import Ring, make_ring

from .queueing import leave, make_queues, retry, take


class Inlet:
    """The one writer of a ring, for the threads of several ports. `asked` hears which asks who we are.

    `device`: our number among exclusives' devices.
    """

    def __init__(
        self, ring: Ring, asked: Callable[[int], object] = lambda port: None, device: int = DEVICE
    ) -> None:
        self._asked, self._device = asked, device
        self._lock = threading.Lock()
        self._open(make_ring(PORTS))
        self.receive(0, 0, (0xFE,))  # compiled here, not in the first callback
        self.gone(0, 0)
        self.retry()
        self._open(ring)

    def receive(self, port: int, time: int, data: Sequence[int]) -> None:
        """Push what a port sent at `time`, CLOCK_MONOTONIC nanoseconds: any bytes. Any thread."""
        raw = np.frombuffer(bytearray(data), np.uint8)
        with self._lock:
            questions = take(self._queues, self._parsers[port], raw, port, time)
        for _ in range(questions):
            self._asked(port)

    def gone(self, port: int, time: int) -> None:
        """A port is no more: the engine lets its keys and pedals go. Any thread."""
        with self._lock:
            self._parsers[port] = make_parser(self._device)
            leave(self._queues, port, time)

    def retry(self) -> None:
        """Push what was too late for a full ring. Any thread."""
        with self._lock:
            retry(self._queues)

    def close(self) -> None:
        """Let go of the ring; what still comes is lost. Any thread."""
        with self._lock:
            self._open(make_ring(1))

    def _open(self, ring: Ring) -> None:
        self._queues = make_queues(ring)
        self._parsers = [make_parser(self._device) for _ in range(PORTS)]
