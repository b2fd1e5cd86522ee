"""A compiled JACK client that keeps every message and every sample, in one count of frames.

It counts the frames of the cycles that it took part in, as the sequencer and rtsynth do: where JACK leaves a
cycle out, all of them stand still.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from rtsynth_engine.compiling import address, carray, external, pointer_from
from rtsynth_engine.drivers.jack import jack_module

from ..loop import activate

MIDI, LEFT, RIGHT, SOUND, FRAMES, MESSAGES, MOST, TOLD, EVENT, TABLE = range(10)
MOST_MESSAGES = 65_536
MESSAGE = np.dtype([("frame", np.int64), ("size", np.int64), ("data", np.uint8, (4,))], align=True)
"""`data`: the first bytes of a message of `size`."""
HEARD, KEPT = range(2)  # words of TOLD: frames and messages so far

_get_buffer = external("jack_port_get_buffer", types.voidptr(types.uint64, types.uint32))
_event_count = external("jack_midi_get_event_count", types.uint32(types.voidptr))
_event_get = external("jack_midi_event_get", types.int32(types.voidptr, types.voidptr, types.uint32))


def _callback(frames: int, argument: Any) -> int:
    """JackProcessCallback. `table[EVENT:]` takes a jack_midi_event_t."""
    table = carray(argument, TABLE + 3, np.uint64)
    told = carray(pointer_from(table[TOLD]), 2, np.int64)
    start, n = told[HEARD], np.int64(frames)
    if start + n > np.int64(table[FRAMES]):
        return 0
    told[HEARD] += n
    for channel in range(2):
        heard = carray(_get_buffer(table[LEFT + channel], frames), n, np.float32)
        kept = carray(pointer_from(table[SOUND]), (2, np.int64(table[FRAMES])), np.float32)
        kept[channel, start : start + n] = heard
    messages = carray(pointer_from(table[MESSAGES]), np.int64(table[MOST]), MESSAGE)
    buffer = _get_buffer(table[MIDI], frames)
    for i in range(int(_event_count(buffer))):
        _event_get(pointer_from(np.uint64(table.ctypes.data + 8 * EVENT)), buffer, i)
        if told[KEPT] < np.int64(table[MOST]):
            message, size = messages[told[KEPT]], np.int64(table[EVENT + 1])
            data = carray(pointer_from(table[EVENT + 2]), size, np.uint8)
            message.frame = start + np.int64(table[EVENT] & np.uint64(0xFFFFFFFF))
            message.size = size
            for b in range(min(int(size), 4)):
                message.data[b] = data[b]
            told[KEPT] += 1
    return 0


class Ear:
    """What was heard so far. Times in frames since it began to listen."""

    def __init__(self, client: Any, seconds: float) -> None:
        self.rate = int(client.samplerate)
        self.sound: NDArray[np.float32] = np.zeros((2, round(seconds * self.rate)), np.float32)
        self._messages, self.told = np.zeros(MOST_MESSAGES, MESSAGE), np.zeros(2, np.int64)
        self.xruns: list[int] = []
        ffi = jack_module()._ffi
        ports = [
            client.midi_inports.register("midi"),
            *(client.inports.register(n) for n in ("left", "right")),
        ]
        words = [int(ffi.cast("uintptr_t", port._ptr)) for port in ports]
        sizes = [address(self.sound), self.sound.shape[1], address(self._messages), MOST_MESSAGES]
        self.table = np.array([*words, *sizes, address(self.told), 0, 0, 0], np.uint64)

    @property
    def messages(self) -> NDArray[Any]:
        """Records of MESSAGE, in order."""
        return self._messages[: self.told[KEPT]].copy()


@contextmanager
def listening(seconds: float) -> Iterator[Ear]:
    """An ear with ports ear:midi, ear:left and ear:right, for so long at most."""
    client = jack_module().Client("ear", no_start_server=True)
    ear = Ear(client, seconds)
    activate(client, _callback, address(ear.table), lambda delayed: ear.xruns.append(int(ear.told[HEARD])))
    try:
        yield ear
    finally:
        client.deactivate()
        client.close()
