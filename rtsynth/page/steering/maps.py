"""The map of an instrument: where its presets lie in two dimensions, and what sounds between them."""

import numpy as np
from numpy.typing import NDArray

from ...timbres import Vector, blend

Points = NDArray[np.float64]
NEAR = 4  # presets that sound together between them
DOT = 0.02  # a point as near as this to a preset is that preset
ROOM = 0.6  # share of the map that dots may fill, each a square as wide as the least distance
WIDEST = 0.12  # that distance where there are few
ROUNDS = 200
EDGE = 0.96  # of the map, for dots
GOLDEN = np.pi * (3.0 - np.sqrt(5.0))  # radians; steps of it never meet
LEAST = 1e-6  # a smaller weight is none


def layout(latents: Points) -> Points:
    """Places (n, 2) within -1 … 1 of presets by their latents (n, size); the same for the same latents."""
    return spread(_filled(_projected(latents)))


def _projected(latents: Points) -> Points:
    """The two principal components (n, 2), each with the sign that makes its longest way positive."""
    centred = latents - latents.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    flat = np.zeros((len(latents), 2))
    flat[:, : len(axes[:2])] = centred @ axes[:2].T
    longest = flat[np.abs(flat).argmax(axis=0), (0, 1)]
    return flat * np.where(longest < 0.0, -1.0, 1.0)


def _filled(flat: Points) -> Points:
    """The points (n, 2) stretched to the map, and half as crowded in the middle."""
    ranks = flat.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    even = (2.0 * ranks - (len(flat) - 1)) / max(len(flat) - 1, 1)
    most = np.abs(flat).max(axis=0)
    filled: Points = EDGE * (0.5 * even + 0.5 * flat / np.where(most > 0.0, most, 1.0))
    return filled


def spread(points: Points) -> Points:
    """The points (n, 2) moved apart, gently, until no two dots overlap, and kept on the map."""
    gap = least_distance(len(points))
    turns = np.arange(len(points)) * GOLDEN
    nudge = 1e-3 * gap * np.stack([np.cos(turns), np.sin(turns)], axis=1)  # so that none lie on each other
    for _ in range(ROUNDS):
        points = points + nudge
        ways = points[:, None] - points[None]
        far = np.maximum(np.hypot(ways[..., 0], ways[..., 1]), 1e-9) + np.eye(len(points)) * 2.0 * gap
        if far.min() >= gap:
            break
        push = 0.5 * np.maximum(1.05 * gap - far, 0.0) / far
        points = np.clip(points + (ways * push[..., None]).sum(axis=1), -EDGE, EDGE)
    return points


def least_distance(count: int) -> float:
    """How far from each other so many dots can lie."""
    return min(WIDEST, float(np.sqrt(4.0 * ROOM / max(count, 1))) * 0.7)


def weights_at(point: Vector, dots: Points) -> Vector:
    """Shares (n,) of presets with their `dots` (n, 2) at a point (2,): inverse to distance, of the nearest.

    They fall to nothing where another preset takes over, so that no way leads over a step.
    Source: Franke and Little's weights in Shepard's method, 1980.
    """
    far = np.hypot(*(dots - point).T)
    if far.min() <= DOT:
        return _alone(far)
    order = np.sort(far)
    reach = order[NEAR] if len(order) > NEAR else 2.0 * order[-1]
    weights = (np.maximum(reach - far, 0.0) / (reach * far)) ** 2
    shares: Vector = weights / weights.sum()
    return shares


def _alone(far: Vector) -> Vector:
    """All of it the nearest one's."""
    alone: Vector = np.eye(len(far))[int(far.argmin())]
    return alone


def corner_weights(x: float, y: float) -> Vector:
    """Shares (4,) of the corners top left, top right, bottom left and bottom right at a point, y up."""
    right, up = (x + 1.0) / 2.0, (y + 1.0) / 2.0
    return np.array([(1.0 - right) * up, right * up, (1.0 - right) * (1.0 - up), right * (1.0 - up)])


def mixed(latents: Points, weights: Vector) -> Vector:
    """Latents (n, size) in proportion, along the arcs between them."""
    there = np.flatnonzero(weights > LEAST)
    return blend(list(latents[there]), weights[there].tolist())
