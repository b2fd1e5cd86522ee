import numpy as np
import pytest

from rtsynth_models.analysis.resynthesis import (
    FRAME,
    measure_noise,
    render_noise,
    render_note,
    render_partials,
)
from rtsynth_models.data.soundfont import SAMPLE_RATE

pytestmark = pytest.mark.train


def test_partials_are_cosines_of_their_amplitude_frequency_and_phase():
    hz, phase = np.array([440.0, 1000.0]), np.array([0.3, 2.0])
    amplitude = np.array([0.5, 0.1])
    sound = render_partials(np.tile(amplitude, (21, 1)), np.tile(hz, (20, 1)), phase)
    t = np.arange(20 * FRAME)[:, None] / SAMPLE_RATE
    assert np.abs(sound - (amplitude * np.cos(2 * np.pi * hz * t + phase)).sum(1)).max() < 1e-9


def test_white_noise_has_its_variance_in_every_band(rng):
    level = measure_noise(0.1 * rng.standard_normal(4 * SAMPLE_RATE)).mean(0)
    assert np.abs(10 * np.log10(level / 0.01)).max() < 0.5


def test_equal_band_levels_render_white_noise_of_that_variance():
    sound = render_noise(np.full((751, 48), 0.04))
    assert np.var(sound) == pytest.approx(0.04, rel=0.2)  # nothing above 20.5 kHz


def test_rendered_bands_are_measured_as_they_were_asked_for():
    level = 10 ** (-np.linspace(2, 4, 48))
    found = measure_noise(render_noise(np.tile(level, (751, 1))))[10:-10].mean(0)
    assert np.abs(10 * np.log10(found / level)).max() < 1.5


def test_partials_above_half_the_rate_stay_silent():
    hz = np.full((10, 1), 30_000.0)
    assert not render_note(np.ones((10, 1)), hz, np.zeros((10, 48))).any()


def test_a_note_begins_at_the_phases_it_is_given():
    hz, phase = np.array([440.0, 1000.0]), np.array([0.3, 2.0])
    shape = np.ones((20, 1))
    sound = render_note(0.1 * shape * [1, 1], shape * hz, np.zeros((20, 48)), phase=phase)
    t = np.arange(20 * FRAME)[:, None] / SAMPLE_RATE
    wanted = 0.1 * np.cos(2 * np.pi * hz * t + phase).sum(1)
    assert np.abs(sound - wanted)[: 10 * FRAME].max() < 1e-6
    assert np.abs(render_note(0.1 * shape * [1, 1], shape * hz, np.zeros((20, 48)))[0]) == 0
