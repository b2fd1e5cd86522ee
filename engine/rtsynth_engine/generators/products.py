"""Products of a few rows with a matrix whose sums stay in vector registers, which numba finds no way to by
itself.

A network that makes one sample at a time reads all its weights for each: voices that are stepped together
share the reading.
"""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types

from ..compiling import cgutils, intrinsic, realtime

LANES = 16
WIDTH = 2 * LANES  # columns that are summed at once: what matrices are padded to
TALL = 4  # rows that are
INT, FLOAT = ir.IntType(64), ir.FloatType()
VECTOR = ir.VectorType(FLOAT, LANES)
ALIGNED = 4  # bytes


class Matrix(NamedTuple):
    """A float32 array in compiled code, with contiguous rows, from one of its elements on."""

    builder: Any
    array: Any
    row: Any
    column: Any

    def scalar(self, row: Any, column: Any) -> Any:
        """Pointer to an element so many rows and columns on."""
        builder, rows, columns = self.builder, self._on(self.row, row), self._on(self.column, column)
        line = builder.mul(rows, builder.extract_value(self.array.strides, 0))
        start = builder.gep(builder.bitcast(self.array.data, ir.IntType(8).as_pointer()), [line])
        return builder.gep(builder.bitcast(start, FLOAT.as_pointer()), [columns])

    def vector(self, row: Any, vector: int) -> Any:
        """Pointer to LANES elements, so many rows and vectors on."""
        return self.builder.bitcast(self.scalar(row, vector * LANES), VECTOR.as_pointer())

    def _on(self, first: Any, more: Any) -> Any:
        return self.builder.add(first, INT(more) if isinstance(more, int) else more)


def _tile(rows: int, vectors: int) -> Any:
    """A compiled function: `y += x @ w` for `rows` rows of y and x from `row` on, and for `vectors` * LANES
    columns of y and w from `column` on.
    """

    @intrinsic
    def tile(typingctx: Any, y: Any, x: Any, w: Any, row: Any, column: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds = zip(signature.args[:3], args[:3], strict=True)
            y, x, w = (context.make_array(kind)(context, builder, array) for kind, array in kinds)
            row, column = args[3:]
            sums, inputs = Matrix(builder, y, row, column), Matrix(builder, x, row, INT(0))
            _accumulate(sums, inputs, Matrix(builder, w, INT(0), column), rows, vectors)
            return context.get_dummy_value()

        return types.void(y, x, w, types.int64, types.int64), generate

    return tile


def _accumulate(y: Matrix, x: Matrix, w: Matrix, rows: int, vectors: int) -> None:
    builder = y.builder
    places = [(r, v) for r in range(rows) for v in range(vectors)]
    begun = {at: builder.load(y.vector(*at), align=ALIGNED) for at in places}
    sums = {at: cgutils.alloca_once_value(builder, value) for at, value in begun.items()}
    with cgutils.for_range(builder, builder.extract_value(w.array.shape, 0)) as loop:
        weights = [builder.load(w.vector(loop.index, v), align=ALIGNED) for v in range(vectors)]
        inputs = [_spread(builder, builder.load(x.scalar(r, loop.index))) for r in range(rows)]
        for r, v in places:
            total = builder.load(sums[r, v])
            builder.store(_add_product(builder, inputs[r], weights[v], total), sums[r, v])
    for at in places:
        builder.store(builder.load(sums[at]), y.vector(*at), align=ALIGNED)


def _spread(builder: Any, scalar: Any) -> Any:
    """A vector of a number."""
    nothing, index = ir.Constant(VECTOR, ir.Undefined), ir.IntType(32)
    one = builder.insert_element(nothing, scalar, index(0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(index, LANES), [0] * LANES))


def _add_product(builder: Any, one: Any, other: Any, total: Any) -> Any:
    """`one * other + total`, in one instruction where there is one."""
    kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
    fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32")
    return builder.call(fused, [one, other, total])


tall, long, short = _tile(TALL, 2), _tile(1, 4), _tile(1, 2)


@realtime
def add_product(y: Any, x: Any, w: Any, rows: int) -> None:
    """`y[:rows] += x[:rows] @ w`, float32; the columns of `w` are a multiple of WIDTH."""
    columns, paired = w.shape[1], rows - rows % TALL
    for row in range(0, paired, TALL):
        for column in range(0, columns, WIDTH):
            tall(y, x, w, row, column)
    for row in range(paired, rows):
        column = 0
        while columns - column >= 2 * WIDTH:
            long(y, x, w, row, column)
            column += 2 * WIDTH
        if column < columns:
            short(y, x, w, row, column)
