"""The heads whose frames are sound, `spectral` and `waveform`: read at the note's own speed in the audio
callback.

A frame is FRAME samples at the generator's rate. Between two aims a voice reads on at a constant speed, so
bend and tuning need no network; what it reads between two samples is a windowed sinc's (Smith, Digital Audio
Resampling). Its arithmetic does not depend on how many frames one call asks for.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime, realtime_sum, store_release
from ..layout import (
    ATTACK_FRAMES,
    BLEND_FROM,
    FRAME,
    LAYERS,
    PHASES,
    STREAM_FRAMES,
    TAPS,
    TICK,
    Memory,
)
from ..streaming import written_frames

BEFORE = TAPS // 2 - 1  # taps that lie before the place that is read
FASTEST = 30.0  # samples per audio frame
PRESENCE_SECONDS = 0.005  # in which a voice whose sound is late goes and comes back
STOP_DB = 90.0  # of the window
NOTHING, ONE = np.float32(0.0), np.float32(1.0)


def sinc_table() -> NDArray[np.float32]:
    """Windowed sincs, (PHASES + 1, TAPS): row p reads p / PHASES of a sample behind tap BEFORE."""
    places = np.arange(TAPS) - BEFORE - np.arange(PHASES + 1)[:, None] / PHASES
    beta = 0.1102 * (STOP_DB - 8.7)  # Kaiser's formula
    inside = np.clip(1.0 - (places / (TAPS // 2)) ** 2, 0.0, None)
    return np.asarray(np.sinc(places) * np.i0(beta * np.sqrt(inside)) / np.i0(beta), np.float32)


@realtime
def aim_waveform(memory: Memory, v: int, hertz: float, natural: float) -> None:
    """Aim a voice's reading at the tick that begins now: a note of `natural` Hz is to sound at `hertz`."""
    state, voice = memory.state[0], memory.voices[v]
    if voice.ramp_at < 0:
        voice.read, voice.presence = 0.0, ONE
    else:
        voice.read += voice.ramp_at * voice.read_step
        voice.presence = clipped(voice.presence + np.float32(voice.ramp_at) * voice.presence_step)
    voice.read_step = min(state.samples_per_frame * hertz / natural, FASTEST)
    aim_presence(memory, v)
    pass_frames(memory, v, int(voice.read) // FRAME)


@realtime
def clipped(share: np.float32) -> np.float32:
    """A share, 0 … 1."""
    return min(max(share, NOTHING), ONE)


@realtime
def aim_presence(memory: Memory, v: int) -> None:
    """Let a voice go before its sound ends early, and come back with it."""
    state, voice = memory.state[0], memory.voices[v]
    fade = PRESENCE_SECONDS * state.rate
    last = int(voice.read + (fade + 2 * TICK) * voice.read_step) + TAPS
    there = True
    for index in range(int(voice.read) // FRAME, last // FRAME + 1):
        there = there and is_there(memory, v, index)
    step = np.float32(1.0 / fade) if there else np.float32(-1.0 / fade)
    if voice.ramp_at < 0:
        voice.presence = ONE if there else NOTHING
    goal = ONE if there else NOTHING
    left = np.float32(state.tick_left)
    voice.presence_step = (
        step if abs(goal - voice.presence) > left / np.float32(fade) else (goal - voice.presence) / left
    )


@realtime
def pass_frames(memory: Memory, v: int, index: int) -> None:
    """Let a voice pass on to frame `index`: how loud it is, whether the next one is late."""
    voice = memory.voices[v]
    voice.frame_index = max(voice.frame_index, index - 2)
    while voice.frame_index < index:
        voice.frame_index += 1
        if is_there(memory, v, voice.frame_index):  # what is late has not died away
            voice.power = max(frame_power(memory, v, voice.frame_index), voice.power * np.float32(0.5))
        if not is_there(memory, v, voice.frame_index + 1):
            memory.telemetry[0].late_blocks += 1
    store_release(memory.position, v, index)


@realtime
def is_cached(voice: Any, index: int) -> bool:
    """Whether the attack cache holds frame `index`."""
    return voice.cache >= 0 and index < ATTACK_FRAMES


@realtime
def is_streamed(memory: Memory, v: int, index: int) -> bool:
    """Whether the ring holds frame `index`, and a sane one."""
    count = written_frames(memory, v, memory.voices[v].serial)
    first = memory.frames[v, index % STREAM_FRAMES, 0]
    return bool(memory.begun[v] <= index < count <= index + STREAM_FRAMES and first == first)


@realtime
def is_there(memory: Memory, v: int, index: int) -> bool:
    """Whether frame `index` can be heard."""
    return is_cached(memory.voices[v], index) or is_streamed(memory, v, index)


@realtime
def frame_power(memory: Memory, v: int, index: int) -> np.float32:
    """Mean square of frame `index`, linear power."""
    fetch(memory, v, index * FRAME, FRAME, memory.source)
    total = np.float32(0.0)
    for i in range(FRAME):
        total += memory.source[i] * memory.source[i]
    return total / np.float32(FRAME)


@realtime
def fetch(memory: Memory, v: int, first: int, count: int, out: NDArray[np.float32]) -> None:
    """Copy `count` samples of a voice, from number `first` on, to the start of `out`; silence where there are
    none.
    """
    done = 0
    while done < count:
        index, at = (first + done) // FRAME, (first + done) % FRAME
        length = min(count - done, FRAME - at)
        for i in range(length):
            out[done + i] = np.float32(0.0)
        if index >= 0:
            fetch_frame(memory, v, index, at, length, out, done)
        done += length


@realtime
def fetch_frame(
    memory: Memory, v: int, index: int, at: int, length: int, out: NDArray[np.float32], to: int
) -> None:
    """Copy samples `at` … of frame `index`: the attack cache's, then the stream's, crossfaded."""
    voice = memory.voices[v]
    streamed, cached = is_streamed(memory, v, index), is_cached(voice, index)
    ring = memory.frames[v, index % STREAM_FRAMES]
    if cached:
        attack = memory.attack[voice.cache, voice.attack, layer_of(voice.velocity), index]
        for i in range(length):
            out[to + i] = attack[at + i]
        if streamed and index >= BLEND_FROM:
            begin = (index - BLEND_FROM) * FRAME + at
            for i in range(length):
                share = np.float32(begin + i) * np.float32(1.0 / ((ATTACK_FRAMES - BLEND_FROM) * FRAME))
                out[to + i] += share * (ring[at + i] - out[to + i])
    elif streamed:
        for i in range(length):
            out[to + i] = ring[at + i]


@realtime
def layer_of(velocity: np.float32) -> int:
    """The velocity layer a voice plays: sounds of two layers do not blend, for their waves differ."""
    return min(max(int(velocity * np.float32(LAYERS) - np.float32(0.5)), 0), LAYERS - 1)


@realtime
def layer_velocity(velocity: np.float32) -> np.float32:
    """Velocity of that layer, 0 … 1."""
    return np.float32(layer_of(velocity) + 1) / np.float32(LAYERS)


@realtime
def render_waveform(memory: Memory, v: int, out: NDArray[np.float32], frames: int) -> None:
    """Write `frames` samples of a voice to `out`. Audio callback."""
    voice = memory.voices[v]
    start = voice.read + voice.ramp_at * voice.read_step
    wide = max(math.ceil(voice.read_step), 1)
    first = math.floor(start) - BEFORE * wide
    last = math.floor(voice.read + (voice.ramp_at + frames - 1) * voice.read_step) + (BEFORE + 1) * wide
    source = memory.source
    fetch(memory, v, first, last - first + 1, source)
    for n in range(frames):
        place = voice.read + (voice.ramp_at + n) * voice.read_step
        whole = math.floor(place)
        if wide == 1:
            out[n] = read(source, whole - BEFORE - first, memory.sinc, np.float32(place - whole))
        else:
            out[n] = read_wide(source, first, memory.sinc, place, voice.read_step)
    for n in range(frames):
        out[n] *= clipped(voice.presence + np.float32(voice.ramp_at + n) * voice.presence_step)


@realtime_sum
def read(
    source: NDArray[np.float32], begin: int, table: NDArray[np.float32], behind: np.float32
) -> np.float32:
    """The sound `behind` (0 … 1) a sample after tap BEFORE of those that `begin` in `source`."""
    place = behind * np.float32(PHASES)
    phase = int(place)
    share, total, slope = place - np.float32(phase), np.float32(0.0), np.float32(0.0)
    for i in range(TAPS):
        total += source[begin + i] * table[phase, i]
        slope += source[begin + i] * (table[phase + 1, i] - table[phase, i])
    return total + share * slope


@realtime
def read_wide(
    source: NDArray[np.float32], first: int, table: NDArray[np.float32], place: float, step: float
) -> np.float32:
    """The same where more than a sample passes in an audio frame: the sinc is as many times wider, so that
    nothing folds back. `source` begins with number `first`.
    """
    total = np.float32(0.0)
    reach = BEFORE * step
    for i in range(math.ceil(place - reach), math.floor(place + reach) + 1):
        away = (i - place) / step
        tap = math.ceil(away)
        total += source[i - first] * table[int((tap - away) * PHASES + 0.5), tap + BEFORE]
    return total / np.float32(step)
