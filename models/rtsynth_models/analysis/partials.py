"""Pitch-synchronous analysis of one note into partials and noise bands, 187.5 frames a second.

Every partial is heard through a Hann window of whole periods that never reaches back over the onset. It
starts two periods long and grows with the note. Frames too early for a centred window hold the first one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtsynth_models.analysis.gaps import noise_between
from rtsynth_models.analysis.resynthesis import FRAME, measure_noise, render_partials
from rtsynth_models.analysis.slots import PLAIN, Grid, Slots, find_slots
from rtsynth_models.data.soundfont import LEAD_SECONDS, SAMPLE_RATE

Array = NDArray[np.float64]
PARTIALS = 96
FRAMES = 750
LEAD = round(LEAD_SECONDS * SAMPLE_RATE)
LEAD_IN = 24  # samples from the onset of an aligned note to where it can be heard
SHORTEST_SECONDS, LONGEST_SECONDS = 0.008, 0.020
GAIN_LIMITS = (0.05, 1.4)


@dataclass(frozen=True)
class Analysis:
    """Frames of one note; F = FRAMES, K = partials below 20 kHz.

    amplitude (F + 1, K) linear at frame starts; hz (F, K) mean over each frame; phase (K,) radians at the
    onset; noise (F + 1, bands) power; signal and residual (F * 256,) the aligned original and what partials
    leave of it.
    """

    amplitude: Array
    hz: Array
    phase: Array
    noise: Array
    signal: Array
    residual: Array


def midi_hz(pitch: float) -> float:
    """Frequency in Hz of a MIDI number, A4 = 440."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def align_onset(signal: Array) -> Array:
    """Shift a note so that it starts at sample LEAD: synthesiser and sample lead in by some milliseconds."""
    loud = int(np.argmax(np.abs(signal) > 0.003 * np.abs(signal).max()))
    start = int(np.clip(loud - LEAD_IN, LEAD - 48, LEAD + 1200))
    padded = np.concatenate([np.zeros(LEAD), signal, np.zeros(8192)])
    return padded[start : start + len(signal) + 4096]


def analyse(signal: Array, pitch: float, grid: Grid = PLAIN) -> Analysis:
    """Analyse a note at 48 kHz that starts about LEAD samples in and is held for FRAMES frames.

    `pitch` is its MIDI number. Stretched slots are kept only where they leave less behind than harmonic ones.
    """
    aligned = align_onset(np.asarray(signal, dtype=np.float64))
    fundamental = midi_hz(pitch) / grid.divisor
    kinds: tuple[Slots, ...] = ("harmonic", "stiff") if grid.slots == "stiff" else (grid.slots,)
    candidates = [find_slots(aligned, LEAD, fundamental, PARTIALS, kind) for kind in kinds]
    tried = [_analyse_at(aligned, found, fundamental) for found in candidates]
    return min(tried, key=lambda a: float(np.sum(a.residual[2400:] ** 2)))


def _analyse_at(signal: Array, slots: Array, fundamental: float) -> Analysis:
    times = LEAD + np.arange(FRAMES + 1) * FRAME
    lengths = _window_lengths(times, SAMPLE_RATE / fundamental)
    centres = np.maximum(times, LEAD + lengths // 2)
    value, hz = _measure(signal, centres, lengths, slots, fundamental)
    phase = np.angle(value) + 2 * np.pi * hz * (times - centres)[:, None] / SAMPLE_RATE
    mean_hz = _frame_frequencies(phase, hz)
    played = signal[LEAD : LEAD + FRAMES * FRAME]
    amplitude = _correct_held(np.abs(value), mean_hz, phase[0], played, int(np.sum(centres > times)))
    residual = played - render_partials(amplitude, mean_hz, phase[0])
    between = noise_between(signal, LEAD, FRAMES + 1, slots, fundamental)
    noise = np.minimum(measure_noise(residual), between)
    return Analysis(amplitude, mean_hz, phase[0], noise, played, residual)


def _window_lengths(times: NDArray[np.int64], period: float) -> NDArray[np.int64]:
    """Even window length in samples per frame: the longest that starts after the onset, shape (F + 1,)."""
    fewest = max(2.0, np.ceil(SHORTEST_SECONDS * SAMPLE_RATE / period))
    most = max(3.0, np.floor(LONGEST_SECONDS * SAMPLE_RATE / period))
    periods = np.unique(np.round(np.geomspace(fewest, max(most, fewest), 5)))
    lengths = 2 * np.round(periods * period / 2).astype(np.int64)
    rank = np.searchsorted(lengths, 2 * (times - LEAD), side="right") - 1
    return lengths[np.maximum(rank, 0)]


def _measure(
    signal: Array, centres: NDArray[np.int64], lengths: NDArray[np.int64], slots: Array, fundamental: float
) -> tuple[NDArray[np.complex128], Array]:
    """Complex amplitude and reassigned frequency in Hz per frame and slot, both (F + 1, K)."""
    value = np.zeros((len(centres), len(slots)), np.complex128)
    hz = np.zeros((len(centres), len(slots)))
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        n = np.arange(-length // 2, length // 2)
        frames = signal[centres[rows, None] + n].astype(np.float32)
        value[rows], slope = _project(frames, n, slots)
        shift = np.imag(slope * np.conj(value[rows])) / np.maximum(np.abs(value[rows]) ** 2, 1e-20)
        hz[rows] = slots - np.clip(shift * SAMPLE_RATE / (2 * np.pi), -0.6 * fundamental, 0.6 * fundamental)
    return value, hz


def _project(
    frames: NDArray[np.float32], n: NDArray[np.int64], slots: Array
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Frames (R, L) on every slot's complex sine under a Hann window and its derivative, both (R, K)."""
    length = len(n)
    hann = 0.5 + 0.5 * np.cos(2 * np.pi * n / length)
    slope = -np.pi / length * np.sin(2 * np.pi * n / length)
    sine = np.exp(-2j * np.pi / SAMPLE_RATE * np.outer(n, slots)) * (2 / hann.sum())
    parts = [w[:, None] * part for w in (hann, slope) for part in (sine.real, sine.imag)]
    product = (frames @ np.concatenate(parts, axis=1).astype(np.float32)).astype(np.float64)
    real, imag, slope_real, slope_imag = np.split(product, 4, axis=1)
    return real + 1j * imag, slope_real + 1j * slope_imag


def _frame_frequencies(phase: Array, hz: Array) -> Array:
    """Mean frequency over each frame that joins the phases at its ends, the turn nearest the measured one."""
    mean = (hz[1:] + hz[:-1]) / 2
    expected = 2 * np.pi * mean * FRAME / SAMPLE_RATE
    error = (np.diff(phase, axis=0) - expected + np.pi) % (2 * np.pi) - np.pi
    return mean + error * SAMPLE_RATE / (2 * np.pi * FRAME)


def _correct_held(amplitude: Array, hz: Array, phase: Array, played: Array, held: int) -> Array:
    """Scale the first `held` frames, which repeat a later one, to the energy really there."""
    tonal = render_partials(amplitude, hz, phase)
    corrected = amplitude.copy()
    for j in range(held):
        part = slice(max(0, j * FRAME - FRAME // 2), j * FRAME + FRAME // 2)
        ratio = np.sum(played[part] ** 2) / (np.sum(tonal[part] ** 2) + 1e-12)
        corrected[j] *= np.clip(np.sqrt(ratio), *GAIN_LIMITS)
    return corrected
