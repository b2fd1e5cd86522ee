"""The memory that the threads share: one record, so that compiled code finds everything from one address."""

import os
from mmap import ACCESS_READ, mmap
from typing import Any

import numpy as np

from .compiling import address
from .heads.bands import BANDS
from .heads.motion import LOOP, MOTION, STIR_BANDS
from .heads.onset import ONSET_BANDS, ONSET_STEPS
from .layout import (
    ATTACK_FRAMES,
    CACHES,
    CALLS,
    CHANNELS,
    CHORUS_LENGTH,
    EVENTS,
    FRAME,
    HISTORY,
    KEYS,
    LAYERS,
    MAPPINGS,
    NOISE_LENGTH,
    PARTIALS,
    PARTS,
    PENDING,
    PHASES,
    PORTS,
    PROGRAMS,
    REVERB_LENGTH,
    STREAM_FRAMES,
    TAPE,
    TAPS,
    TICK,
    TUNINGS,
    VOICES,
    Memory,
)
from .midi.parser import PARSER
from .records import CALL, CHANNEL, MAPPING, PART, PORT, PRESS, PROGRAM, STATE, TELEMETRY
from .rings import EVENT, Ring, make_ring
from .voice_records import REQUEST, STIR, VOICE

LINE = 64  # bytes of a cache line
SOURCE = 4096  # samples: the fastest reading of a tick, and its widest taps

FIELDS: list[tuple[str, Any, tuple[int, ...]]] = [
    ("state", STATE, (1,)),
    ("channels", CHANNEL, (CHANNELS,)),
    ("moving", np.uint8, (CHANNELS,)),  # channels on which something still moves: the others are left alone
    ("programs", PROGRAM, (PROGRAMS,)),
    ("voices", VOICE, (VOICES,)),
    ("pending", EVENT, (PENDING,)),  # the queue of events, latest first
    ("scratch", np.float32, (6, TICK)),  # left, right, send, one voice, noise, chorus
    ("source", np.float32, (SOURCE,)),  # what one voice reads in a tick
    ("sinc", np.float32, (PHASES + 1, TAPS)),  # to read sound by
    ("noise", np.float32, (BANDS, NOISE_LENGTH)),  # white noise split into bands
    ("reverb", np.float32, (8, REVERB_LENGTH)),
    ("chorus", np.float32, (CHORUS_LENGTH,)),
    ("slopes", np.float32, (CACHES, KEYS)),  # release in dB per second; generator thread
    ("lamps", np.int64, (CACHES * KEYS,)),  # MISSING, READY or STALE; generator thread
    ("frames", np.float32, (VOICES, STREAM_FRAMES, FRAME)),  # generator thread
    ("motions", np.float32, (VOICES, MOTION)),  # generator thread
    ("onsets", np.float32, (VOICES, ONSET_BANDS, ONSET_STEPS)),  # generator thread
    ("phases", np.float32, (VOICES, PARTIALS, 2)),  # generator thread
    ("motion_loops", np.float32, (LOOP, STIR_BANDS)),  # noise at the frame rate
    ("stirs", STIR, (VOICES, PARTIALS)),
    ("written", np.int64, (VOICES,)),  # serial << 20 | frames written; generator thread
    ("begun", np.int64, (VOICES,)),  # frame from which on they are whole; generator thread
    ("serials", np.int64, (VOICES,)),  # the note a voice plays, 0 none
    ("position", np.int64, (VOICES,)),  # frame a voice has reached
    ("requests", REQUEST, (VOICES,)),
    ("telemetry", TELEMETRY, (1,)),
    ("calls", CALL, (CALLS,)),  # the last ones, in turn
    ("ports", PORT, (PORTS,)),
    ("curves", np.float32, (PORTS, KEYS)),  # velocities 0 … 1; host
    ("tunings", np.float32, (TUNINGS, KEYS)),  # semitones, 69 is 440 Hz; not a number: silent
    ("tuned", np.uint8, (TUNINGS,)),  # tables that exist
    ("pressed", PRESS, (CHANNELS, KEYS)),
    ("parts", PART, (2, PARTS)),  # those in use, and those the host writes
    ("mappings", MAPPING, (2, MAPPINGS)),  # in the same way
    ("parser", PARSER, (1,)),  # of the JACK driver's port
    ("history", EVENT, (HISTORY,)),  # the last that acted, in turn
    ("tape", np.float32, (TAPE, 2)),  # the last frames of output, in turn
    ("marks", np.int64, (2,)),  # events ever in the history, frames ever on the tape
    # the attack cache, all of it the generator thread's
    ("attack", np.float32, (CACHES, KEYS, LAYERS, ATTACK_FRAMES, FRAME)),
    ("attack_motions", np.float32, (CACHES, KEYS, LAYERS, MOTION)),
    ("attack_onsets", np.float32, (CACHES, KEYS, LAYERS, ONSET_BANDS, ONSET_STEPS)),
    ("attack_phases", np.float32, (CACHES, KEYS, LAYERS, PARTIALS, 2)),
]


def _aligned(fields: list[tuple[str, Any, tuple[int, ...]]]) -> np.dtype[Any]:
    """A record whose every field begins on a cache line."""
    formats = [np.dtype((kind, shape)) for _, kind, shape in fields]
    lines = [-(-each.itemsize // LINE) * LINE for each in formats]
    offsets = [sum(lines[:i]) for i in range(len(lines))]
    names = [name for name, _, _ in fields]
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": sum(lines)})


MEMORY = _aligned(FIELDS)
CACHE = [name for name, _, _ in FIELDS].index("attack")  # from this field on
CACHED = MEMORY.fields["attack"][1] if MEMORY.fields else 0  # bytes before the attack cache
SEEN = _aligned(FIELDS[:CACHE])


def make_memory(midi: Ring | None = None, page: Ring | None = None, file: int | None = None) -> Memory:
    """Fresh memory, all zero, every page of it touched, so that the callback never meets one for the first
    time; but the system gives pages of the attack cache only as it is filled.

    `midi` and `page` are the rings shared with the MIDI process and the page's, of EVENTS items; without one,
    a private ring stands in. It lies in `file`, a descriptor of `memory_file`, where others are to see it.
    """
    size = MEMORY.itemsize + LINE
    raw = np.zeros(size, np.uint8) if file is None else np.frombuffer(mmap(file, size), np.uint8)
    block = raw[-address(raw) % LINE :][: MEMORY.itemsize].view(MEMORY)
    block.view(np.uint8)[:CACHED] = 0
    fields = {name: block[name][0] for name in MEMORY.names or ()}
    rings = {"host": make_ring(EVENTS), "midi": midi or make_ring(EVENTS), "page": page or make_ring(EVENTS)}
    return Memory(block=block, **rings, **fields)


def memory_file() -> int:
    """Descriptor of fresh pages that another process can map too. Linux. The caller closes it."""
    file = os.memfd_create("rtsynth")
    os.ftruncate(file, MEMORY.itemsize + LINE)
    return file


def attach_memory(file: int) -> Memory:
    """The memory of another process's engine, to look at: read only, without the attack cache and rings."""
    block = np.frombuffer(mmap(file, SEEN.itemsize, access=ACCESS_READ), SEEN)
    return Memory(block=block, **{name: block[name][0] for name in SEEN.names or ()})
