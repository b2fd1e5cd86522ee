"""Steps through the latent space from where a preset lies, and points that chance finds."""

from dataclasses import replace

import numpy as np

from rtsynth_engine.bundles import EVEN, Bundle

from ...presets import Macro, Preset
from ...timbres import STEPS, Vector, directions, timbre
from .maps import Points, mixed

MIXED = (2, 3)  # presets that a surprise is made of, at least and at most
NEARER = 0.15  # share of another preset in what is a little different
STEP, LITTLE = 1.0, 0.4  # standard deviations of the steps along every direction, for either


def way(preset: Preset, bundle: Bundle, direction: str) -> Points:
    """What EVEN steps along a direction add to the preset's latent (5, size), as its macros would."""
    knobs = timbre(replace(preset, macros=_macros(direction)), bundle).knobs
    steps = np.zeros((len(EVEN), bundle.latent))
    for row, knob in zip(_turning(), knobs, strict=True):
        steps[row] = knob.latent
    return steps


def _macros(direction: str) -> tuple[Macro, ...]:
    return tuple(Macro(direction, direction=direction, amount=EVEN[row]) for row in _turning())


def _turning() -> list[int]:
    """Rows of EVEN that go anywhere."""
    return [row for row, amount in enumerate(EVEN) if amount]


def along(steps: Points, share: float) -> Vector:
    """What `share` -1 … 1 of the full way along a direction's `steps` adds to a latent."""
    return np.array([np.interp(share * STEPS, EVEN, column) for column in steps.T])


def surprise(latents: Points, ways: list[Points], draw: np.random.Generator) -> Vector:
    """A point among presets with these latents (n, size): some of them mixed, a few steps beside."""
    count = min(int(draw.integers(MIXED[0], MIXED[1] + 1)), len(latents))
    chosen = latents[draw.choice(len(latents), count, replace=False)]
    return _strayed(mixed(chosen, draw.dirichlet(np.full(count, 2.0))), ways, STEP, draw)


def variation(at: Vector, latents: Points, ways: list[Points], draw: np.random.Generator) -> Vector:
    """A point a little away from `at` (size,)."""
    other = latents[draw.integers(len(latents))]
    near = mixed(np.stack([at, other]), np.array([1.0 - NEARER, NEARER]))
    return _strayed(near, ways, LITTLE, draw)


def _strayed(at: Vector, ways: list[Points], step: float, draw: np.random.Generator) -> Vector:
    for steps in ways:
        at = at + along(steps, float(np.clip(step * draw.standard_normal() / STEPS, -1.0, 1.0)))
    return at


def names(bundle: Bundle) -> list[dict[str, str]]:
    """The directions there are, as the page lists them."""
    return [{"id": id, "name": direction.name} for id, direction in directions(bundle).items()]
