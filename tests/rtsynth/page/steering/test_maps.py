"""The map of presets: nobody hidden, nothing at random, no steps between them."""

import numpy as np
import pytest

from rtsynth.page.steering.maps import (
    DOT,
    NEAR,
    corner_weights,
    layout,
    least_distance,
    mixed,
    spread,
    weights_at,
)

LATENTS = np.random.default_rng(5).standard_normal((143, 16))


def gaps(points) -> float:
    ways = points[:, None] - points[None]
    return float((np.hypot(ways[..., 0], ways[..., 1]) + 9.0 * np.eye(len(points))).min())


@pytest.mark.parametrize("count", [1, 2, 4, 143, 500])
def test_no_two_dots_overlap_and_all_are_on_the_map(count: int) -> None:
    dots = layout(np.random.default_rng(count).standard_normal((count, 16)))
    assert dots.shape == (count, 2)
    assert np.abs(dots).max() <= 1.0
    assert gaps(dots) > max(0.9 * least_distance(count), 2 * DOT)


def test_presets_of_one_latent_lie_beside_each_other() -> None:
    assert gaps(layout(np.zeros((4, 100)))) >= least_distance(4)
    assert gaps(spread(np.zeros((20, 2)))) >= 0.9 * least_distance(20)


def test_the_same_presets_make_the_same_map() -> None:
    np.testing.assert_array_equal(layout(LATENTS), layout(LATENTS.copy()))


def test_presets_that_sound_alike_lie_near_each_other() -> None:
    near = np.concatenate([LATENTS, LATENTS[:1] + 0.01])
    dots = layout(near)
    far = np.hypot(*(dots - dots[0]).T)
    assert far[-1] < np.median(far) / 4


def test_a_dot_is_its_preset_and_nothing_else() -> None:
    dots = layout(LATENTS)
    for number in (0, 71, 142):
        weights = weights_at(dots[number] + 0.5 * DOT, dots)
        assert np.flatnonzero(weights).tolist() == [number]
        np.testing.assert_allclose(mixed(LATENTS, weights), LATENTS[number])


def test_between_dots_the_nearest_sound_together() -> None:
    dots, point = layout(LATENTS), np.array([0.31, -0.22])
    weights = weights_at(point, dots)
    nearest = np.argsort(np.hypot(*(dots - point).T))[:NEAR]
    assert sorted(np.flatnonzero(weights)) == sorted(nearest)
    assert weights.argmax() == nearest[0]
    assert weights.sum() == pytest.approx(1.0)


def test_a_way_over_the_map_has_no_steps_but_at_the_edge_of_a_dot() -> None:
    dots = layout(LATENTS)
    way = [np.array([x, 0.137]) for x in np.linspace(-1.0, 1.0, 4001)]
    weights = np.array([weights_at(point, dots) for point in way])
    whole = (weights == 1.0).any(axis=1)
    steps = np.abs(np.diff(weights, axis=0)).max(axis=1)[~(whole[1:] | whole[:-1])]
    assert steps.max() < 0.05


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_presets_make_a_map_too(count: int) -> None:
    dots = layout(LATENTS[:count])
    weights = weights_at(np.array([0.99, 0.99]), dots)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0.0


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((-1, 1), [1, 0, 0, 0]),
        ((1, 1), [0, 1, 0, 0]),
        ((-1, -1), [0, 0, 1, 0]),
        ((1, -1), [0, 0, 0, 1]),
        ((0, 0), [0.25, 0.25, 0.25, 0.25]),
        ((0, 1), [0.5, 0.5, 0, 0]),
    ],
)
def test_corners_sound_by_how_near_they_are(at: tuple[float, float], expected: list[float]) -> None:
    np.testing.assert_allclose(corner_weights(*at), expected)


def test_what_is_mixed_is_as_long_as_what_it_is_mixed_of() -> None:
    length = np.linalg.norm(mixed(np.eye(4)[:2] * 3.0, np.array([0.5, 0.5])))
    assert length == pytest.approx(3.0)
