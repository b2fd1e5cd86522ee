"""The compiled block as a C function, and the table of addresses through which it finds its memory.

A driver's callback gets one pointer: the handle. It calls the block through the address stored there, so
the block is compiled once for all drivers, and the call has no path back into the interpreter.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from . import layout
from .block import process
from .compiling import (
    address,
    carray,
    cfunc,
    flush_denormals,
    intrinsic,
    pointer_from,
    realtime,
    restore_denormals,
)
from .heads.bands import BANDS
from .heads.motion import LOOP, MOTION, STIR_BANDS
from .heads.onset import ONSET_BANDS, ONSET_STEPS
from .layout import Memory
from .rings import EVENT, INDICES, Ring
from .telemetry import note_call, now

BLOCK = 0  # the first address is the block's own, the rest are Memory's arrays in order
F4, I8 = np.float32, np.int64


def make_handle(memory: Memory) -> NDArray[np.uint64]:
    """Table of addresses for the drivers. The caller keeps `memory` alive as long as a driver runs."""
    arrays = [*memory[:-2], *memory.host, *memory.midi]
    return np.array([block_function().address, *map(address, arrays)], np.uint64)


@realtime
def _at(handle: Any, index: int, shape: Any, dtype: Any) -> Any:
    return carray(pointer_from(handle[index]), shape, dtype)


@realtime
def attach(handle: Any) -> Memory:
    """Rebuild Memory from a handle's addresses, in the order of its fields."""
    L = layout
    return Memory(
        _at(handle, 1, 1, L.STATE),
        _at(handle, 2, L.CHANNELS, L.CHANNEL),
        _at(handle, 3, L.PROGRAMS, L.PROGRAM),
        _at(handle, 4, L.VOICES, L.VOICE),
        _at(handle, 5, L.PENDING, EVENT),
        _at(handle, 6, (5, L.TICK), F4),
        _at(handle, 7, (BANDS, L.NOISE_LENGTH), F4),
        _at(handle, 8, (8, L.REVERB_LENGTH), F4),
        _at(handle, 9, (L.CACHES, L.KEYS, L.LAYERS, L.ATTACK_FRAMES, L.FRAME), F4),
        _at(handle, 10, (L.CACHES, L.KEYS), F4),
        _at(handle, 11, (L.CACHES, L.KEYS, L.LAYERS, MOTION), F4),
        _at(handle, 12, (L.CACHES, L.KEYS, L.LAYERS, ONSET_BANDS, ONSET_STEPS), F4),
        _at(handle, 13, (L.CACHES, L.KEYS, L.LAYERS, L.PARTIALS, 2), F4),
        _at(handle, 14, L.CACHES * L.KEYS, I8),
        _at(handle, 15, (L.VOICES, L.STREAM_FRAMES, L.FRAME), F4),
        _at(handle, 16, (L.VOICES, MOTION), F4),
        _at(handle, 17, (L.VOICES, ONSET_BANDS, ONSET_STEPS), F4),
        _at(handle, 18, (L.VOICES, L.PARTIALS, 2), F4),
        _at(handle, 19, (LOOP, STIR_BANDS), F4),
        _at(handle, 20, (L.VOICES, L.PARTIALS), L.STIR),
        _at(handle, 21, L.VOICES, I8),
        _at(handle, 22, L.VOICES, I8),
        _at(handle, 23, L.VOICES, I8),
        _at(handle, 24, L.VOICES, L.REQUEST),
        _at(handle, 25, 1, L.TELEMETRY),
        _at(handle, 26, L.CALLS, L.CALL),
        Ring(_at(handle, 27, INDICES, I8), _at(handle, 28, L.EVENTS, EVENT)),
        Ring(_at(handle, 29, INDICES, I8), _at(handle, 30, L.EVENTS, EVENT)),
    )


BLOCK_SIGNATURE = types.void(types.voidptr, types.voidptr, types.voidptr, types.int64, types.int64)
ADDRESSES = 31
SECOND = 1e9


def _block(handle: Any, left: Any, right: Any, stride: int, frames: int) -> None:
    """Render a period: `left` and `right` point to float32 samples `stride` apart. Any thread, one at a
    time.
    """
    memory = attach(carray(handle, ADDRESSES, np.uint64))
    mode = flush_denormals()
    began = now(memory.state[0])
    track_clock(memory.state[0], began, frames)
    length = (frames - 1) * stride + 1
    process(memory, carray(left, length, np.float32), carray(right, length, np.float32), stride, frames)
    note_call(memory, began, frames)
    restore_denormals(mode)


_compiled: Any = None


def block_function() -> Any:
    """The block compiled for this machine, from numba's cache where it has been compiled before (a numba
    CFunc).
    """
    global _compiled
    if _compiled is None:
        _compiled = cfunc(BLOCK_SIGNATURE, error_model="numpy", forceinline=True, cache=True)(_block)
    return _compiled


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


@intrinsic
def call_block(typingctx: Any, handle: Any, left: Any, right: Any, stride: Any, frames: Any) -> Any:
    """Call the block whose address stands in a handle (pointer to uint64)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        function = ir.FunctionType(ir.VoidType(), [pointer, pointer, pointer, word, word])
        table = builder.bitcast(args[0], word.as_pointer())
        target = builder.inttoptr(builder.load(table), function.as_pointer())
        builder.call(target, args)
        return context.get_dummy_value()

    return types.void(types.voidptr, types.voidptr, types.voidptr, types.int64, types.int64), generate
