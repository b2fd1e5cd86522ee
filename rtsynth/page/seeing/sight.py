"""What pages see of the engine, from its memory alone: the playing process does nothing for a look."""

from collections.abc import Callable, Set
from typing import Any

from rtsynth_engine.layout import PAGE_PORT, Memory
from rtsynth_engine.telemetry import read_telemetry

from .counts import Counts
from .keys_down import KeysDown, lamps, program_of, wheels
from .meters import Meter
from .round_trip import RoundTrip
from .sounding import envelopes, partials
from .spectrum import Spectrum
from .timeline import Timeline, histogram


class Sight:
    """Topics by their names. One thread; the memory is only ever read."""

    def __init__(self, memory: Memory, channel: int = 16 * PAGE_PORT) -> None:
        """`channel` is the page's own, of CHANNELS."""
        self.memory, self.channel = memory, channel
        self.part = 0  # in hand: whose keys the lamps tell
        self.round = RoundTrip(memory, channel // 16)
        self._counts, self._meter, self._keys = Counts(), Meter(memory), KeysDown(memory)
        self._watched: dict[str, Callable[[], Any]] = {
            "spectrum": Spectrum(memory).look,
            "partials": lambda: partials(memory),
            "envelopes": lambda: envelopes(memory),
            "histogram": lambda: histogram(memory),
            "timeline": Timeline(memory).look,
        }

    def __call__(self, watched: Set[str]) -> dict[str, Any]:
        """The values of all topics that pages always see, and of those that are `watched`."""
        memory = self.memory
        always = {
            **self._counts.look(read_telemetry(memory)),
            "meter": self._meter.look(),
            "keys": self._keys.look(),
            "lamps": lamps(memory, program_of(memory, self.channel, self.part)),
            "wheels": wheels(memory, self.channel),
            "round": self.round.look(),
        }
        return always | {topic: look() for topic, look in self._watched.items() if topic in watched}

    def clear(self) -> None:
        """Count xruns, late blocks, overruns, dropped events and what was limited from here on."""
        self._counts.clear(read_telemetry(self.memory))
