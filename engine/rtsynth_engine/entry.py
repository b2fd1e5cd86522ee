"""The compiled functions as C functions, and the handle that leads to them.

There are two, so that a first start can compile them at the same time: the block, and what MIDI does in it.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .block import process
from .compiling import address, carray, cfunc, flush_denormals, realtime, restore_denormals
from .events import apply_due_events
from .handle import (
    ADDRESSES,
    BLOCK_SIGNATURE,
    EVENTS_SIGNATURE,
    HOST_RING,
    MIDI_RING,
    PAGE_RING,
    attach,
    ring_at,
)
from .layout import Memory
from .telemetry import note_call, now

SECOND = 1e9


def make_handle(memory: Memory) -> NDArray[np.uint64]:
    """Table of addresses for the drivers. The caller keeps `memory` alive as long as a driver runs."""
    functions = (block_function().address, events_function().address)
    shared = (memory.block, *memory.host, *memory.midi, *memory.page)
    return np.array([*functions, *map(address, shared)], np.uint64)


def _block(handle: Any, left: Any, right: Any, stride: int, frames: int) -> None:
    """Render a period: `left` and `right` point to float32 samples `stride` apart. Any thread, one at a
    time.
    """
    table = carray(handle, ADDRESSES, np.uint64)
    memory = attach(table)
    mode = flush_denormals()
    began = now(memory.state[0])
    track_clock(memory.state[0], began, frames)
    length = max((frames - 1) * stride + 1, 0)
    out = carray(left, length, np.float32), carray(right, length, np.float32)
    rings = ring_at(table, HOST_RING), ring_at(table, MIDI_RING), ring_at(table, PAGE_RING)
    process(memory, rings, handle, out, stride, frames)
    if frames > 0:
        note_call(memory, began, frames)
    restore_denormals(mode)


def _events(handle: Any) -> None:
    """Let the events act that are due. Audio callback, from the block."""
    apply_due_events(attach(carray(handle, ADDRESSES, np.uint64)))


@cache
def block_function() -> Any:
    """The block compiled for this machine, from numba's cache where it has been compiled before (a numba
    CFunc).
    """
    return cfunc(BLOCK_SIGNATURE, error_model="numpy", forceinline=True, cache=True)(_block)


@cache
def events_function() -> Any:
    """The events' function, in the same way."""
    return cfunc(EVENTS_SIGNATURE, error_model="numpy", forceinline=True, cache=True)(_events)


@realtime
def track_clock(state: Any, began: int, frames: int) -> None:
    """Follow the callback's own times: a delay-locked loop, so that jitter of calls is not jitter of events.

    After Adriaensen, "Using a DLL to filter time" (2005), first order; a jump beyond 50 ms resynchronises
    at once.
    """
    expected = state.anchor + state.anchor_frames * SECOND / state.rate
    error = began - expected
    state.anchor = began if abs(error) > 0.05 * SECOND else expected + 0.02 * error
    state.anchor_frames = frames
