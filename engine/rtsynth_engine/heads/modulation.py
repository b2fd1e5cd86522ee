"""Micro-modulation: how the partials of a sounding note stir around the trend that the network predicts.

Strings and winds are Rician: each partial is multiplied by 1 + n, n a slow complex noise, whose dips in
level come with turns in frequency. Struck and plucked notes beat: a second component turns around the
first. A vibrato is common to all partials. Every partial reads loops of noise at places drawn from the
voice's seed, so nothing is random at run time and a voice is the same whatever the period. All of it runs
in the audio callback, once per frame.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiling import realtime, realtime_sum
from ..layout import PARTIALS, RATIO, Memory
from .motion import (
    BEATS,
    GAUSSIAN,
    GROUP_OF,
    GROUPS,
    LOOP,
    MOTION,
    OFFSETS,
    RICIAN,
    STEPS_PER_DB,
    ZONE_FRAMES,
)
from .motion import STIR_BANDS as BANDS
from .partials import AUDIBLE, cosine, scramble, sine

AM, FM, AM_SPREAD, FM_SPREAD = (OFFSETS[name] for name in ("am", "fm", "am_spread", "fm_spread"))
AM_ZONE, FM_ZONE, VIBRATO, COMMON = (OFFSETS[name] for name in ("am_zone", "fm_zone", "vibrato", "am_common"))
RATE, TONALITY, CHANCE, DEPTH = (OFFSETS[name] for name in ("rate", "tonality", "beat_chance", "beat_depth"))
DEPTH_SPREAD, BEAT_RATE = OFFSETS["beat_spread"], OFFSETS["beat_rate"]
RATE_SPREAD = OFFSETS["beat_rate_spread"]

LAST = LOOP - 1
ZONE_RATE = 187.5  # frames per second that ZONE_FRAMES and FADE_FRAMES are counted in
FADE_FRAMES = np.float32(10.0)
ZERO, HALF, ONE, TWO, PI = (np.float32(x) for x in (0.0, 0.5, 1.0, 2.0, math.pi))
CENT = np.float32(math.log(2.0) / 1200.0)  # in nepers
# Found in a trial: Hz at which a band's complex noise turns, and what brings its levels to the RMS asked for
TURNING = np.array([1.3, 4.5, 12.0], np.float32) * np.float32(1731.0 / 8.686)  # cents per dB at 1 Hz
RATED = np.float32(1.0) / TURNING
GAINS = np.array([1.1, 0.95, 0.85], np.float32) / np.float32(math.sqrt(2.0))
TURN = np.float32(0.5 / math.pi)  # in radians
WANDER = np.float32(0.04)  # of the vibrato's rate
BEATING_AM = np.float32(math.sqrt(0.2))  # of a partial's own modulation is left where it beats
MOST_TURNED, MOST_BENT = np.float32(0.3), np.float32(0.5)  # of the frequency
WIDEST = np.float32(2.0)  # draws beyond are clipped, in standard deviations


@realtime_sum
def is_still(motion: NDArray[np.float32]) -> bool:
    """Whether a motion vector (MOTION,) says nothing at all."""
    total = np.float32(0.0)
    for i in range(MOTION):
        total += motion[i]
    return bool(total == np.float32(0.0))


@realtime
def stir_partials(memory: Memory, v: int, motion: NDArray[np.float32], index: int) -> None:
    """Stir the audible partials of the voice's later frame, number `index`, as `motion` (MOTION,) asks."""
    if is_still(motion):
        return
    voice = memory.voices[v]
    rate = np.float32(memory.state[0].frames_per_sample * memory.state[0].rate)
    aim_stir(voice, motion, memory.motion_loops, index, rate)
    for k in range(PARTIALS):
        if voice.later[k] > AUDIBLE:
            stir = memory.stirs[v, k]
            if stir.serial != voice.serial:
                draw_partial(voice, stir, motion, k, rate)
            stir_partial(voice, stir, motion, memory.motion_loops, k, index, rate)


@realtime
def aim_stir(
    voice: Any, motion: NDArray[np.float32], loops: NDArray[np.float32], index: int, rate: np.float32
) -> None:
    """Work out what all partials of frame `index` share: scales of the bands, common noise, vibrato."""
    place = np.float32(max(index, 0) * ZONE_RATE / rate)
    voice.fade = min(place / FADE_FRAMES, ONE)
    at, vibrato = (voice.common_at + index) & LAST, ZERO
    turn_sway(voice, motion[RATE] / rate * (ONE + WANDER * loops[(at + LOOP // 4) & LAST, 0]))
    tonal = min(motion[TONALITY], ONE)
    for i in range(BANDS):
        voice.am_scale[i] = voice.fade * zone_value(motion, AM_ZONE + i, place)
        voice.fm_scale[i] = voice.fade * zone_value(motion, FM_ZONE + i, place)
        alike = min(motion[COMMON + i], ONE)
        voice.common[i] = np.sqrt(alike) * loops[at, i]
        voice.alone[i] = np.sqrt(ONE - alike)
        noise = loops[(at + LOOP // 2) & LAST, i]
        if i == 1:
            noise = np.sqrt(TWO * tonal) * voice.sway_sine + np.sqrt(ONE - tonal) * noise
        vibrato += voice.fade * zone_value(motion, VIBRATO + i, place) * noise
    voice.vibrato = vibrato
    lock_stir(voice, motion, tonal, zone_value(motion, VIBRATO + 1, place))


@realtime
def turn_sway(voice: Any, turns: np.float32) -> None:
    """Let the vibrato's sine turn on by one frame."""
    voice.sway += turns
    voice.sway -= np.float32(math.floor(voice.sway))
    voice.sway_sine = np.float32(math.sin(TWO * PI * voice.sway))
    voice.sway_cosine = np.float32(math.cos(TWO * PI * voice.sway))


@realtime
def lock_stir(voice: Any, motion: NDArray[np.float32], tonal: np.float32, vibrato: np.float32) -> None:
    """Tie a share of the middle band's amplitude modulation to the vibrato: what partials have in common."""
    apart = motion[FM + GROUPS]
    together = vibrato * vibrato / max(vibrato * vibrato + apart * apart, np.float32(1e-6))
    share = tonal * max(min(motion[COMMON + 1], ONE), together)
    voice.locked, voice.loose = np.sqrt(TWO * share), np.sqrt(ONE - share)


@realtime
def zone_value(motion: NDArray[np.float32], first: int, place: np.float32) -> np.float32:
    """A factor at frame `place`, between its values at ZONE_FRAMES: BANDS apart, from `first` on."""
    early, middle, late = (
        np.float32(ZONE_FRAMES[0]),
        np.float32(ZONE_FRAMES[1]),
        np.float32(ZONE_FRAMES[2]),
    )
    if place < middle:
        share = max((place - early) / (middle - early), ZERO)
        return between(motion[first], motion[first + BANDS], share)
    share = min((place - middle) / (late - middle), ONE)
    return between(motion[first + BANDS], motion[first + 2 * BANDS], share)


@realtime
def between(low: np.float32, high: np.float32, share: np.float32) -> np.float32:
    """Along a line in the logarithm; a straight line where one end is nothing."""
    if share <= ZERO or low == high:
        return low
    if share >= ONE:
        return high
    if min(low, high) < np.float32(1e-4):
        return low + share * (high - low)
    return low * np.float32(math.exp(share * np.float32(math.log2(high / low)) * np.float32(math.log(2.0))))


@realtime_sum
def stir_partial(
    voice: Any,
    stir: Any,
    motion: NDArray[np.float32],
    loops: NDArray[np.float32],
    k: int,
    index: int,
    rate: np.float32,
) -> None:
    """Multiply partial k of the later frame by its Rician envelope, turn it and bend it."""
    group, hertz = GROUP_OF[k], max(np.float32(voice.fundamental) * voice.later[RATIO + k], ONE)
    total = ZERO
    for i in range(BANDS):
        voice.deep[i] = motion[AM + i * GROUPS + group] * stir.am[i] * voice.am_scale[i]
        total += voice.deep[i] * voice.deep[i]
    total = np.sqrt(total)
    row = int(min(total * np.float32(STEPS_PER_DB), np.float32(len(RICIAN) - 1)))
    x, y, cents = ONE, ZERO, voice.vibrato
    each = ONE / hertz
    turning = (ONE + np.float32(0.12) * total) * each  # what n alone bends a partial by
    straight = ONE / turning
    for i in range(BANDS):
        noise = voice.common[i] + voice.alone[i] * loops[(stir.at[0] + index) & LAST, i]
        if i == 1:
            sway = voice.sway_cosine * stir.lock_cosine - voice.sway_sine * stir.lock_sine
            noise = voice.loose * noise + voice.locked * sway
        deep, turned = voice.deep[i], TURNING[i] * voice.deep[i] * turning
        wanted = motion[FM + i * GROUPS + group] * stir.fm[i] * voice.fm_scale[i]
        across = min(max(wanted * RATED[i] * straight, HALF * deep), deep)
        gain = RICIAN[row, 0] * GAINS[i]
        x += gain * deep * noise
        y += gain * across * loops[(stir.at[1] + index) & LAST, i]
        rest = np.sqrt(max(wanted * wanted - turned * turned, ZERO))
        cents += rest * loops[(stir.at[2] + index) & LAST, i]
    if stir.beat > ZERO:
        quarter = turned_quarter(stir.beat_phase + stir.beat_turns * index)
        c, s = cosine(quarter), sine(quarter)
        x += voice.fade * stir.beat * (c * c - s * s)
        y += voice.fade * stir.beat * TWO * c * s
    turn = angle(x * stir.x + y * stir.y, y * stir.x - x * stir.y) if stir.index == index - 1 else ZERO
    bend_partial(voice, k, turn * rate * each * TURN, cents * CENT)
    voice.later[k] *= np.sqrt(x * x + y * y) * RICIAN[row, 1]
    stir.x, stir.y, stir.index = x, y, index


@realtime
def turned_quarter(turns: float) -> np.float32:
    """Half the angle of a number of turns, within a quarter turn of zero, radians; half a turn is added."""
    return PI * (np.float32(turns - math.floor(turns)) - HALF)


@realtime
def bend_partial(voice: Any, k: int, turned: np.float32, bent: np.float32) -> None:
    """Move the frequency of partial k by what its envelope turns and by what it is bent, both in nepers."""
    step = min(max(turned, -MOST_TURNED), MOST_TURNED) + bent
    step = min(max(step, -MOST_BENT), MOST_BENT)
    voice.later[RATIO + k] *= ONE + step * (ONE + step * (HALF + step * np.float32(1.0 / 6.0)))


A1, A3, A5 = np.float32(0.99997726), np.float32(-0.33262347), np.float32(0.19354346)
A7, A9, A11 = np.float32(-0.11643287), np.float32(0.05265332), np.float32(-0.01172120)


@realtime
def angle(c: np.float32, s: np.float32) -> np.float32:
    """Angle of the vector (c, s) in radians, -pi … pi, within 2e-6 (minimax polynomial of the arctangent)."""
    high, low = max(abs(c), abs(s)), min(abs(c), abs(s))
    t = low / max(high, np.float32(1e-12))
    y = t * t
    a = t * (A1 + y * (A3 + y * (A5 + y * (A7 + y * (A9 + y * A11)))))
    a = HALF * PI - a if abs(s) > abs(c) else a
    a = PI - a if c < ZERO else a
    return -a if s < ZERO else a


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
