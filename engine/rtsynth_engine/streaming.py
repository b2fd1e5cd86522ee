"""Frames on their way into a voice: from the attack cache first, then from the generator's stream.

The audio callback reads, the generator thread writes; a frame counts only once `written` says so for the
note's own serial, so frames of an earlier note in the same slot are never heard.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import load_acquire, offline, realtime, store_release
from .heads.modulation import stir_partials
from .heads.onset import shape_onset
from .heads.partials import lean_phases
from .layout import (
    ATTACK_FRAMES,
    BLEND_FROM,
    FRAME,
    LAYERS,
    NOISE,
    RATIO,
    STREAM_FRAMES,
    VOICES,
    WRITTEN_SHIFT,
    Memory,
)

LOUDEST = np.float32(8.0)  # no partial or band of a sane frame comes near it
HIGHEST_RATIO = np.float32(1000.0)
NOTHING = np.float32(1e-9)  # -180 dBFS
BAD = np.float32(np.nan)
SLACK = 14  # frames: voices due soon go along in the batch of one that is due now
MOST_STEPPED = 128  # voices one step of the network can take


@realtime
def written_frames(memory: Memory, v: int, serial: int) -> int:
    """Count of frames the generator has written for this note. Audio callback."""
    mark = load_acquire(memory.written, v)
    return mark & ((1 << WRITTEN_SHIFT) - 1) if mark >> WRITTEN_SHIFT == serial else 0


@realtime
def has_frames(memory: Memory, v: int) -> bool:
    """Whether a voice can sound. A key that the cache lacks waits for its first frames. Audio callback."""
    voice = memory.voices[v]
    return voice.frame_index >= 0 or voice.cache >= 0 or written_frames(memory, v, voice.serial) > 1


@realtime
def advance_frames(memory: Memory, v: int, index: int) -> None:
    """Move a voice's pair of frames so that `earlier` is frame `index`. Audio callback."""
    voice = memory.voices[v]
    voice.frame_index = max(voice.frame_index, index - 2)
    while voice.frame_index < index:
        voice.frame_index += 1
        copy_frame(voice.earlier, voice.later)
        load_frame(memory, v, voice.frame_index + 1, voice.trend)
        copy_frame(voice.later, voice.trend)
        stir_frame(memory, v, voice.frame_index + 1)
    store_release(memory.position, v, index)


@realtime
def copy_frame(out: NDArray[np.float32], frame: NDArray[np.float32]) -> None:
    """Copy (FRAME,) numbers; a slice assignment would check for overlap and allocate."""
    for i in range(FRAME):
        out[i] = frame[i]


@realtime
def load_frame(memory: Memory, v: int, index: int, out: NDArray[np.float32]) -> None:
    """Fill `out` (FRAME,) with frame `index`; where there is none yet or a bad one, `out` holds what it had.
    Audio callback.
    """
    voice = memory.voices[v]
    count = written_frames(memory, v, voice.serial)
    frame = memory.frames[v, index % STREAM_FRAMES]
    streamed = index < count <= index + STREAM_FRAMES and frame[0] >= np.float32(0.0)
    cached = voice.cache >= 0 and index < ATTACK_FRAMES
    if cached:
        load_attack(memory, voice, index, out)
        if streamed and index > BLEND_FROM:
            share = np.float32(index - BLEND_FROM) / np.float32(ATTACK_FRAMES - BLEND_FROM)
            blend_frame(out, frame, share)
    elif streamed:
        copy_frame(out, frame)
    else:
        memory.telemetry[0].late_blocks += 1


@realtime
def load_attack(memory: Memory, voice: Any, index: int, out: NDArray[np.float32]) -> None:
    """Fill `out` with a cached frame, between the two nearest velocity layers. Audio callback."""
    place = layer_place(voice)
    layer = min(int(place), LAYERS - 2)
    copy_frame(out, memory.attack[voice.cache, voice.attack, layer, index])
    blend_frame(out, memory.attack[voice.cache, voice.attack, layer + 1, index], place - np.float32(layer))


@realtime
def layer_place(voice: Any) -> np.float32:
    """Where the voice's velocity lies between the layers of the attack cache, 0 … LAYERS - 1."""
    return max(voice.velocity * np.float32(LAYERS) - np.float32(1.0), np.float32(0.0))


@realtime
def stir_frame(memory: Memory, v: int, index: int) -> None:
    """Stir the later frame, number `index`: as the cache's nearest layer asks, then as the stream does."""
    voice = memory.voices[v]
    cached = voice.cache >= 0 and (index < ATTACK_FRAMES or written_frames(memory, v, voice.serial) == 0)
    if cached:
        layer = int(layer_place(voice) + np.float32(0.5))
        stir_partials(memory, v, memory.attack_motions[voice.cache, voice.attack, layer], index)
    else:
        stir_partials(memory, v, memory.motions[v], index)


@realtime
def begin_phases(memory: Memory, v: int) -> None:
    """Bring the phases of a voice that begins to where its note has them. Audio callback."""
    voice = memory.voices[v]
    if voice.cache >= 0:
        layer = int(layer_place(voice) + np.float32(0.5))
        lean_phases(voice, memory.attack_phases[voice.cache, voice.attack, layer])
    else:
        lean_phases(voice, memory.phases[v])


@realtime
def shape_voice(memory: Memory, v: int, age: int) -> None:
    """Shape the onset in the tick that ends `age` samples after it. Audio callback."""
    voice, rate = memory.voices[v], memory.state[0].rate
    if voice.cache >= 0:
        layer = int(layer_place(voice) + np.float32(0.5))
        shape_onset(voice, memory.attack_onsets[voice.cache, voice.attack, layer], age, rate)
    else:
        shape_onset(voice, memory.onsets[v], age, rate)


@realtime
def blend_frame(out: NDArray[np.float32], other: NDArray[np.float32], share: np.float32) -> None:
    """Move `out` towards `other`, both (FRAME,), by `share` in 0 … 1."""
    for i in range(FRAME):
        out[i] += share * (other[i] - out[i])


@offline
def deliver_blocks(
    block: NDArray[Any],
    rows: NDArray[np.int64],
    serials: NDArray[np.int64],
    counts: NDArray[np.int64],
    anew: NDArray[np.int64],
    spans: NDArray[np.int64],
    blocks: NDArray[np.float32],
) -> None:
    """Carry the voices `rows` (n,) on by `spans` (n,) frames each, the last of which `blocks` (n, frames,
    FRAME) hold. Generator thread.

    Where a span is longer than its block, its frames lead from the last one written to the mean of the block,
    so that what a network does to every other frame does not become slow. A block with a number that is not
    finite or beyond reason carries its voice on by its own frames only, marked by a first number of NaN, and
    the stream begins `anew` after it. `counts` and `anew` (VOICES,) are numbers of frames; `block` is a
    memory's.
    """
    memory = block[0]
    for i in range(len(rows)):
        v, length = rows[i], blocks.shape[1]
        sane = is_sane(blocks[i], memory.state[0].sounds == 1)
        before = written_frames(memory, v, serials[v])
        if counts[v] > before:
            memory.begun[v] = counts[v]
        if sane and spans[i] > length:
            average(blocks[i])
            glide(memory, v, counts[v], spans[i], blocks[i, 0])
            counts[v] += spans[i]
        else:
            for j in range(length):
                copy_frame(memory.frames[v, (counts[v] + j) % STREAM_FRAMES], blocks[i, j])
            counts[v] += length
        if not sane:
            mark_bad(memory, v, counts[v], length)
            anew[v] = counts[v]
        most = max(counts[v], before)  # frames written again hide none
        store_release(memory.written, v, (serials[v] << WRITTEN_SHIFT) | most)


@realtime
def average(block: NDArray[np.float32]) -> None:
    """Bring the mean of the frames of a block (frames, FRAME) into its first."""
    for j in range(1, block.shape[0]):
        blend_frame(block[0], block[j], np.float32(1.0) / np.float32(j + 1))


@realtime
def mark_bad(memory: Memory, v: int, count: int, length: int) -> None:
    """Mark the last `length` of `count` frames as not to be played."""
    memory.telemetry[0].bad_blocks += 1
    for j in range(length):
        memory.frames[v, (count - 1 - j) % STREAM_FRAMES, 0] = BAD


@realtime
def glide(memory: Memory, v: int, count: int, length: int, target: NDArray[np.float32]) -> None:
    """Write `length` frames after `count` others, from the last of these to `target` (FRAME,): along a line
    in the logarithm, as notes decay, or a straight line where one end is nothing.
    """
    share = np.float32(1.0) / np.float32(length)
    for i in range(FRAME):
        value, end = memory.frames[v, (count - 1) % STREAM_FRAMES, i], target[i]
        factor, step = np.float32(1.0), (end - value) * share
        if min(value, end) > NOTHING:
            factor, step = np.float32(math.exp(math.log(end / value) * share)), np.float32(0.0)
        for j in range(length - 1):
            value = value * factor + step
            memory.frames[v, (count + j) % STREAM_FRAMES, i] = value
        memory.frames[v, (count + length - 1) % STREAM_FRAMES, i] = end


@realtime
def is_sane(block: NDArray[np.float32], sounds: bool) -> bool:
    """Whether a block (frames, FRAME) of partials or `sounds` can be played: finite, no level above LOUDEST,
    no ratio above HIGHEST_RATIO.
    """
    sane = True
    lowest = -LOUDEST if sounds else np.float32(0.0)
    for j in range(block.shape[0]):
        for i in range(FRAME):
            limit = HIGHEST_RATIO if RATIO <= i < NOISE and not sounds else LOUDEST
            sane &= (block[j, i] >= lowest) & (block[j, i] <= limit)
    return sane


@offline
def gather_demand(
    serials: NDArray[np.int64],
    position: NDArray[np.int64],
    requests: NDArray[Any],
    lead: int,
    most: int,
    seen: NDArray[np.int64],
    counts: NDArray[np.int64],
    out: NDArray[np.int64],
) -> int:
    """List the voices to step once any stream is less than `lead` frames ahead. Generator thread.

    Streams up to SLACK frames further ahead are listed too. `serials`, `position` and `requests` are
    Memory's, alone: to hand over a whole Memory takes longer than all the rest. `seen` (VOICES,) holds the
    serial each row of generator state belongs to, `counts` (VOICES,) the frames written; a voice with a new
    serial has its count set to the first frame it wants. Fills `out` with voice numbers, in order or, beyond
    `most`, most urgent first; returns how many.
    """
    found, urgent = 0, False
    for v in range(VOICES):
        serial = load_acquire(serials, v)
        if serial != 0:
            if serial != seen[v]:
                counts[v] = requests[v].first
            ahead = counts[v] - load_acquire(position, v)
            if serial != seen[v] or ahead < lead + SLACK:
                urgent |= ahead < lead
                out[found] = v
                found += 1
    if found > most:
        sort_by_lead(serials, position, seen, counts, out, found)
    return found if urgent else 0


@realtime
def sort_by_lead(
    serials: NDArray[np.int64],
    position: NDArray[np.int64],
    seen: NDArray[np.int64],
    counts: NDArray[np.int64],
    out: NDArray[np.int64],
    found: int,
) -> None:
    """Order voices by how little they have left to play (insertion sort; short lists)."""
    for i in range(1, found):
        v, j = out[i], i
        lead = last_frame(serials, seen, counts, v) - position[v]
        while j > 0 and last_frame(serials, seen, counts, out[j - 1]) - position[out[j - 1]] > lead:
            out[j] = out[j - 1]
            j -= 1
        out[j] = v


@realtime
def last_frame(serials: NDArray[np.int64], seen: NDArray[np.int64], counts: NDArray[np.int64], v: int) -> int:
    """The frame at which a voice falls silent: a note whose stream has not begun plays the attack cache's.
    Generator thread.
    """
    begun = load_acquire(serials, v) == seen[v]
    return int(counts[v] if begun or counts[v] == 0 else ATTACK_FRAMES)


@offline
def is_sane_block(block: NDArray[np.float32], sounds: bool = False) -> bool:
    """`is_sane` for a Python thread."""
    return is_sane(block, sounds)
