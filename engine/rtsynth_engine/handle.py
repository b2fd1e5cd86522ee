"""The table of addresses through which compiled functions find the engine's memory, and each other.

A driver's callback gets one pointer: the handle. What it calls it calls through the addresses that stand
there, so every part is compiled once for all drivers, on its own, and the calls have no path back into the
interpreter.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from .compiling import carray, intrinsic, pointer_from, realtime
from .layout import EVENTS, Memory
from .memory import MEMORY
from .rings import EVENT, INDICES, Ring

BLOCK, ACT = 0, 1  # addresses of functions
MEMORY_AT, ADDRESSES = 2, 9
HOST_RING, MIDI_RING, PAGE_RING = 3, 5, 7  # a ring takes two: of its indices, of its items


@realtime
def attach(handle: Any) -> Memory:
    """The memory that a handle leads to."""
    return carray(pointer_from(handle[MEMORY_AT]), 1, MEMORY)[0]


@realtime
def ring_at(handle: Any, place: int) -> Ring:
    """The ring of events whose addresses stand at `place`."""
    indices = carray(pointer_from(handle[place]), INDICES, np.int64)
    return Ring(indices, carray(pointer_from(handle[place + 1]), EVENTS, EVENT))


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
        _call(builder, ACT, [ir.IntType(8).as_pointer()], args)
        return context.get_dummy_value()

    return EVENTS_SIGNATURE, generate


def _call(builder: Any, place: int, kinds: list[Any], args: Any) -> None:
    """Call what stands at `place` in the handle args[0]."""
    word = ir.IntType(64)
    table = builder.bitcast(args[0], word.as_pointer())
    found = builder.load(builder.gep(table, [word(place)]))
    function = ir.FunctionType(ir.VoidType(), kinds)
    builder.call(builder.inttoptr(found, function.as_pointer()), args)
