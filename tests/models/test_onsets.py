import numpy as np
import pytest

from rtsynth_models.analysis.onsets import STEP, STEPS, band_shares, onset_levels
from rtsynth_models.data.soundfont import SAMPLE_RATE

pytestmark = pytest.mark.train
T = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def test_every_frequency_is_shared_out_whole():
    shares = band_shares(np.geomspace(20, 20_000, 500))
    assert shares.sum(0) == pytest.approx(1)
    assert (shares >= 0).all()


@pytest.mark.parametrize(("hz", "band"), [(300, 0), (2000, 1), (9000, 2)])
def test_a_steady_tone_has_its_level_in_its_band(hz, band):
    level = onset_levels(0.5 * np.sin(2 * np.pi * hz * T))
    assert level.shape == (3, STEPS)
    assert level[band, 4:] == pytest.approx(10 * np.log10(0.125), abs=1.0)
    assert np.delete(level, band, axis=0)[:, 4:].max() < -40


def test_a_late_start_is_seen_where_it_is():
    start = 16 * STEP
    level = onset_levels(np.sin(2 * np.pi * 2000 * T) * (np.arange(SAMPLE_RATE) >= start))[1]
    assert level[:14].max() < -40
    assert level[18:].min() > -6


def test_silence_is_at_the_floor():
    assert onset_levels(np.zeros(SAMPLE_RATE)) == pytest.approx(-120)
