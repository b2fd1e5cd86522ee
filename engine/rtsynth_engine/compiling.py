"""How the engine is compiled: one decorator, the atomics and the few machine instructions numba has no word
for.

Everything the audio callback runs is `@realtime`: forced inline into one function, so that the compiler
sees that no error can leave it and drops every path into the interpreter.
`tests/engine/test_callback_purity.py` proves it.
"""

import hashlib
import os
import platform
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import types
from platformdirs import user_cache_dir


def _cache_folder() -> Path:
    """Folder for compiled code, named after the engine's source: numba itself looks at one file, not at its
    imports.
    """
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return Path(user_cache_dir("rtsynth")) / "compiled" / digest.hexdigest()[:16]


CACHE = Path(os.environ.get("NUMBA_CACHE_DIR") or _cache_folder())

# numba without its types: what these return depends on what is compiled
numba: Any = import_module("numba")
numba.config.CACHE_DIR = str(CACHE)
njit, carray, cfunc = numba.njit, numba.carray, numba.cfunc
intrinsic = numba.extending.intrinsic
external = numba.types.ExternalFunction
cgutils: Any = import_module("numba.core.cgutils")

F = TypeVar("F", bound=Callable[..., Any])


def inner_compiler() -> Any:
    """The numba compiler of functions that are only ever inlined: their code is tidied up, and no machine
    code is made of it.
    """
    codegen: Any = import_module("numba.core.codegen")
    compiler: Any = import_module("numba.core.compiler")

    class Library(codegen.JITCodeLibrary):  # type: ignore[misc]
        def _optimize_final_module(self) -> None:
            cheap, builder = self._codegen._module_pass_manager(
                loop_vectorize=False, slp_vectorize=False, opt=1, cost="cheap"
            )
            cheap.run(self._final_module, builder)

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()
            self._finalized = True

        @property
        def codegen(self) -> Any:
            # numba sets an environment in machine code, and here is none
            return SimpleNamespace(set_env=lambda name, environment: None)

    class Inner(compiler.Compiler):  # type: ignore[misc]
        def _compile_bytecode(self) -> Any:
            library = self.state.targetctx.codegen().create_library(self.state.func_id.func_qualname)
            library.__class__ = Library
            library.enable_object_caching()
            self.state.library = library
            return super()._compile_bytecode()

    return Inner


# Inner functions are called from compiled code only, and become part of it: on their own they are not fully
# optimised nor turned into machine code, and have no other entries, which a first start would wait for.
INLINED = {
    "error_model": "numpy",
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": inner_compiler(),
}
REORDERED = {"reassoc", "contract", "nsz"}


def realtime(function: F) -> F:
    """Compile for the audio callback: forced inline, division never raises, IEEE arithmetic as written.

    Python itself cannot call the result; compiled functions can.
    """
    return cast(F, njit(**INLINED)(function))


def realtime_sum(function: F) -> F:
    """`realtime`, and sums may be taken in another order so that they vectorise."""
    return cast(F, njit(**INLINED, fastmath=REORDERED)(function))


def offline(function: F) -> F:
    """Compile for a Python thread, kept in numba's cache; holds the interpreter, for its work is short."""
    return cast(F, njit(error_model="numpy", cache=True)(function))


def detached(function: F) -> F:
    """`offline` for a loop that runs for long: lets go of the interpreter meanwhile."""
    return cast(F, njit(error_model="numpy", nogil=True, cache=True)(function))


def _element(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Pointer to `array[index]` for a one-dimensional contiguous array."""
    view = context.make_array(array_type)(context, builder, array)
    return cgutils.get_item_pointer(context, builder, array_type, view, [index], wraparound=False)


@intrinsic
def load_acquire(typingctx: Any, array: Any, index: Any) -> Any:
    """Read `array[index]` (int64); nothing written after it can be seen before it (C11 acquire)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _element(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(pointer, ordering="acquire", align=8, typ=ir.IntType(64))

    return types.int64(array, types.intp), generate


@intrinsic
def store_release(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write `array[index] = value` (int64); everything written before it is seen first (C11 release)."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _element(context, builder, signature.args[0], args[0], args[1])
        builder.store_atomic(args[2], pointer, ordering="release", align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), generate


@intrinsic
def pointer_from(typingctx: Any, address: Any) -> Any:
    """Turn an address (uint64) into a void pointer."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.uint64), generate


X86 = platform.machine().lower() in {"x86_64", "amd64"}
FLUSH_DENORMALS = 0x8040  # flush-to-zero and denormals-are-zero of the MXCSR register (Intel SDM, 10.2.3)


@intrinsic
def flush_denormals(typingctx: Any) -> Any:
    """Treat denormal floats as zero on this thread; returns the old mode for `restore_denormals`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        old = cgutils.alloca_once_value(builder, ir.Constant(ir.IntType(32), 0))
        if X86:
            _mxcsr(builder, "llvm.x86.sse.stmxcsr", old)
            new = cgutils.alloca_once(builder, ir.IntType(32))
            builder.store(builder.or_(builder.load(old), ir.Constant(ir.IntType(32), FLUSH_DENORMALS)), new)
            _mxcsr(builder, "llvm.x86.sse.ldmxcsr", new)
        return builder.load(old)

    return types.int32(), generate


@intrinsic
def restore_denormals(typingctx: Any, mode: Any) -> Any:
    """Give the thread its own floating-point mode back: it belongs to the host."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if X86:
            _mxcsr(builder, "llvm.x86.sse.ldmxcsr", cgutils.alloca_once_value(builder, args[0]))
        return context.get_dummy_value()

    return types.void(types.int32), generate


def _mxcsr(builder: Any, name: str, slot: Any) -> None:
    pointer = ir.IntType(8).as_pointer()
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [pointer]), name)
    builder.call(function, [builder.bitcast(slot, pointer)])


def address(array: Any) -> int:
    """Address of a numpy array's first byte."""
    return int(array.ctypes.data)
