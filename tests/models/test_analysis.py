import numpy as np
import pytest

from rtsynth_models.analysis.partials import FRAMES, LEAD, align_onset, analyse, midi_hz
from rtsynth_models.analysis.resynthesis import FRAME
from rtsynth_models.analysis.slots import Grid
from rtsynth_models.data.soundfont import SAMPLE_RATE

pytestmark = pytest.mark.train
STEADY = slice(40, FRAMES - 40)


def tone(hz: np.ndarray, amplitude: np.ndarray, seconds: float = 4.3) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = sum(a * np.cos(2 * np.pi * f * t + k) for k, (f, a) in enumerate(zip(hz, amplitude, strict=True)))
    return np.concatenate([np.zeros(LEAD), sound])


def test_a_harmonic_tone_gives_back_its_amplitudes():
    amplitude = 0.3 / np.arange(1, 11)
    found = analyse(tone(midi_hz(57) * np.arange(1, 11), amplitude), 57)
    error = 20 * np.log10(found.amplitude[STEADY, :10] / amplitude)
    assert np.abs(error).max() < 0.1


def test_detuned_partials_give_back_their_frequencies():
    hz = midi_hz(57) * np.arange(1, 9) * 2 ** (np.array([3, -4, 5, 0, 7, -8, 2, 10]) / 1200)
    found = analyse(tone(hz, 0.2 / np.arange(1, 9)), 57)
    assert np.abs(1200 * np.log2(found.hz[STEADY, :8] / hz)).max() < 0.5


def test_a_vibrato_is_followed():
    t = np.arange(round(4.3 * SAMPLE_RATE)) / SAMPLE_RATE
    hz = 440 * 2 ** (30 * np.sin(2 * np.pi * 5 * t) / 1200)
    sound = np.concatenate([np.zeros(LEAD), 0.5 * np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE)])
    found = analyse(sound, 69)
    true = hz[FRAME // 2 :: FRAME][:FRAMES]
    assert np.abs(1200 * np.log2(found.hz[STEADY, 0] / true[STEADY])).max() < 3


def test_a_steady_tone_leaves_almost_nothing_to_the_noise():
    found = analyse(tone(midi_hz(60) * np.arange(1, 9), 0.2 / np.arange(1, 9)), 60)
    late = slice(4800, None)
    assert np.sum(found.residual[late] ** 2) < 1e-5 * np.sum(found.signal[late] ** 2)


def test_a_stiff_string_is_followed_where_its_partials_are():
    k = np.arange(1, 21)
    hz = midi_hz(48) * k * np.sqrt(1 + 4e-4 * k**2)
    found = analyse(tone(hz, 0.2 / k), 48, Grid(slots="stiff"))
    assert np.abs(1200 * np.log2(found.hz[STEADY, :20] / hz)).max() < 2


def test_a_bar_is_followed_where_its_peaks_are():
    hz = np.array([523.25, 523.25 * 2.756])
    found = analyse(tone(hz, np.array([0.4, 0.1])), 72, Grid(slots="peaks"))
    assert np.abs(found.hz[STEADY, 0] - hz[0]).max() < 1
    assert np.abs(found.hz[STEADY, 2] - hz[1]).max() < 3


def test_a_divisor_makes_the_grid_finer():
    found = analyse(tone(midi_hz(60) * np.array([0.5, 1, 1.5]), np.array([0.2, 0.3, 0.1])), 60, Grid(2))
    assert np.allclose(found.amplitude[STEADY, :3], [0.2, 0.3, 0.1], rtol=0.02)


def test_a_late_note_is_moved_to_its_onset():
    sound = np.concatenate([np.zeros(700), tone(np.array([440.0]), np.array([0.5]))])
    aligned = align_onset(sound)
    assert abs(int(np.argmax(np.abs(aligned) > 0.01)) - LEAD) < 48


def test_nothing_is_heard_before_the_attack_reaches_a_frame():
    sound = tone(np.array([440.0, 880.0]), np.array([0.5, 0.2]))
    sound[LEAD:] *= np.minimum(1, np.arange(len(sound) - LEAD) / 4800)  # 100 ms of linear attack
    found = analyse(sound, 69)
    level = found.amplitude[:20, 0] / 0.5
    heard = (np.arange(20) * FRAME + 24) / 4800
    assert np.abs(level - np.minimum(1, heard)).max() < 0.12
