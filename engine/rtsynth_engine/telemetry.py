"""What the callback tells about itself: counted in place by the callback, read from Python without
disturbing it.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from .compiling import external, pointer_from, realtime
from .layout import CALLS, HISTOGRAM, Memory

MONOTONIC = 1  # CLOCK_MONOTONIC of POSIX on Linux; read through the vDSO, without a system call
SECOND = 1e9
FINEST = 1.0 / 256.0  # lowest bin of the histogram, as a share of the period
PER_OCTAVE = 4
MOST_SPENT = (1 << 31) - 1  # ns

_clock_gettime = external("clock_gettime", types.int32(types.int32, types.voidptr))


@realtime
def now(state: Any) -> int:
    """CLOCK_MONOTONIC in nanoseconds. Audio callback."""
    _clock_gettime(MONOTONIC, pointer_from(np.uint64(state.timespec.ctypes.data)))
    return int(state.timespec[0] * 1_000_000_000 + state.timespec[1])


@realtime
def note_call(memory: Memory, began: int, frames: int) -> None:
    """Count a callback that began at `began` ns and just ended. Audio callback."""
    state, told = memory.state[0], memory.telemetry[0]
    spent, period = now(state) - began, frames * SECOND / state.rate
    if told.calls == 0:
        told.first = began
    elif began - told.last > 1.5 * period:
        told.gaps += 1
    keep_call(memory, began, spent, frames)
    told.calls += 1
    told.frames += frames
    told.last = began
    told.longest = max(told.longest, spent)
    load = spent / period
    told.overruns += 1 if load > 1.0 else 0
    told.peak_load = max(told.peak_load, np.float32(load))
    told.load += np.float32(0.01) * (np.float32(load) - told.load)
    place = PER_OCTAVE * math.log2(max(load, FINEST) / FINEST)
    told.histogram[min(int(place), HISTOGRAM - 1)] += 1


@realtime
def keep_call(memory: Memory, began: int, spent: int, frames: int) -> None:
    """Remember this callback among the last CALLS. Audio callback."""
    told = memory.telemetry[0]
    call = memory.calls[told.calls % CALLS]
    call.began, call.spent, call.frames = began, min(spent, MOST_SPENT), frames
    call.voices, call.xruns = told.voices, told.xruns


def read_calls(memory: Memory) -> NDArray[Any]:
    """The last CALLS callbacks at most, oldest first, as records of CALL. Any Python thread; while callbacks
    go on the oldest few may be overwritten as they are read, and are left out.
    """
    made = int(memory.telemetry[0]["calls"])
    kept = np.roll(memory.calls, -(made % CALLS))[-min(made, CALLS) or CALLS :]
    return np.asarray(kept[int(memory.telemetry[0]["calls"]) - made :])


@dataclass(frozen=True)
class Telemetry:
    """A snapshot. Times in seconds, loads as shares of the period, peaks in full scale."""

    calls: int
    seconds: float
    load: float
    peak_load: float
    longest: float
    xruns: int
    xrun_longest: float
    gaps: int
    late_blocks: int
    overruns: int
    bad_blocks: int
    events: int
    late_events: int
    dropped_events: int
    last_event: tuple[int, int, int]
    drums_muted: int
    unknown_program: int
    panics: int
    identity: int
    faults: tuple[int, ...]  # of MIDI bytes: stray, dropped exclusives, wrong checksums, cut messages
    tempo: float  # quarter notes per minute by MIDI clock, 0 without one
    voices: int
    peak_voices: int
    stolen: int
    not_finite: int
    limited: int
    peak: tuple[float, float]
    floor: float  # dBFS: partials below are skipped
    load_p50: float
    load_p99: float
    load_p999: float


COUNTS: tuple[str, ...] = (
    "calls",
    "xruns",
    "gaps",
    "late_blocks",
    "overruns",
    "bad_blocks",
    "events",
    "late_events",
    "dropped_events",
)
COUNTS += (
    "drums_muted",
    "unknown_program",
    "panics",
    "identity",
    "voices",
    "peak_voices",
    "stolen",
    "not_finite",
    "limited",
)


def read_telemetry(memory: Memory, clear_peaks: bool = False) -> Telemetry:
    """Copy the counters. Any Python thread; single numbers may be one callback apart."""
    told = memory.telemetry[0]
    rate = float(memory.state[0]["rate"])
    event = int(told["last_event"])
    snapshot = Telemetry(
        **{name: int(told[name]) for name in COUNTS},
        seconds=int(told["frames"]) / rate,
        faults=tuple(told["faults"].tolist()),
        tempo=float(memory.ports["tempo"].max()),
        load=float(told["load"]),
        peak_load=float(told["peak_load"]),
        longest=int(told["longest"]) / SECOND,
        xrun_longest=int(told["xrun_longest"]) / 1e6,
        last_event=(event >> 16, event >> 8 & 255, event & 255),
        peak=(float(told["peak"][0]), float(told["peak"][1])),
        floor=20.0 * math.log10(float(memory.state[0]["audible"])),
        load_p50=quantile(told["histogram"], 0.5),
        load_p99=quantile(told["histogram"], 0.99),
        load_p999=quantile(told["histogram"], 0.999),
    )
    if clear_peaks:
        told["peak"] = 0.0
    return snapshot


def quantile(histogram: Any, share: float) -> float:
    """Upper edge of the bin below which `share` of the calls lie, in periods; 0 without calls."""
    counts = np.cumsum(histogram)
    if counts[-1] == 0:
        return 0.0
    place = int(np.searchsorted(counts, share * counts[-1]))
    return float(FINEST * 2.0 ** ((place + 1) / PER_OCTAVE))
