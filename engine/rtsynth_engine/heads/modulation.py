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
from .draws import draw_partial
from .motion import (
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
from .partials import cosine, sine

AM, FM = OFFSETS["am"], OFFSETS["fm"]
AM_ZONE, FM_ZONE, VIBRATO, COMMON = (OFFSETS[name] for name in ("am_zone", "fm_zone", "vibrato", "am_common"))
RATE, TONALITY = OFFSETS["rate"], OFFSETS["tonality"]

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
MOST_TURNED, MOST_BENT = np.float32(0.3), np.float32(0.5)  # of the frequency


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
        if voice.later[k] > memory.state[0].audible:
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
    """Multiply partial k of the later frame by its complex envelope, and bend it."""
    group, hertz = GROUP_OF[k], max(np.float32(voice.fundamental) * voice.later[RATIO + k], ONE)
    total = deepen(voice, stir, motion, group)
    row = int(min(total * np.float32(STEPS_PER_DB), np.float32(len(RICIAN) - 1)))
    each = ONE / hertz
    turning = (ONE + np.float32(0.12) * total) * each
    x, y, cents = rician(voice, stir, motion, loops, group, index, RICIAN[row, 0], turning)
    more_x, more_y = beat(voice, stir, index)
    x += more_x
    y += more_y
    turned = angle(x * stir.x + y * stir.y, y * stir.x - x * stir.y) if stir.index == index - 1 else ZERO
    bend_partial(voice, k, turned * rate * TURN * each, (voice.vibrato + cents) * CENT)
    voice.later[k] *= np.sqrt(x * x + y * y) * RICIAN[row, 1]
    stir.x, stir.y, stir.index = x, y, index


@realtime_sum
def deepen(voice: Any, stir: Any, motion: NDArray[np.float32], group: int) -> np.float32:
    """Set the dB RMS of a partial's levels in every band; returns that of all bands."""
    total = ZERO
    for i in range(BANDS):
        voice.deep[i] = motion[AM + i * GROUPS + group] * stir.am[i] * voice.am_scale[i]
        total += voice.deep[i] * voice.deep[i]
    return np.float32(np.sqrt(total))


@realtime_sum
def rician(
    voice: Any,
    stir: Any,
    motion: NDArray[np.float32],
    loops: NDArray[np.float32],
    group: int,
    index: int,
    depth: np.float32,
    turning: np.float32,
) -> Any:
    """Envelope 1 + n of a partial (x, y), and the cents that its turning lacks to those asked for.

    `depth` is n's per dB; noise of 1 dB and 1 Hz bends the partial by `turning` in nepers.
    """
    x, y, cents, straight = ONE, ZERO, ZERO, ONE / turning
    for i in range(BANDS):
        noise = voice.common[i] + voice.alone[i] * loops[(stir.at[0] + index) & LAST, i]
        if i == 1:
            sway = voice.sway_cosine * stir.lock_cosine - voice.sway_sine * stir.lock_sine
            noise = voice.loose * noise + voice.locked * sway
        deep, turned = voice.deep[i], TURNING[i] * voice.deep[i] * turning
        wanted = motion[FM + i * GROUPS + group] * stir.fm[i] * voice.fm_scale[i]
        across = min(max(wanted * RATED[i] * straight, HALF * deep), deep)
        x += depth * GAINS[i] * deep * noise
        y += depth * GAINS[i] * across * loops[(stir.at[1] + index) & LAST, i]
        rest = np.sqrt(max(wanted * wanted - turned * turned, ZERO))
        cents += rest * loops[(stir.at[2] + index) & LAST, i]
    return x, y, cents


@realtime
def beat(voice: Any, stir: Any, index: int) -> Any:
    """The second component (x, y) of a partial that beats."""
    if stir.beat <= ZERO:
        return ZERO, ZERO
    turns = stir.beat_phase + stir.beat_turns * index
    quarter = PI * (np.float32(turns - math.floor(turns)) - HALF)  # half the angle, within a quarter turn
    c, s = cosine(quarter), sine(quarter)
    level = voice.fade * stir.beat
    return level * (c * c - s * s), level * TWO * c * s


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
