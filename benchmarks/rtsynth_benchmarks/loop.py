"""A compiled JACK client in a process of its own that sends notes and listens for them.

    python -m rtsynth_benchmarks.loop MIDI_PORT SOUND_PORT [--notes N] [--aligned] [--threshold X]
    python -m rtsynth_benchmarks.loop --counting SECONDS

The first prints JSON: for every note the frames (JACK's) and times (µs of CLOCK_MONOTONIC: when the callback
began, and the place in its period on top) at which it was sent and first heard, -1 when it was not. The
second only counts for a while in every callback, and prints how long that took: a machine that stops for
moments shows here too, and xruns the server told of. Notes begin at random
frames of the cycle or, `--aligned`, at its first; one is sent once the sound of the one before has been
silent for a while.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from rtsynth_engine.compiling import address, carray, cfunc, external, pointer_from, realtime
from rtsynth_engine.drivers.jack import jack_module
from rtsynth_engine.telemetry import MONOTONIC

MIDI, EAR, CLIENT, STATE, NOTES, COUNT = range(6)  # words of the callback's table
QUIET, READY, LISTENING, HOLDING, DONE = range(5)  # stages
HOLD, SILENT, GIVE_UP = 0.05, 0.02, 0.5  # seconds: of a note, before the next, until a note counts as unheard
RANDOM = 0.02  # seconds more before the next note, at most
PATIENCE = 90.0  # seconds for another client to be active: it may have to compile
LOWEST, KEYS = 55, 17
VELOCITY = 100
I4, I8, F8 = np.int32, np.int64, np.float64

STATE_TYPE = np.dtype(
    [
        ("stage", I8),
        ("frame", I8),  # JACK's, of this cycle's first
        ("done", I8),  # notes sent and heard, or given up
        ("due", I8),  # frame of the next note or of the end of this one
        ("silent", I8),  # frames since the last sound
        ("key", I8),
        ("random", np.uint64),
        ("threshold", F8),
        ("rate", F8),
        ("aligned", I8),
        ("began", F8),  # this callback, µs of CLOCK_MONOTONIC
        ("timespec", I8, (2,)),
        ("message", np.uint8, (4,)),
    ],
    align=True,
)
NOTE = np.dtype([("sent", I8), ("heard", I8), ("sent_us", F8), ("heard_us", F8)], align=True)

WATCH = np.dtype(
    [("calls", I8), ("long", I8), ("longest", I8), ("period", I8), ("sum", F8), ("timespec", I8, (2,))],
    align=True,
)
"""Callbacks that count: how many took more than half of the `period`, and the longest; in ns."""
COUNTED = 20_000  # additions that wait for each other: some 50 µs, as much as an engine with 32 voices

_get_buffer = external("jack_port_get_buffer", types.voidptr(types.uint64, types.uint32))
_clear = external("jack_midi_clear_buffer", types.void(types.voidptr))
_write = external(
    "jack_midi_event_write", types.int32(types.voidptr, types.uint32, types.voidptr, types.uint64)
)
_clock = external("clock_gettime", types.int32(types.int32, types.voidptr))
_last_frame = external("jack_last_frame_time", types.uint32(types.uint64))


@realtime
def draw(state: Any, limit: int) -> int:
    """A number below `limit`: a linear congruential generator (Numerical Recipes)."""
    state.random = state.random * np.uint64(1664525) + np.uint64(1013904223)
    return int((state.random >> np.uint64(8)) % np.uint64(limit))


@realtime
def send(buffer: Any, state: Any, offset: int, status: int, data1: int, data2: int) -> None:
    """Write a message at a frame of this cycle."""
    state.message[0], state.message[1], state.message[2] = status, data1, data2
    _write(buffer, offset, pointer_from(np.uint64(state.message.ctypes.data)), 3)


@realtime
def note_time(state: Any) -> None:
    """Read the clock that the engine reads; JACK's own drifts from it."""
    _clock(MONOTONIC, pointer_from(np.uint64(state.timespec.ctypes.data)))
    state.began = state.timespec[0] * 1e6 + state.timespec[1] * 1e-3


@realtime
def monotonic(state: Any, offset: int) -> float:
    """CLOCK_MONOTONIC time of a frame of this cycle, µs."""
    return float(state.began + offset * 1e6 / state.rate)


@realtime
def listen(state: Any, note: Any, sound: NDArray[np.float32], frames: int) -> None:
    """Look for the first sample of the note under way, or wait for silence."""
    for n in range(frames):
        loud = abs(sound[n]) > state.threshold
        at = state.frame + n
        state.silent = 0 if loud else state.silent + 1
        if state.stage == LISTENING and loud and at >= note.sent:
            note.heard = at
            note.heard_us = monotonic(state, n)
            state.stage = HOLDING
    if state.stage == LISTENING and state.frame - note.sent > GIVE_UP * state.rate:
        state.stage = HOLDING


@realtime
def play(state: Any, note: Any, buffer: Any, frames: int) -> bool:
    """Send what is due in this cycle; True when a note is over."""
    end = state.frame + frames
    if state.stage == QUIET and state.silent > SILENT * state.rate:
        wait = draw(state, int(RANDOM * state.rate))
        state.due, state.stage = end + wait, READY
    if state.stage == READY and state.due < end:
        offset = 0 if state.aligned != 0 else state.due - state.frame
        state.key = LOWEST + draw(state, KEYS)
        note.sent, note.sent_us = state.frame + offset, monotonic(state, offset)
        send(buffer, state, offset, 0x90, state.key, VELOCITY)
        state.due, state.stage = state.frame + int(HOLD * state.rate), LISTENING
    if state.stage == HOLDING and state.due < end:
        send(buffer, state, 0, 0x80, state.key, 0)
        send(buffer, state, 0, 0xB0, 120, 0)
        state.stage, state.silent = QUIET, 0
        return True
    return False


def _callback(frames: int, argument: Any) -> int:
    """JackProcessCallback."""
    table = carray(argument, COUNT + 1, np.uint64)
    state = carray(pointer_from(table[STATE]), 1, STATE_TYPE)[0]
    notes = carray(pointer_from(table[NOTES]), np.int64(table[COUNT]), NOTE)
    state.frame = np.int64(_last_frame(table[CLIENT]))
    note_time(state)
    buffer = _get_buffer(table[MIDI], frames)
    _clear(buffer)
    if state.done < np.int64(table[COUNT]):
        sound = carray(_get_buffer(table[EAR], frames), np.int64(frames), np.float32)
        note = notes[state.done]
        listen(state, note, sound, frames)
        if play(state, note, buffer, frames):
            state.done += 1
    return 0


def _counting_callback(frames: int, argument: Any) -> int:
    """JackProcessCallback that counts, always as far, and notes how long it took."""
    watch = carray(argument, 1, WATCH)[0]
    began = _nanoseconds(watch)
    for _ in range(COUNTED):
        watch.sum = watch.sum * 0.999 + 1.0
    spent = _nanoseconds(watch) - began
    watch.calls += 1
    watch.long += 1 if 2 * spent > watch.period else 0
    watch.longest = max(watch.longest, spent)
    return 0


@realtime
def _nanoseconds(watch: Any) -> int:
    _clock(MONOTONIC, pointer_from(np.uint64(watch.timespec.ctypes.data)))
    return int(watch.timespec[0] * 1_000_000_000 + watch.timespec[1])


def activate(
    client: Any, function: Any, argument: Any, note: Callable[[float], object] | None = None
) -> list[int]:
    """Hand a compiled callback to JACK and go live; returns a list that xruns are added to, unless `note`
    hears of them.
    """
    jack = jack_module()
    compiled = cfunc(types.int32(types.uint32, types.voidptr), error_model="numpy", cache=True)(function)
    ffi, lib = jack._ffi, jack._lib
    callback = ffi.cast("JackProcessCallback", compiled.address)
    lib.jack_set_process_callback(client._ptr, callback, ffi.cast("void*", argument))
    xruns: list[int] = []
    client.set_xrun_callback(note or (lambda delayed: xruns.append(int(delayed))))
    client.activate()
    client.compiled = compiled
    return xruns


def loop(midi: str, sound: str, count: int, aligned: bool, threshold: float) -> dict[str, Any]:
    """Send `count` notes and hear them. Main thread."""
    jack = jack_module()
    client = jack.Client("loop", no_start_server=True)
    ffi = jack._ffi
    ports = [client.midi_outports.register("midi"), client.inports.register("ear")]
    state, notes = np.zeros(1, STATE_TYPE), np.zeros(count, NOTE)
    state["threshold"], state["rate"], state["aligned"] = threshold, client.samplerate, aligned
    state["random"] = 12345
    notes["heard"] = -1
    words = [
        *(int(ffi.cast("uintptr_t", port._ptr)) for port in ports),
        int(ffi.cast("uintptr_t", client._ptr)),
    ]
    table = np.array([*words, address(state), address(notes), count, 0], np.uint64)
    xruns = activate(client, _callback, address(table))
    connect(client, ports[0], midi)
    connect(client, sound, ports[1])
    patience = time.monotonic() + 10.0 + count * (GIVE_UP + HOLD + SILENT + RANDOM + 1.0)
    while state[0]["done"] < count and time.monotonic() < patience:
        time.sleep(0.02)
    told = {"rate": client.samplerate, "period": client.blocksize, "done": int(state[0]["done"])}
    client.deactivate()
    client.close()
    return told | {"xruns": len(xruns)} | {name: notes[name].tolist() for name in NOTE.names or ()}


def connect(client: Any, source: Any, target: Any) -> None:
    """Connect two ports, waiting for a client that is not active yet. Raises JackError."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            client.connect(source, target)
            return
        except jack_module().JackError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def count(seconds: float) -> dict[str, float]:
    """Take part for a while; returns the xruns, and what counting took in % of the period."""
    client = jack_module().Client("counting", no_start_server=True)
    watch = np.zeros(1, WATCH)
    watch["period"] = round(client.blocksize * 1e9 / client.samplerate)
    xruns = activate(client, _counting_callback, address(watch))
    time.sleep(seconds)
    client.deactivate()
    client.close()
    longest = 100.0 * float(watch[0]["longest"]) / float(watch[0]["period"])
    return {"xruns": len(xruns), "long": int(watch[0]["long"]), "longest": longest}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.loop")
    parser.add_argument("ports", nargs="*", metavar="PORT")
    parser.add_argument("--notes", type=int, default=60)
    parser.add_argument("--aligned", action="store_true")
    parser.add_argument("--threshold", type=float, default=1e-4)
    parser.add_argument("--counting", type=float, metavar="SECONDS")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if chosen.counting:
            print(json.dumps(count(chosen.counting)))
        else:
            midi, sound = chosen.ports
            print(json.dumps(loop(midi, sound, chosen.notes, chosen.aligned, chosen.threshold)))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
