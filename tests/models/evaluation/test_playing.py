import numpy as np
import pytest

from rtsynth.folders import SHIPPED
from rtsynth_engine.bundles import load_bundle
from rtsynth_models.data.soundfont import LEAD_SECONDS, RELEASE_SECONDS, SAMPLE_RATE
from rtsynth_models.evaluation.playing import play_notes

pytestmark = pytest.mark.train
NOTES = [(60, 51), (72, 102)]
LEAD, HOLD = round(LEAD_SECONDS * SAMPLE_RATE), 0.5


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(SHIPPED / "instruments" / "partialgan.rtsynth")


@pytest.fixture(scope="module")
def rows(bundle):
    return play_notes(bundle, bundle.place("acoustic-grand-piano"), NOTES, HOLD)


def test_a_row_is_silent_before_its_note_and_sounds_after(rows):
    assert rows.shape == (2, round((LEAD_SECONDS + HOLD + RELEASE_SECONDS) * SAMPLE_RATE))
    before, after = rows[:, :LEAD], rows[:, LEAD : 2 * LEAD]
    assert np.abs(before).max() < 1e-4 < 0.01 < np.abs(after).max(1).min()


def test_a_louder_velocity_sounds_louder(rows):
    assert rows[1].std() > rows[0].std()


def test_a_seed_gives_the_same_samples_again_and_another_gives_others(bundle, rows):
    place = bundle.place("acoustic-grand-piano")
    assert np.array_equal(play_notes(bundle, place, NOTES, HOLD), rows)
    assert not np.array_equal(play_notes(bundle, place, NOTES, HOLD, seed=1), rows)


def test_the_trim_of_a_place_is_left_out(bundle, rows):
    from dataclasses import replace

    trimmed = replace(bundle.place("acoustic-grand-piano"), gain_db=-40.0)
    assert np.array_equal(play_notes(bundle, trimmed, NOTES, HOLD), rows)
