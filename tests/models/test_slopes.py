import numpy as np
import pytest

from rtsynth_models.analysis.slopes import MOST_SLOPE, measure_late_decay, measure_release
from rtsynth_models.data.soundfont import HOLD_SECONDS, LEAD_SECONDS, NOTE_SECONDS, SAMPLE_RATE

pytestmark = pytest.mark.train
T = np.arange(round(NOTE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
OFF = LEAD_SECONDS + HOLD_SECONDS


def falling(decay: float, release: float) -> np.ndarray:
    level = -decay * T - release * np.maximum(T - OFF, 0)
    return 0.3 * 10 ** (level / 20) * np.sin(2 * np.pi * 500 * T)


def test_decay_and_release_are_measured_in_db_per_second():
    sound = falling(6, 100)
    assert measure_release(sound) == pytest.approx(106, rel=0.03)
    assert measure_late_decay(sound) == pytest.approx(6, rel=0.03)


def test_a_sustained_note_has_no_decay():
    assert measure_late_decay(falling(0, 200)) == 0


def test_a_tremolo_is_no_decay():
    assert measure_late_decay(falling(0, 200) * (1 + 0.2 * np.sin(2 * np.pi * 5 * T))) == 0


def test_a_note_that_stops_dead_falls_as_fast_as_a_note_may():
    stopped = np.where(T > OFF + 0.015, 1e-5, 1.0) * falling(0, 0)
    assert 1000 < measure_release(stopped) <= MOST_SLOPE


def test_a_note_that_is_cut_off_falls_as_fast_as_a_note_may():
    assert measure_release(np.where(T > OFF + 0.005, 0.0, falling(0, 0))) == MOST_SLOPE


def test_silence_has_unknown_slopes():
    assert np.isnan(measure_release(np.zeros_like(T)))
    assert np.isnan(measure_late_decay(np.zeros_like(T)))
