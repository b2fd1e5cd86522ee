"""The table of addresses through which compiled functions find the engine's memory, and each other.

A driver's callback gets one pointer: the handle. What it calls it calls through the addresses that stand
there, so every part is compiled once for all drivers, on its own, and the calls have no path back into the
interpreter.
"""

from typing import Any

from llvmlite import ir
from numba import types

from . import layout
from .compiling import carray, intrinsic, pointer_from, realtime
from .heads.bands import BANDS
from .heads.motion import LOOP, MOTION, STIR_BANDS
from .heads.onset import ONSET_BANDS, ONSET_STEPS
from .layout import Memory
from .rings import EVENT, INDICES, Ring

BLOCK, EVENTS = 0, 1  # addresses of functions; the rest are those of Memory's arrays in order
ADDRESSES = 32
F4, I8 = layout.F4, layout.I8


@realtime
def _at(handle: Any, index: int, shape: Any, dtype: Any) -> Any:
    return carray(pointer_from(handle[index]), shape, dtype)


@realtime
def attach(handle: Any) -> Memory:
    """Rebuild Memory from a handle's addresses, in the order of its fields."""
    L = layout
    return Memory(
        _at(handle, 2, 1, L.STATE),
        _at(handle, 3, L.CHANNELS, L.CHANNEL),
        _at(handle, 4, L.PROGRAMS, L.PROGRAM),
        _at(handle, 5, L.VOICES, L.VOICE),
        _at(handle, 6, L.PENDING, EVENT),
        _at(handle, 7, (5, L.TICK), F4),
        _at(handle, 8, (BANDS, L.NOISE_LENGTH), F4),
        _at(handle, 9, (8, L.REVERB_LENGTH), F4),
        _at(handle, 10, (L.CACHES, L.KEYS, L.LAYERS, L.ATTACK_FRAMES, L.FRAME), F4),
        _at(handle, 11, (L.CACHES, L.KEYS), F4),
        _at(handle, 12, (L.CACHES, L.KEYS, L.LAYERS, MOTION), F4),
        _at(handle, 13, (L.CACHES, L.KEYS, L.LAYERS, ONSET_BANDS, ONSET_STEPS), F4),
        _at(handle, 14, (L.CACHES, L.KEYS, L.LAYERS, L.PARTIALS, 2), F4),
        _at(handle, 15, L.CACHES * L.KEYS, I8),
        _at(handle, 16, (L.VOICES, L.STREAM_FRAMES, L.FRAME), F4),
        _at(handle, 17, (L.VOICES, MOTION), F4),
        _at(handle, 18, (L.VOICES, ONSET_BANDS, ONSET_STEPS), F4),
        _at(handle, 19, (L.VOICES, L.PARTIALS, 2), F4),
        _at(handle, 20, (LOOP, STIR_BANDS), F4),
        _at(handle, 21, (L.VOICES, L.PARTIALS), L.STIR),
        _at(handle, 22, L.VOICES, I8),
        _at(handle, 23, L.VOICES, I8),
        _at(handle, 24, L.VOICES, I8),
        _at(handle, 25, L.VOICES, L.REQUEST),
        _at(handle, 26, 1, L.TELEMETRY),
        _at(handle, 27, L.CALLS, L.CALL),
        Ring(_at(handle, 28, INDICES, I8), _at(handle, 29, L.EVENTS, EVENT)),
        Ring(_at(handle, 30, INDICES, I8), _at(handle, 31, L.EVENTS, EVENT)),
    )


BLOCK_SIGNATURE = types.void(types.voidptr, types.voidptr, types.voidptr, types.int64, types.int64)
EVENTS_SIGNATURE = types.void(types.voidptr)


@intrinsic
def call_block(typingctx: Any, handle: Any, left: Any, right: Any, stride: Any, frames: Any) -> Any:
    """Call the block whose address stands in a handle (pointer to uint64)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        _call(builder, BLOCK, [pointer, pointer, pointer, word, word], args)
        return context.get_dummy_value()

    return BLOCK_SIGNATURE, generate


@intrinsic
def call_events(typingctx: Any, handle: Any) -> Any:
    """Let the events act that are due, through a handle (pointer to uint64)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _call(builder, EVENTS, [ir.IntType(8).as_pointer()], args)
        return context.get_dummy_value()

    return EVENTS_SIGNATURE, generate


def _call(builder: Any, place: int, kinds: list[Any], args: Any) -> None:
    """Call what stands at `place` in the handle args[0]."""
    word = ir.IntType(64)
    table = builder.bitcast(args[0], word.as_pointer())
    found = builder.load(builder.gep(table, [word(place)]))
    function = ir.FunctionType(ir.VoidType(), kinds)
    builder.call(builder.inttoptr(found, function.as_pointer()), args)
