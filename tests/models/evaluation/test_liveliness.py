import numpy as np
import pytest

from rtsynth_models.analysis.partials import FRAMES, PARTIALS
from rtsynth_models.analysis.resynthesis import FRAME
from rtsynth_models.data.soundfont import SAMPLE_RATE
from rtsynth_models.evaluation.liveliness import NAMES, statistics

pytestmark = pytest.mark.train
SLOTS = 30
T = np.arange(FRAMES)[:, None] * FRAME / SAMPLE_RATE
PHASE = np.random.default_rng(1).uniform(0, 2 * np.pi, SLOTS)


def moved(level=0.0, cents=0.0):
    """Statistics by name of a steady note with these deviations, (FRAMES, SLOTS), in dB and cents."""
    frames = np.full((FRAMES, 2 * PARTIALS + 48), -110.0)
    frames[:, PARTIALS:] = 0.0
    frames[:, :SLOTS] = -20 - np.arange(SLOTS) / 4 + level
    frames[:, PARTIALS : PARTIALS + SLOTS] = cents
    return dict(zip(NAMES, statistics(frames.astype(np.float16), SLOTS), strict=True))


def test_a_steady_note_does_not_move():
    still = moved()
    assert still["amplitude_db"] == still["cents"] == still["common_cents"] == 0


def test_depths_are_standard_deviations():
    found = moved(level=3 * np.sin(2 * np.pi * 5.5 * T + PHASE), cents=10 * np.sin(2 * np.pi * 5.5 * T))
    assert found["amplitude_db"] == pytest.approx(3 / np.sqrt(2), rel=0.1)
    assert found["cents"] == pytest.approx(10 / np.sqrt(2), rel=0.05)


def test_vibrato_is_common_and_independent_wavering_is_not():
    vibrato, wavering = (moved(cents=10 * np.sin(2 * np.pi * 5.5 * T + p)) for p in (0, PHASE))
    assert vibrato["common_cents"] == pytest.approx(vibrato["cents"], rel=0.01)
    assert vibrato["fm_common_middle"] > 0.9
    assert wavering["common_cents"] < 0.4 * wavering["cents"]
    assert wavering["fm_common_middle"] < 0.3


@pytest.mark.parametrize(("hz", "band"), [(1.5, "slow"), (5.5, "middle"), (15.0, "fast")])
def test_modulation_is_found_in_its_band(hz, band):
    found = moved(level=3 * np.sin(2 * np.pi * hz * T + PHASE))
    power = {name: found[f"am_{name}"] for name in ("slow", "middle", "fast")}
    assert max(power, key=power.get) == band
    assert power[band] == pytest.approx(10 * np.log10(4.5), abs=1.5)


def test_dips_make_the_level_skew_to_the_left():
    beating = 20 * np.log10(np.abs(1 + 0.8 * np.exp(1j * (2 * np.pi * 4 * T + PHASE))))
    assert moved(level=beating)["skew"] < -0.5
