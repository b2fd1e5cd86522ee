"""The draws of a voice: what sets its partials apart, all from the bits of its seed.

They are made once, when a partial is first heard. All of it runs in the audio callback.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime
from .motion import BEATS, GAUSSIAN, GROUP_OF, LOOP, OFFSETS, STEPS_PER_DB
from .motion import STIR_BANDS as BANDS
from .partials import cosine, scramble, sine

AM_SPREAD, FM_SPREAD, COMMON = OFFSETS["am_spread"], OFFSETS["fm_spread"], OFFSETS["am_common"]
CHANCE, DEPTH, DEPTH_SPREAD = OFFSETS["beat_chance"], OFFSETS["beat_depth"], OFFSETS["beat_spread"]
BEAT_RATE, RATE_SPREAD = OFFSETS["beat_rate"], OFFSETS["beat_rate_spread"]
ZERO, HALF, ONE, TWO, PI = (np.float32(x) for x in (0.0, 0.5, 1.0, 2.0, math.pi))
BEATING_AM = np.float32(math.sqrt(0.2))  # of a partial's own modulation is left where it beats
WIDEST = np.float32(2.0)  # draws beyond are clipped, in standard deviations
LAST = LOOP - 1


@realtime
def start_stir(voice: Any, seed: np.uint64) -> None:
    """Draw from `seed` where a new voice reads the common noise and where its vibrato begins."""
    voice.seed = seed
    bits = scramble(~seed)
    voice.common_at = np.int64(bits & np.uint64(LAST))
    voice.sway = share_of_one(bits, 2)


@realtime
def share_of_one(bits: np.uint64, place: int) -> np.float32:
    """Number in 0 … 1, its ends left out, from the 16 bits at `place` (0 … 3)."""
    part = np.int64((bits >> np.uint64(16 * place)) & np.uint64(0xFFFF))
    return (np.float32(part) + HALF) * np.float32(1.0 / 65536.0)


@realtime
def normal(bits: np.uint64, place: int) -> np.float32:
    """Gaussian number of unit variance, clipped to WIDEST, from the eight bits at `place` (0 … 7)."""
    drawn = GAUSSIAN[np.int64((bits >> np.uint64(8 * place)) & np.uint64(0xFF))]
    return min(max(drawn, -WIDEST), WIDEST)


@realtime
def draw_partial(voice: Any, stir: Any, motion: NDArray[np.float32], k: int, rate: np.float32) -> None:
    """Draw what sets partial k apart from the others of its voice, when it is first heard."""
    numbers = scramble(voice.seed ^ np.uint64((k + 1) << 32))
    places = scramble(numbers)
    chances = scramble(places)
    stir.serial, stir.index, stir.x, stir.y = voice.serial, -2, ONE, ZERO
    for i in range(BANDS):
        n = normal(numbers, i)
        other = np.float32(0.85) * n + np.float32(0.53) * normal(numbers, BANDS + i)
        stir.am[i] = np.float32(math.exp(motion[AM_SPREAD + i] * n))
        stir.fm[i] = np.float32(math.exp(motion[FM_SPREAD + i] * min(max(other, -WIDEST), WIDEST)))
        stir.at[i] = np.int64((places >> np.uint64(16 * i)) & np.uint64(LAST))
    lock = (share_of_one(chances, 0) - HALF) * PI * (ONE - np.sqrt(min(motion[COMMON + 1], ONE)))
    c, s = cosine(lock), sine(lock)
    stir.lock_cosine, stir.lock_sine = c * c - s * s, TWO * c * s
    draw_beat(stir, motion, GROUP_OF[k], numbers, chances, rate)


@realtime
def draw_beat(
    stir: Any,
    motion: NDArray[np.float32],
    group: int,
    numbers: np.uint64,
    chances: np.uint64,
    rate: np.float32,
) -> None:
    """Decide whether a partial beats, how deep, how fast and in which direction."""
    stir.beat = ZERO
    if share_of_one(chances, 1) < motion[CHANCE + group]:
        depth = motion[DEPTH + group] * np.float32(math.exp(motion[DEPTH_SPREAD] * normal(numbers, 6)))
        hertz = motion[BEAT_RATE + group] * np.float32(math.exp(motion[RATE_SPREAD] * normal(numbers, 7)))
        stir.beat = BEATS[int(min(depth * np.float32(STEPS_PER_DB), np.float32(len(BEATS) - 1)))]
        stir.beat_turns = hertz / rate * (ONE if share_of_one(chances, 2) < HALF else -ONE)
        stir.beat_phase = share_of_one(chances, 3)
        for i in range(BANDS):
            stir.am[i] *= BEATING_AM
