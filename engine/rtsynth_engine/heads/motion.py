"""What a note's `motion` says, and the tables from which the audio callback draws it.

The network predicts the slow trend of a note and, once per note, how much its partials stir around it: a
vector of MOTION numbers in physical units. The bands of modulation are 0.6-3, 3-8 and 8-30 Hz; the groups
of partials begin at the numbers GROUP_STARTS; the zones of a note are centred on ZONE_FRAMES.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

STIR_BANDS, GROUPS, ZONES = 3, 16, 3
GROUP_STARTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 18, 24, 32, 44, 64)
ZONE_FRAMES = (40, 187, 420)  # after the onset, at 187.5 frames per second

FIELDS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("am", (STIR_BANDS, GROUPS)),  # dB RMS of a partial
    ("fm", (STIR_BANDS, GROUPS)),  # cents RMS of a partial, without what is common to all
    ("am_spread", (STIR_BANDS,)),  # standard deviation of ln RMS from partial to partial
    ("fm_spread", (STIR_BANDS,)),
    ("am_zone", (ZONES, STIR_BANDS)),  # factors on the RMS
    ("fm_zone", (ZONES, STIR_BANDS)),
    ("vibrato", (ZONES, STIR_BANDS)),  # cents RMS common to all partials
    ("am_common", (STIR_BANDS,)),  # correlation between partials, 0 … 1
    ("rate", (1,)),  # Hz of the vibrato
    ("tonality", (1,)),  # of the vibrato: 0 noise … 1 a sine
    ("beat_chance", (GROUPS,)),  # that a partial is two components, 0 … 1
    ("beat_depth", (GROUPS,)),  # dB RMS of such a partial
    ("beat_spread", (1,)),  # standard deviation of ln RMS
    ("beat_rate", (GROUPS,)),  # Hz between the two components
    ("beat_rate_spread", (1,)),  # standard deviation of ln Hz
)
"""The parts of a motion vector in order: name and shape. All numbers are at least 0."""


def _offsets() -> dict[str, int]:
    ends = np.cumsum([np.prod(shape) for _, shape in FIELDS])
    return {name: int(end - np.prod(shape)) for (name, shape), end in zip(FIELDS, ends, strict=True)}


OFFSETS = _offsets()
MOTION = 184
assert OFFSETS["beat_rate_spread"] + 1 == MOTION


def motion_part(motion: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """The part `name` of motion vectors (..., MOTION), as a view of its own shape."""
    shape = dict(FIELDS)[name]
    start = OFFSETS[name]
    part = motion[..., start : start + int(np.prod(shape))]
    return np.asarray(part.reshape(*motion.shape[:-1], *shape))


LOOP = 1 << 12  # frames of a noise loop: 22 s
FILTERS_HZ = ((0.5, 2.4), (2.6, 6.5), (7.0, 17.0))  # low in each band: the spectra of real notes fall


def motion_loops(frame_rate: float, seed: int = 0) -> NDArray[np.float32]:
    """Loops of Gaussian noise at the frame rate in Hz, one for each band, of unit variance: (LOOP, 3).

    Magnitudes are those of band-pass Butterworth filters of second order.
    """
    noise = np.random.default_rng(seed).standard_normal((LOOP, STIR_BANDS))
    hz = np.maximum(np.fft.rfftfreq(LOOP, 1.0 / frame_rate), 1e-6)[:, None]
    low, high = np.array(FILTERS_HZ).T
    detuning = (hz**2 - low * high) / (hz * (high - low))
    loops = np.fft.irfft(np.fft.rfft(noise, axis=0) / np.sqrt(1.0 + detuning**4), LOOP, axis=0)
    return np.asarray(loops / loops.std(axis=0), np.float32)


DB = 20.0 / np.log(10.0)
STEPS_PER_DB = 128.0
DEEPEST = 2.0  # deeper Rician envelopes are all alike: 5.52 dB, and 5.57 dB at infinity
DENSEST = 0.97  # amplitude of a beat's second component


def dilogarithm(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Li2 on 0 … 1: the variance of ln |1 + r e^(i a)| over all angles a is Li2(r^2) / 2."""
    n = np.arange(1.0, 101.0)
    return np.asarray((x[..., None] ** n / n**2).sum(axis=-1))


def rician_levels(depth: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Deviation and mean in dB of |1 + depth n|, n complex Gaussian of unit power. Shapes as `depth` (D,)."""
    chances = (np.arange(500) + 0.5) / 500
    power = depth[:, None] ** 2 * -np.log(chances)
    mean = np.maximum(np.log(power) / 2, 0.0)  # of the logarithm over all angles, at a given radius
    square = (mean**2 + dilogarithm(np.minimum(power, 1.0 / power)) / 2).mean(axis=1)
    return DB * np.sqrt(square - mean.mean(axis=1) ** 2), DB * mean.mean(axis=1)


def _rician_table() -> NDArray[np.float32]:
    """For every 1 / STEPS_PER_DB of deviation: depth per dB, gain that keeps the mean level. (N, 2)."""
    depth = np.geomspace(0.005, DEEPEST, 60)
    deviation, mean = rician_levels(depth)
    wanted = np.arange(1.0, 8.0 * STEPS_PER_DB) / STEPS_PER_DB
    found = np.interp(wanted, np.r_[0.0, deviation], np.r_[0.0, depth])
    gain = 10.0 ** (-np.interp(found, depth, mean) / 20.0)
    rows = np.stack([found / wanted, gain], axis=1)
    return np.concatenate([[[rows[0, 0], 1.0]], rows]).astype(np.float32)


def _beat_table() -> NDArray[np.float32]:
    """Amplitude of the second component for every 1 / STEPS_PER_DB of deviation, (N,)."""
    amplitude = np.linspace(0.0, DENSEST, 60)
    deviation = DB * np.sqrt(dilogarithm(amplitude**2) / 2)
    return np.interp(np.arange(8.0 * STEPS_PER_DB) / STEPS_PER_DB, deviation, amplitude).astype(np.float32)


RICIAN, BEATS = _rician_table(), _beat_table()
GAUSSIAN = np.array([NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)], np.float32)
GROUP_OF = (np.searchsorted(GROUP_STARTS, np.arange(1, 97), "right") - 1).astype(np.int64)
