"""What the audio callback may not do: take the interpreter, allocate, lock, or make a system call.

The compiled module names every function that it can reach outside itself. The allow-list below is all of
them, so a new name fails the test until somebody has thought about it.
"""

import ctypes
import re
import threading
import time

import numpy as np
import pytest
from numba import cfunc, types

from rtsynth_engine.compiling import external
from rtsynth_engine.drivers import jack, portaudio
from rtsynth_engine.drivers.contract import DriverError
from rtsynth_engine.drivers.null import NullDriver
from rtsynth_engine.entry import block_function, events_function
from tests.conftest import require
from tests.engine.parts import ON, make_engine, wait_until

MATHS = {
    f"{name}{kind}"
    for name in ("floor", "sqrt", "log2", "exp", "exp2", "pow", "sin", "cos")
    for kind in ("", "f")
}
CLOCK = {"clock_gettime"}  # read through the vDSO, without a system call
JACK = {"jack_port_get_buffer", "jack_midi_get_event_count", "jack_midi_event_get"}
JACK |= {"jack_midi_clear_buffer", "jack_midi_event_write"}
UNCALLED = {"NRT_MemInfo_call_dtor"}  # named by NRT_decref, which every module has and nothing may call
COUNTING = {"NRT_incref", "NRT_decref"}
JACK_SIGNATURE = types.int32(types.uint32, types.voidptr)

_lock = external("pthread_mutex_lock", types.int32(types.voidptr))


def module(compiled) -> str:
    """The optimised LLVM text of a cfunc, compiled now or read from the cache."""
    return str(compiled._library._get_module_for_linking())


def impurities(compiled, allowed: set[str] = frozenset()) -> set[str]:
    """Names that a callback reaches and should not."""
    text = module(compiled)
    declared = set(re.findall(r'^declare [^@]*@"?([\w.$]+)"?\(', text, re.MULTILINE))
    called = set(re.findall(r'(?:call|invoke) [^@\n]*@"?([\w.$]+)"?\(', text))
    foreign = {name for name in declared if not name.startswith("llvm.")}
    return (foreign - MATHS - CLOCK - UNCALLED - allowed) | (called & COUNTING)


def compile_callback(signature, function):
    return cfunc(signature, error_model="numpy", forceinline=True, cache=True)(function)


def test_the_block_reaches_nothing_but_mathematics_and_the_clock() -> None:
    assert impurities(block_function()) == set()


def test_what_midi_does_in_the_block_reaches_nothing_but_mathematics() -> None:
    assert impurities(events_function()) == set()


def test_the_portaudio_callback_reaches_nothing_at_all() -> None:
    assert impurities(compile_callback(portaudio.SIGNATURE, portaudio._callback)) == set()


def test_the_jack_callback_reaches_nothing_but_its_buffers() -> None:
    try:
        jack.jack_module()
    except DriverError:
        require(False, "libjack")
    assert impurities(compile_callback(JACK_SIGNATURE, jack._callback), JACK) == set()


def appends(frames: int, argument) -> int:
    numbers = [frames]
    numbers.append(len(numbers))
    return len(numbers)


def allocates(frames: int, argument) -> int:
    return int(np.zeros(frames).sum())


def raises(frames: int, argument) -> int:
    if frames > 3:
        raise ValueError
    return 0


def prints(frames: int, argument) -> int:
    print(frames)
    return 0


def locks(frames: int, argument) -> int:
    return _lock(argument)


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (appends, "NRT_MemInfo_varsize_realloc"),
        (allocates, "NRT_MemInfo_alloc_aligned"),
        (raises, "numba_gil_ensure"),
        (prints, "numba_gil_ensure"),
        (locks, "pthread_mutex_lock"),
    ],
)
def test_a_callback_that_is_not_pure_is_caught(function, named: str) -> None:
    assert named in impurities(compile_callback(JACK_SIGNATURE, function))


def test_the_callback_goes_on_while_python_holds_the_interpreter() -> None:
    engine, driver = make_engine(), NullDriver()
    counter, counting = [0], threading.Event()

    def count() -> None:
        while not counting.is_set():
            counter[0] += 1
            time.sleep(0.001)

    python = threading.Thread(target=count)
    engine.push(0, ON, 60, 100)
    driver.start(engine)
    python.start()
    try:
        wait_until(lambda: engine.telemetry().calls > 0)
        before = (engine.telemetry().calls, counter[0])
        ctypes.PyDLL(None).usleep(300_000)  # without letting go of the interpreter: about 112 periods
        after = (engine.telemetry().calls, counter[0])
    finally:
        counting.set()
        python.join()
        driver.stop()
    assert after[0] - before[0] > 10
    assert after[1] - before[1] <= 1
