import numpy as np
import pytest

from rtsynth_models.analysis.modulation import split
from rtsynth_models.analysis.motion import measure_motion
from rtsynth_models.analysis.partials import FRAMES, PARTIALS
from rtsynth_models.analysis.trend import trend

pytestmark = pytest.mark.train
SECONDS = np.arange(FRAMES) / 187.5
SLOTS = 12


@pytest.fixture
def still() -> np.ndarray:
    """A note of twelve equal partials that does not move."""
    frames = np.full((FRAMES, 2 * PARTIALS + 48), -110, np.float32)
    frames[:, :SLOTS], frames[:, PARTIALS : 2 * PARTIALS] = -20, 0
    return frames


def motion_of(frames: np.ndarray):
    return measure_motion(frames, trend(frames), SLOTS)


def test_bands_add_up_to_what_moves_between_their_edges():
    wave = np.sin(2 * np.pi * 5 * SECONDS)[:, None].astype(np.float32)
    bands = split(wave)
    assert np.abs(bands[1] - wave)[50:-50].max() < 0.1
    assert np.abs(bands[[0, 2]])[:, 50:-50].max() < 0.2


def test_a_still_note_has_no_motion(still):
    motion = motion_of(still)
    assert motion.am[..., :SLOTS].max() < 1e-3
    assert motion.beat.max() == 0
    assert motion.vibrato.max() < 1e-3


def test_a_vibrato_common_to_all_partials_is_told_from_their_own(still):
    still[:, PARTIALS : PARTIALS + SLOTS] += (10 * np.sin(2 * np.pi * 5.5 * SECONDS))[:, None]
    motion = motion_of(still)
    assert motion.rate == pytest.approx(5.5, abs=0.15)
    assert motion.tonality > 0.9
    assert motion.vibrato[2, 1] == pytest.approx(50, rel=0.1)  # the variance of a sine of 10 cents
    assert motion.fm[2, 1, :SLOTS].max() < 3


def test_partials_that_move_alone_share_no_vibrato(still, rng):
    noise = split(rng.standard_normal((FRAMES, SLOTS)).astype(np.float32))[1]
    still[:, PARTIALS : PARTIALS + SLOTS] += 10 * noise / noise.std()
    motion = motion_of(still)
    assert motion.vibrato[2, 1] < 0.15 * motion.fm[2, 1, :SLOTS].mean()


def test_a_beating_partial_is_found_with_its_rate_and_depth(still):
    beat = 20 * np.log10(np.abs(1 + 0.5 * np.exp(2j * np.pi * 2.0 * SECONDS)))
    still[:, 3] += beat
    motion = motion_of(still)
    assert motion.beat[3] > 0.95
    assert np.exp(motion.beat_rate[3]) == pytest.approx(2.0, abs=0.1)
    assert motion.beat_depth[3] == pytest.approx(beat[19:745].var(), rel=0.1)
    assert motion.beat[:3].max() == 0
    assert motion.am[..., 3].max() < 0.15 * beat.var()  # a line is no noise


def test_slots_that_do_not_sound_are_not_trusted(still):
    motion = motion_of(still)
    assert (motion.am_weight[:, :SLOTS] > 0.9).all()
    assert (motion.am_weight[:, SLOTS:] == 0).all()
    assert (motion.fm_weight[:, SLOTS:] == 0).all()
