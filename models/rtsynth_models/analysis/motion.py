"""How a note moves around its slow trend: variances per partial, band and zone, common vibrato, beating.

Bands are of modulation frequency, zones of the note's age. Deviations of amplitude are in dB, of frequency in
cents. K = PARTIALS.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.modulation import BANDS_HZ, FRAME_RATE, MOST_CENTS, MOST_DB, split
from rtsynth_models.analysis.partials import FRAMES, PARTIALS

F4 = NDArray[np.float32]
ZONES = ((19, 94), (94, 281), (281, 745))  # frames
BEAT_HZ = (0.5, 12.0)
SLOWEST_HZ = 0.1  # a level without any line has none
BEAT_FFT, BEAT_FROM, BEAT_TO = 4096, 19, 745
HARMONICS = 3  # a beat in dB is no sine: its overtones belong to it


@dataclass(frozen=True)
class Motion:
    """What moves in one note. Weights are 0 … 1: how far a partial can be trusted.

    am, fm (3 zones, 3 bands, K) variance in dB² and cents²; am_weight, fm_weight (3, K); vibrato (3, 3) in
    cents², common to all partials; vibrato_weight (3,); am_common (3,) correlation; rate Hz and tonality
    0 … 1 of the vibrato; beat_depth (K,) dB², beat_rate (K,) log Hz, beat (K,) 0 … 1 and its weight (K,).
    """

    am: F4
    fm: F4
    am_weight: F4
    fm_weight: F4
    vibrato: F4
    vibrato_weight: F4
    am_common: F4
    rate: float
    tonality: float
    beat_depth: F4
    beat_rate: F4
    beat: F4
    beat_weight: F4


def measure_motion(frames: F4, smooth: F4, slots: int) -> Motion:
    """Motion of a note from its frames (FRAMES, O) and their trend; `slots` partials lie below 20 kHz."""
    level, trend = frames[:, :PARTIALS], smooth[:, :PARTIALS]
    present = np.arange(PARTIALS) < slots
    heard = np.clip((trend - max(level.max() - 70, -105)) / 20, 0, 1) * present
    loud = (trend > np.maximum(trend.max(1, keepdims=True) - 45, level.max() - 60)) * present
    am = np.clip(level - trend, -MOST_DB, MOST_DB)
    fm = np.clip(
        frames[:, PARTIALS : 2 * PARTIALS] - smooth[:, PARTIALS : 2 * PARTIALS], -MOST_CENTS, MOST_CENTS
    )
    beats, line = measure_beats(level, present)
    am_bands, fm_bands = split((am - line) * (heard > 0.05)), split(fm * loud)
    weights = [_trusted(x, least) for x, least in ((heard, 0.3), (loud, 0.6))]
    mix = _mixture(trend, weights[1])
    zones = [_zone(am_bands[:, a:b], fm_bands[:, a:b], mix[z]) for z, (a, b) in enumerate(ZONES)]
    am_v, fm_v, vibrato, common = (np.stack(part).astype(np.float32) for part in zip(*zones, strict=True))
    known = (weights[1] > 0).sum(1) >= 2
    rate, tonality = _vibrato_line(fm, mix[1] * (mix[2] > 0))
    return Motion(
        am_v,
        fm_v,
        *weights,
        vibrato,
        known.astype(np.float32),
        common.mean(0).clip(0, 1),
        rate,
        tonality,
        *beats,
    )


def _trusted(share: F4, least: float) -> F4:
    mean = np.stack([share[a:b].mean(0) for a, b in ZONES])
    return (mean * (mean > least)).astype(np.float32)


def _mixture(trend: F4, weight: F4) -> F4:
    """Weight of every partial in what is common to all, (3, K); no partial has more than 0.3 of the whole."""
    amplitude = np.stack([(10 ** (trend[a:b] / 20)).mean(0) for a, b in ZONES])
    q = np.sqrt(amplitude) * (weight > 0)
    return np.minimum(q, 0.3 * q.sum(1, keepdims=True)).astype(np.float32)


def _zone(am: F4, fm: F4, q: F4) -> tuple[F4, F4, F4, F4]:
    """Variances (3, K) of both, common variance (3,) of fm, correlation (3,) of am, of bands (3, F, K)."""
    am_v, fm_v = (am**2).mean(1), (fm**2).mean(1)
    pairs = q.sum() ** 2 - (q * q).sum() + 1e-20
    mixed = ((fm @ q) ** 2).mean(1) - fm_v @ (q * q)
    vibrato = np.maximum(mixed / pairs, 0) if (q > 0).sum() >= 2 else np.zeros(3)
    level = am / np.sqrt(am_v + 1e-6)[:, None]
    common = (((level @ q) ** 2).mean(1) - (q * q).sum()) / pairs if (q > 0).sum() >= 2 else np.zeros(3)
    own = np.maximum(fm_v - vibrato[:, None], 0.02 * fm_v)
    return am_v, own, vibrato, common


def _vibrato_line(fm: F4, q: F4) -> tuple[float, float]:
    """Rate in Hz of the common vibrato, and how much of its band lies within 0.7 Hz of it."""
    if q.sum() <= 0:
        return 5.5, 0.0
    track = fm[ZONES[1][0] : ZONES[2][1]] @ q / q.sum()
    power = np.abs(np.fft.rfft(track * np.hanning(len(track)), 2048)) ** 2
    hz = np.fft.rfftfreq(2048, 1 / FRAME_RATE)
    inside = (hz >= BANDS_HZ[1][0]) & (hz < BANDS_HZ[1][1])
    rate = hz[np.argmax(power * inside)]
    line = power[np.abs(hz - rate) < 0.7].sum() / (power[inside].sum() + 1e-12)
    return float(rate), float(min(line, 1.0))


def measure_beats(level: F4, present: NDArray[np.bool_]) -> tuple[tuple[F4, F4, F4, F4], F4]:
    """Beating of partials whose level (FRAMES, K) follows one slow line, and that line, (FRAMES, K) in dB."""
    depth, rate, gate, weight = (np.zeros(PARTIALS, np.float32) for _ in range(4))
    line = np.zeros((FRAMES, PARTIALS), np.float32)
    part = level[BEAT_FROM:BEAT_TO]
    which = np.flatnonzero((part.max(0) > level.max() - 50) & (part.min(0) > -108) & present)
    if len(which):
        bent, hz, power = _beat_spectra(part[:, which])
        for k, x, spectrum, straight in zip(which, part[:, which].T, power.T, bent.T, strict=True):
            at = float(hz[np.argmax(spectrum)])
            share = spectrum[np.abs(hz - at) < 0.7].sum() / (spectrum.sum() + 1e-9)
            found, explained = _fit_line(x, at, straight.var())
            gate[k] = np.clip((min(share, explained) - 0.5) / 0.3, 0, 1) * np.clip(
                (at - BEAT_HZ[0]) / 0.2, 0, 1
            )
            depth[k], rate[k], weight[k] = found.var() * gate[k], np.log(max(at, SLOWEST_HZ)), 1
            line[BEAT_FROM:BEAT_TO, k] = found * gate[k]
    return (depth, rate, gate, weight), line


def _curve(length: int) -> F4:
    t = np.linspace(-1, 1, length)
    return np.stack([t**0, t, t**2], 1)


def _beat_spectra(part: F4) -> tuple[F4, F4, F4]:
    """Levels less their curve, the frequencies of a spectrum in Hz, and the spectra where beats may lie."""
    curve = _curve(len(part))
    bent = part - curve @ np.linalg.lstsq(curve, part, rcond=None)[0]
    power = np.abs(np.fft.rfft(bent * np.hanning(len(part))[:, None], BEAT_FFT, axis=0)) ** 2
    hz = np.fft.rfftfreq(BEAT_FFT, 1 / FRAME_RATE)
    return bent, hz, power * ((hz > BEAT_HZ[0] / 2) & (hz < BEAT_HZ[1]))[:, None]


def _fit_line(x: F4, hz: float, variance: float) -> tuple[F4, float]:
    """The line of `hz` and its overtones in `x`, and the share of the variance that it explains."""
    turns = 2 * np.pi * hz * np.arange(len(x)) / FRAME_RATE
    waves = np.stack([wave(h * turns) for h in range(1, HARMONICS + 1) for wave in (np.cos, np.sin)], 1)
    basis = np.concatenate([_curve(len(x)), waves], 1)
    weights = np.linalg.lstsq(basis, x, rcond=None)[0]
    return waves @ weights[3:], float(1 - (x - basis @ weights).var() / (variance + 1e-9))
