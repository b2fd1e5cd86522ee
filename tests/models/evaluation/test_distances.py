import numpy as np
import pytest

from rtsynth_models.evaluation.distances import different_bins, entropy, frechet, inception

pytestmark = pytest.mark.train


def test_a_set_is_at_no_distance_from_itself(rng):
    x = rng.standard_normal((200, 8))
    assert frechet(x, x) == pytest.approx(0, abs=1e-6)


def test_shifting_a_set_costs_the_square_of_the_shift(rng):
    x = rng.standard_normal((200, 8))
    assert frechet(x, x + 3) == pytest.approx(8 * 9)


def test_sure_and_even_classes_score_their_number():
    assert inception(np.eye(10)) == pytest.approx(10)
    assert inception(np.full((10, 10), 0.1)) == pytest.approx(1)


def test_entropy_is_nothing_when_sure_and_the_logarithm_when_not():
    assert entropy(np.eye(4)) == pytest.approx(0, abs=1e-6)
    assert entropy(np.full((4, 4), 0.25)) == pytest.approx(np.log(4))


def test_the_same_distribution_fills_bins_alike_and_another_does_not(rng):
    reference, real, same = (rng.standard_normal((400, 4)) for _ in range(3))
    assert different_bins(reference, real, same, 0, 10) <= 0.2
    assert different_bins(reference, real, 0.1 * same + 1, 0, 10) > 0.5
