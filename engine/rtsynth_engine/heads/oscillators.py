"""The inner loop of the `partials` head in vectors of LANES oscillators, written for LLVM as it is to run.

A compiler left to itself keeps the oscillators in memory and writes all of them back every frame. Here a
pass holds two vectors of them in registers for a whole tick and adds into sums per frame and lane, which
are taken together at the end. Two vectors are enough to hide the latency of their turning.
"""

from typing import Any

from llvmlite import ir
from numba import types

from ..compiling import cgutils, intrinsic
from ..layout import TICK

LANES = 16  # floats: one AVX-512 vector, two AVX2 or four NEON ones
FLOAT, WORD, LANE_NUMBER = ir.FloatType(), ir.IntType(64), ir.IntType(32)
VECTOR = ir.VectorType(FLOAT, LANES)
ALIGNED = 4  # bytes: all that a record promises for its arrays
MOVED = ("a", "c", "s")
PARTS = ("a", "da", "c", "s", "cw", "sw")


@intrinsic
def sum_oscillators(
    typingctx: Any, out: Any, a: Any, da: Any, c: Any, s: Any, cw: Any, sw: Any, groups: Any, frames: Any
) -> Any:
    """Write to `out` the sum over oscillators i of a[i] c[i] in each of `frames` (0 … TICK) frames.

    In each frame a[i] grows by da[i], and c[i] + j s[i] turns by cw[i] + j sw[i]. All are float32 arrays;
    there are `groups` times LANES oscillators. Audio callback.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        arrays = zip(signature.args[:7], args[:7], strict=True)
        out_at, *parts_at = (context.make_array(t)(context, builder, value).data for t, value in arrays)
        count, length = args[7], args[8]
        sums = cgutils.alloca_once(builder, ir.ArrayType(VECTOR, TICK))
        with cgutils.for_range(builder, length) as loop:
            builder.store(ir.Constant(VECTOR, [0.0] * LANES), _place(builder, sums, loop.index))
        bank = dict(zip(PARTS, parts_at, strict=True))
        with cgutils.for_range(builder, builder.lshr(count, WORD(1))) as loop:
            _pass(builder, bank, builder.shl(loop.index, WORD(1)), 2, sums, length)
        with builder.if_then(builder.trunc(count, ir.IntType(1))):
            _pass(builder, bank, builder.sub(count, WORD(1)), 1, sums, length)
        _gather(builder, sums, out_at, length)
        return context.get_dummy_value()

    return types.void(out, a, da, c, s, cw, sw, types.int64, types.int64), generate


def _place(builder: Any, sums: Any, frame: Any) -> Any:
    return builder.gep(sums, [WORD(0), frame], inbounds=True)


def _pass(builder: Any, bank: Any, first: Any, groups: int, sums: Any, length: Any) -> None:
    """Turn `groups` vectors of oscillators, from vector `first` on, through all frames."""
    held = [_load(builder, bank, builder.add(first, WORD(i))) for i in range(groups)]
    with cgutils.for_range(builder, length) as loop:
        place = _place(builder, sums, loop.index)
        total = builder.load(place)
        for group in held:
            total = _turn(builder, group, total)
        builder.store(total, place)
    for i, group in enumerate(held):
        for name in MOVED:
            _store(builder, bank[name], builder.add(first, WORD(i)), builder.load(group[name]))


def _load(builder: Any, bank: Any, group: Any) -> Any:
    """Slots on the stack, which the compiler turns into registers, filled with one vector of every part."""
    slots = {name: cgutils.alloca_once(builder, VECTOR) for name in PARTS}
    for name, slot in slots.items():
        value = builder.load(_vector_at(builder, bank[name], group))
        value.align = ALIGNED
        builder.store(value, slot)
    return slots


def _store(builder: Any, base: Any, group: Any, value: Any) -> None:
    builder.store(value, _vector_at(builder, base, group), align=ALIGNED)


def _vector_at(builder: Any, base: Any, group: Any) -> Any:
    first = builder.gep(base, [builder.mul(group, WORD(LANES))], inbounds=True)
    return builder.bitcast(first, VECTOR.as_pointer())


def _turn(builder: Any, slots: Any, total: Any) -> Any:
    """Add one frame of a vector to `total`, and let it move on."""
    a, da, c, s, cw, sw = (builder.load(slots[name]) for name in PARTS)
    moved = (
        builder.fadd(a, da),
        _add_product(builder, c, cw, builder.fneg(builder.fmul(s, sw))),
        _add_product(builder, s, cw, builder.fmul(c, sw)),
    )
    for name, value in zip(MOVED, moved, strict=True):
        builder.store(value, slots[name])
    return _add_product(builder, a, c, total)


def _add_product(builder: Any, x: Any, y: Any, total: Any) -> Any:
    """`total` + `x` `y`: one instruction where there is one, and then everywhere: all frames agree."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
    fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(fused, [x, y, total])


def _gather(builder: Any, sums: Any, out: Any, length: Any) -> None:
    """Add the lanes of every frame up, halves onto halves."""
    with cgutils.for_range(builder, length) as loop:
        lanes, value = LANES, builder.load(_place(builder, sums, loop.index))
        while lanes > 1:
            lanes //= 2
            low, high = (builder.shuffle_vector(value, value, _numbers(start, lanes)) for start in (0, lanes))
            value = builder.fadd(low, high)
        only = builder.extract_element(value, LANE_NUMBER(0))
        builder.store(only, builder.gep(out, [loop.index], inbounds=True))


def _numbers(start: int, count: int) -> Any:
    return ir.Constant(ir.VectorType(LANE_NUMBER, count), list(range(start, start + count)))
