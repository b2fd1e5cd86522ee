"""The inner loop of the `partials` head in vectors of LANES oscillators, written for LLVM as it is to run.

A compiler left to itself keeps the oscillators in memory and writes all of them back every frame. Here a
pass holds as many vectors of them as there are registers for a whole tick, so that one turns while another
waits, and adds into sums per frame and lane, which are taken together at the end.
"""

from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types

from ..compiling import cgutils, intrinsic
from ..layout import TICK

LANES = 16  # floats: one AVX-512 vector, two AVX2 or four NEON ones
FLOAT, WORD, LANE_NUMBER = ir.FloatType(), ir.IntType(64), ir.IntType(32)
VECTOR = ir.VectorType(FLOAT, LANES)
AT_ONCE = 4 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 2  # 32 registers, or fewer
ALIGNED = 4  # bytes: all that a record promises for its arrays
MOVED = ("a", "c", "s")
PARTS = ("a", "da", "c", "s", "half")


@intrinsic
def sum_oscillators(
    typingctx: Any, out: Any, a: Any, da: Any, c: Any, s: Any, half: Any, groups: Any, frames: Any
) -> Any:
    """Write to `out` (TICK,) the sum over oscillators i of a[i] c[i] in each of `frames` (0 … TICK) frames.

    In each frame a[i] grows by da[i] and the angle of oscillator i by w: c is its cosine, s its sine half a
    frame ago, half[i] the sine of w / 2, so that s += 2 half c and c -= 2 half s turn it exactly (the "magic
    circle" of HAKMEM, item 149). All are float32 arrays; there are `groups` times LANES oscillators. `out`
    beyond `frames` has no meaning. Audio callback.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        arrays = zip(signature.args[:6], args[:6], strict=True)
        out_at, *parts_at = (context.make_array(t)(context, builder, value).data for t, value in arrays)
        count, length = args[6], args[7]
        sums = cgutils.alloca_once(builder, ir.ArrayType(VECTOR, TICK))
        with cgutils.for_range(builder, length) as loop:
            builder.store(ir.Constant(VECTOR, [0.0] * LANES), _place(builder, sums, loop.index))
        bank = dict(zip(PARTS, parts_at, strict=True))
        with cgutils.for_range(builder, builder.udiv(count, WORD(AT_ONCE))) as loop:
            _pass(builder, bank, builder.mul(loop.index, WORD(AT_ONCE)), AT_ONCE, sums, length)
        rest = builder.urem(count, WORD(AT_ONCE))
        for some in range(1, AT_ONCE):
            with builder.if_then(builder.icmp_unsigned("==", rest, WORD(some))):
                _pass(builder, bank, builder.sub(count, rest), some, sums, length)
        _gather(builder, sums, out_at, length)
        return context.get_dummy_value()

    return types.void(out, a, da, c, s, half, types.int64, types.int64), generate


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
    a, da, c, s, half = (builder.load(slots[name]) for name in PARTS)
    step = builder.fadd(half, half)
    sine = _add_product(builder, step, c, s)
    cosine = _add_product(builder, builder.fneg(step), sine, c)
    moved = (builder.fadd(a, da), cosine, sine)
    for name, value in zip(MOVED, moved, strict=True):
        builder.store(value, slots[name])
    return _add_product(builder, a, c, total)


def _add_product(builder: Any, x: Any, y: Any, total: Any) -> Any:
    """`total` + `x` `y`: one instruction where there is one, and then everywhere: all frames agree."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
    fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(fused, [x, y, total])


def _gather(builder: Any, sums: Any, out: Any, length: Any) -> None:
    """Add the lanes of every frame up, LANES frames at a time: what lies beyond the last is of no meaning."""
    chunks = builder.udiv(builder.add(length, WORD(LANES - 1)), WORD(LANES))
    with cgutils.for_range(builder, chunks) as loop:
        first = builder.mul(loop.index, WORD(LANES))
        frames = [builder.add(first, WORD(i)) for i in range(LANES)]
        rows, width = [builder.load(_place(builder, sums, frame)) for frame in frames], LANES
        while len(rows) > 1:
            width //= 2
            rows = [_fold(builder, x, y, width) for x, y in zip(rows[::2], rows[1::2], strict=True)]
        _store(builder, out, loop.index, rows[0])


def _fold(builder: Any, x: Any, y: Any, width: int) -> Any:
    """Halves of `width` lanes added onto halves, first those of x, then those of y."""
    lanes = range(2 * LANES)
    low = [lane for lane in lanes if lane % (2 * width) < width]
    high = [lane + width for lane in low]
    kind = ir.VectorType(LANE_NUMBER, LANES)
    halves = (builder.shuffle_vector(x, y, ir.Constant(kind, half)) for half in (low, high))
    return builder.fadd(*halves)
