import numpy as np
import pytest

from rtsynth_models.evaluation import telling
from rtsynth_models.evaluation.telling import texture, told_by_forest, told_by_texture

pytestmark = pytest.mark.train


@pytest.fixture
def notes(make_heard, rng):
    """Eighty notes: the generated moves less and has a smoother texture; the analysed is as the real."""
    made = [make_heard(pitch=39) for _ in range(80)]
    for note in made:
        real = rng.standard_normal((2, 19))
        note.moved = {"original": real[0], "analysed": real[1], "generated": real[1] - 2}
        rough = rng.standard_normal((2, 376, 96))
        note.mel = {"original": rough[0] * 5, "analysed": rough[1] * 5, "generated": rough[1]}
    return made


def test_a_forest_tells_other_statistics_and_guesses_at_the_same(notes):
    accuracy, families = told_by_forest(notes[:40], notes[40:], "generated", 0)
    assert accuracy > 90
    assert families == {"pipe": pytest.approx(100, abs=15)}
    assert told_by_forest(notes[:40], notes[40:], "analysed", 0)[0] < 70


def test_a_network_tells_another_texture_and_guesses_at_the_same(notes, monkeypatch):
    monkeypatch.setattr(telling, "STEPS", 60)
    assert told_by_texture(notes[:40], notes[40:], "generated", 0)[0] > 90
    assert told_by_texture(notes[:40], notes[40:], "analysed", 0)[0] < 70


def test_telling_is_repeatable(notes, monkeypatch):
    monkeypatch.setattr(telling, "STEPS", 5)
    again = [told_by_texture(notes[:20], notes[20:40], "generated", 3) for _ in range(2)]
    assert again[0] == again[1]


def test_texture_leaves_out_what_changes_slowly():
    ramp = np.linspace(0, 40, 48)[:, None] * np.ones((1, 4))
    inside = texture(ramp)[16:32]
    assert np.abs(inside).max() < 0.5
