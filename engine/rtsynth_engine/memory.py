"""Makes the arrays that the threads share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .heads.bands import BANDS
from .heads.motion import LOOP, MOTION, STIR_BANDS
from .heads.onset import ONSET_BANDS, ONSET_STEPS
from .layout import (
    ATTACK_FRAMES,
    CACHES,
    CALL,
    CALLS,
    CHANNEL,
    CHANNELS,
    EVENTS,
    FRAME,
    KEYS,
    LAYERS,
    NOISE_LENGTH,
    PARTIALS,
    PENDING,
    PROGRAM,
    PROGRAMS,
    REQUEST,
    REVERB_LENGTH,
    STATE,
    STIR,
    STREAM_FRAMES,
    TELEMETRY,
    TICK,
    VOICE,
    VOICES,
    Memory,
)
from .rings import EVENT, Ring, make_ring


def touched(shape: int | tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Zeros whose every page has been written, so that the callback never meets one for the first time."""
    array = np.zeros(shape, dtype)
    array.view(np.uint8).fill(0)
    return array


def make_memory(midi: Ring | None = None) -> Memory:
    """Fresh arrays, all zero. The system gives pages of the attack cache only as it is filled.

    `midi` is the ring shared with the MIDI process, of EVENTS items; without one, a private ring stands
    in.
    """
    return Memory(
        state=touched(1, STATE),
        channels=touched(CHANNELS, CHANNEL),
        programs=touched(PROGRAMS, PROGRAM),
        voices=touched(VOICES, VOICE),
        pending=touched(PENDING, EVENT),
        scratch=touched((5, TICK), np.float32),
        noise=touched((BANDS, NOISE_LENGTH), np.float32),
        reverb=touched((8, REVERB_LENGTH), np.float32),
        attack=np.zeros((CACHES, KEYS, LAYERS, ATTACK_FRAMES, FRAME), np.float32),
        slopes=touched((CACHES, KEYS), np.float32),
        attack_motions=np.zeros((CACHES, KEYS, LAYERS, MOTION), np.float32),
        attack_onsets=np.zeros((CACHES, KEYS, LAYERS, ONSET_BANDS, ONSET_STEPS), np.float32),
        attack_phases=np.zeros((CACHES, KEYS, LAYERS, PARTIALS, 2), np.float32),
        lamps=touched(CACHES * KEYS, np.int64),
        frames=touched((VOICES, STREAM_FRAMES, FRAME), np.float32),
        motions=touched((VOICES, MOTION), np.float32),
        onsets=touched((VOICES, ONSET_BANDS, ONSET_STEPS), np.float32),
        phases=touched((VOICES, PARTIALS, 2), np.float32),
        motion_loops=touched((LOOP, STIR_BANDS), np.float32),
        stirs=touched((VOICES, PARTIALS), STIR),
        written=touched(VOICES, np.int64),
        serials=touched(VOICES, np.int64),
        position=touched(VOICES, np.int64),
        requests=touched(VOICES, REQUEST),
        telemetry=touched(1, TELEMETRY),
        calls=touched(CALLS, CALL),
        host=make_ring(EVENTS),
        midi=midi if midi is not None else make_ring(EVENTS),
    )
