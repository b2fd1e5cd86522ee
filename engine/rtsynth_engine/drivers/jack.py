"""JACK, natively: MIDI is read in the cycle whose audio it changes, so a note starts at its frame."""

import ctypes.util
from typing import Any

import llvmlite.binding
import numpy as np
from numba import types
from numpy.typing import NDArray

from ..compiling import address, carray, cfunc, external, pointer_from, realtime
from ..engine import Engine
from ..events import insert, is_welcome
from ..handle import ADDRESSES, attach, call_block
from ..layout import PENDING, Memory
from ..midi.exclusive import identity_reply
from ..midi.parser import feed
from .contract import DriverError
from .sources import Sources

MISSING = "install jackd2 and JACK-Client (pip install 'rtsynth[jack]'), or use --audio portaudio or null"
# words of the callback's table; EVENT takes three, REPLY two
HANDLE, MIDI_IN, LEFT, RIGHT, MIDI_OUT, EVENT, ANSWERED, REPLY, TABLE = 0, 1, 2, 3, 4, 5, 8, 9, 11
REPLY_BYTES = 15
LONGEST = 1 << 16  # bytes of a JACK MIDI event: more than a server's buffer holds

_get_buffer = external("jack_port_get_buffer", types.voidptr(types.uint64, types.uint32))
_event_count = external("jack_midi_get_event_count", types.uint32(types.voidptr))
_event_get = external("jack_midi_event_get", types.int32(types.voidptr, types.voidptr, types.uint32))
_clear_buffer = external("jack_midi_clear_buffer", types.void(types.voidptr))
_event_write = external(
    "jack_midi_event_write", types.int32(types.voidptr, types.uint32, types.voidptr, types.uint64)
)


@realtime
def read_midi(memory: Memory, table: NDArray[np.uint64], buffer: Any) -> None:
    """Queue what this cycle's bytes say at their frames. `table[EVENT:]` takes a jack_midi_event_t."""
    for i in range(_event_count(buffer)):
        _event_get(pointer_from(np.uint64(table.ctypes.data + 8 * EVENT)), buffer, i)
        offset, size = np.int64(table[EVENT] & np.uint64(0xFFFFFFFF)), np.int64(table[EVENT + 1])
        data = carray(pointer_from(table[EVENT + 2]), LONGEST, np.uint8)
        for n in range(size):
            read_byte(memory, memory.state[0].clock + offset, int(data[n]))


@realtime
def read_byte(memory: Memory, time: int, byte: int) -> None:
    """Queue what one byte completes."""
    parser, state = memory.parser[0], memory.state[0]
    for i in range(feed(parser, byte)):
        if state.pending < PENDING and is_welcome(PENDING - state.pending, parser.out[i]):
            insert(memory, time, 0, parser.out[i])
        else:
            memory.telemetry[0].dropped_events += 1


@realtime
def answer(memory: Memory, table: NDArray[np.uint64], buffer: Any) -> None:
    """Say who we are, in the cycle after somebody asked."""
    _clear_buffer(buffer)
    asked = np.uint64(memory.telemetry[0].identity)
    if asked != table[ANSWERED]:
        table[ANSWERED] = asked
        _event_write(buffer, 0, pointer_from(np.uint64(table.ctypes.data + 8 * REPLY)), REPLY_BYTES)


def _callback(frames: int, argument: Any) -> int:
    """JackProcessCallback."""
    table = carray(argument, TABLE, np.uint64)
    handle = pointer_from(table[HANDLE])
    memory = attach(carray(handle, ADDRESSES, np.uint64))
    read_midi(memory, table, _get_buffer(table[MIDI_IN], frames))
    answer(memory, table, _get_buffer(table[MIDI_OUT], frames))
    call_block(
        handle, _get_buffer(table[LEFT], frames), _get_buffer(table[RIGHT], frames), 1, np.int64(frames)
    )
    return 0


def jack_module() -> Any:
    """The JACK-Client module. Raises DriverError where it or libjack is missing."""
    try:
        import jack
    except (ImportError, OSError) as error:
        raise DriverError(f"JACK is missing: {MISSING}") from error
    library = ctypes.util.find_library("jack")
    if library is None:
        raise DriverError(f"libjack is missing: {MISSING}")
    llvmlite.binding.load_library_permanently(library)
    return jack


def compile_callback() -> Any:
    """The callback as a C function, compiled or loaded. Raises DriverError where libjack is missing."""
    jack_module()
    return cfunc(types.int32(types.uint32, types.voidptr), error_model="numpy", forceinline=True, cache=True)(
        _callback
    )


class JackDriver:
    """A JACK client with ports midi_in, midi_out, out_1 and out_2; the server dictates rate and period."""

    def __init__(self, connect: bool = True, client_name: str = "rtsynth") -> None:
        jack = jack_module()
        try:
            self._client = jack.Client(client_name, no_start_server=True)
        except jack.JackOpenError as error:
            raise DriverError(
                "no JACK server is running: start one (jackd -R -d alsa), or use --audio portaudio or null"
            ) from error
        self.name = f"jack: {self._client.name}"
        self.rate = float(self._client.samplerate)
        self.period = int(self._client.blocksize)
        self.lost = False
        self._connect = connect
        self._midi = self._client.midi_inports.register("midi_in")
        self._outs = [self._client.outports.register(f"out_{i}") for i in (1, 2)]
        self._reply = self._client.midi_outports.register("midi_out")
        self._sources = Sources(self._client, self._midi, connect, jack.JackError)
        self._table = np.zeros(TABLE, np.uint64)

    def start(self, engine: Engine) -> None:
        """Hand the compiled callback to JACK, go live, and connect to the system's playback and MIDI
        sources.
        """
        jack = jack_module()
        self._engine = engine
        engine.memory.state[0]["delay"] = self.period
        self._compiled = compile_callback()
        ffi, lib = jack._ffi, jack._lib
        ports = [int(ffi.cast("uintptr_t", port._ptr)) for port in (self._midi, *self._outs, self._reply)]
        self._table[: MIDI_OUT + 1] = [address(engine.handle), *ports]
        reply = identity_reply(int(engine.memory.parser[0]["device"]))
        self._table[REPLY:].view(np.uint8)[:REPLY_BYTES] = list(reply)
        callback = ffi.cast("JackProcessCallback", self._compiled.address)
        lib.jack_set_process_callback(self._client._ptr, callback, ffi.cast("void*", address(self._table)))
        self._client.set_xrun_callback(self._note_xrun)
        self._client.set_shutdown_callback(self._note_shutdown)
        self._client.activate()
        if self._connect:
            self._connect_all()

    def news(self) -> dict[str, bool]:
        """Connect MIDI sources that arrived and let go of the notes of those that went; returns the names of
        both, True for arrived. Host's thread.
        """
        if self.lost:
            return {}
        ended, told = self._sources.look()
        if ended:
            self._engine.release_port(0)
        return told

    def now(self) -> int:
        """JACK's own estimate of the current frame."""
        return int(self._client.frame_time)

    def _note_xrun(self, delayed: float) -> None:
        """JACK's notification thread, µs."""
        told = self._engine.memory.telemetry[0]
        told["xruns"] += 1
        told["xrun_longest"] = max(int(told["xrun_longest"]), int(delayed))

    def _note_shutdown(self, status: Any, reason: str) -> None:
        self.lost = True

    def _connect_all(self) -> None:
        client = self._client
        playback = client.get_ports(is_audio=True, is_input=True, is_physical=True)
        for out, target in zip(self._outs, playback, strict=False):
            client.connect(out, target)
        self._sources.connect_physical()

    def stop(self) -> None:
        """Leave JACK's graph and close the client."""
        if not self.lost:
            self._client.deactivate()
        self._client.close()
