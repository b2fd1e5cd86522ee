"""A compiled JACK client in a process of its own that floods a MIDI port.

    python -m rtsynth_benchmarks.flooding PORT [--seconds S] [--rate N] [--plain]

sends N messages a second, spread evenly over every cycle, on all channels: controllers, bends and pressures,
and among a thousand of them one that begins or ends a note, so that 16 are down at any time; `--plain` sends
the notes alone. At the end all keys go up. Prints JSON: what was sent.
"""

import argparse
import json
import time
from typing import Any

import numpy as np

from rtsynth_engine.compiling import address, carray, pointer_from, realtime
from rtsynth_engine.drivers.jack import jack_module

from .loop import _clear, _get_buffer, _write, activate, connect, draw

MIDI, STATE = range(2)  # words of the callback's table
I8, F8 = np.int64, np.float64
STATE_TYPE = np.dtype(
    [
        ("left", I8),  # frames to go
        ("owed", F8),  # messages due but not sent
        ("share", F8),  # messages a frame
        ("each", I8),  # among so many messages one is of a note
        ("sent", I8),
        ("notes", I8),  # messages of notes sent
        ("refused", I8),  # messages JACK's buffer had no room for
        ("random", np.uint64),
        ("message", np.uint8, (4,)),
    ],
    align=True,
)
EACH, DOWN = 1000, 16
LOWEST, KEYS, STEP = 40, 48, 7  # a step that meets every key
SMOOTH = np.array([1, 2, 4, 7, 8, 10, 11, 70, 71, 73, 74, 91, 93, 16, 17, 18], np.int64)  # controllers
NO_DRUMS = 9
AFTER = 0.5  # seconds for the last messages to be read


@realtime
def send(buffer: Any, state: Any, offset: int, status: int, data1: int, data2: int) -> None:
    """Write a message at a frame of this cycle."""
    state.message[0], state.message[1], state.message[2] = status, data1, data2
    size = 2 if status >> 4 == 0xD else 3
    if _write(buffer, offset, pointer_from(np.uint64(state.message.ctypes.data)), size) != 0:
        state.refused += 1
    state.sent += 1


@realtime
def send_note(buffer: Any, state: Any, offset: int, number: int, pressed: bool) -> None:
    """Press or lift the key of a note."""
    channel = number % 16 if number % 16 != NO_DRUMS else 0
    key = LOWEST + number * STEP % KEYS
    send(buffer, state, offset, (0x90 if pressed else 0x80) | channel, key, 90 if pressed else 64)


@realtime
def send_next_note(buffer: Any, state: Any, offset: int) -> None:
    """Press the next key, or lift the one that is down the longest."""
    number = state.notes // 2
    if state.notes % 2 == 0:
        send_note(buffer, state, offset, number, True)
    elif number >= DOWN:
        send_note(buffer, state, offset, number - DOWN, False)
    state.notes += 1


@realtime
def send_change(buffer: Any, state: Any, offset: int) -> None:
    """A controller, a bend or a pressure, on any channel."""
    channel, value, kind = draw(state, 16), draw(state, 128), draw(state, 8)
    if kind == 0:
        send(buffer, state, offset, 0xE0 | channel, draw(state, 128), value)
    elif kind == 1:
        send(buffer, state, offset, 0xD0 | channel, value, 0)
    elif kind == 2:
        send(buffer, state, offset, 0xA0 | channel, LOWEST + draw(state, KEYS), value)
    else:
        send(buffer, state, offset, 0xB0 | channel, SMOOTH[draw(state, 16)], value)


@realtime
def lift_all(buffer: Any, state: Any) -> None:
    """Lift every key that is down."""
    pressed = (state.notes + 1) // 2
    for number in range(max(state.notes // 2 - DOWN, 0), pressed):
        send_note(buffer, state, 0, number, False)


def _callback(frames: int, argument: Any) -> int:
    """JackProcessCallback."""
    table = carray(argument, 2, np.uint64)
    state = carray(pointer_from(table[STATE]), 1, STATE_TYPE)[0]
    buffer, n = _get_buffer(table[MIDI], frames), np.int64(frames)
    _clear(buffer)
    if state.left <= 0:
        return 0
    state.left -= n
    if state.left <= 0:
        lift_all(buffer, state)
        return 0
    state.owed += state.share * n
    count = np.int64(state.owed)
    state.owed -= count
    for i in range(int(count)):
        offset = int(i * n // count)
        if state.sent % state.each == 0:
            send_next_note(buffer, state, offset)
        else:
            send_change(buffer, state, offset)
    return 0


def flood(port: str, seconds: float, rate: float, each: int) -> dict[str, int]:
    """Send until the time is over. Main thread."""
    client = jack_module().Client("flood", no_start_server=True)
    out = client.midi_outports.register("out")
    state = np.zeros(1, STATE_TYPE)
    state["share"], state["each"], state["random"] = rate / client.samplerate, each, 1
    words = [int(jack_module()._ffi.cast("uintptr_t", out._ptr)), address(state)]
    table = np.array(words, np.uint64)
    activate(client, _callback, address(table))
    connect(client, out, port)
    state["left"] = round(seconds * client.samplerate)
    end = time.monotonic() + 2.0 * seconds + 10.0
    while state[0]["left"] > 0 and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(AFTER)
    client.deactivate()
    client.close()
    return {name: int(state[0][name]) for name in ("sent", "notes", "refused")}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m rtsynth_benchmarks.flooding")
    parser.add_argument("port")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=100_000.0, help="messages a second")
    parser.add_argument("--plain", action="store_true", help="the notes alone")
    chosen = parser.parse_args()
    rate, each = (chosen.rate / EACH, 1) if chosen.plain else (chosen.rate, EACH)
    print(json.dumps(flood(chosen.port, chosen.seconds, rate, each)))


if __name__ == "__main__":
    main()
