"""The latent space around a preset: what each place of the pad means there."""

from collections.abc import Sequence

import numpy as np

from rtsynth_engine.bundles import Bundle

from ...errors import HostError
from ...presets import Preset
from ...timbres import Vector, directions
from .catalogue import Catalogue
from .maps import Points, corner_weights, layout, mixed, weights_at
from .ways import along, way

CORNERS = ((-1.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (1.0, -1.0))  # top left and right, bottom left and right


class Terrain:
    """Of the instrument in play: `ids` of its presets, their `latents` (n, size) and `dots` (n, 2)."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.bundle = catalogue, catalogue.bundle
        self.directions = list(directions(self.bundle))
        self.survey()

    def survey(self) -> None:
        """Take in the presets there are now, and draw their map."""
        sounds = self.catalogue.sounds
        self.ids = list(sounds)
        self.latents = np.array([sounds[id].latent for id in self.ids])
        self.dots = layout(self.latents)
        self.map = [self._entry(id, dot) for id, dot in zip(self.ids, self.dots.tolist(), strict=True)]

    def _entry(self, id: str, dot: list[float]) -> dict[str, object]:
        preset, (x, y) = self.catalogue.presets[id], dot
        own = {"id": id, "name": preset.name, "category": preset.category}
        return own | {"x": round(x, 3), "y": round(y, 3)}

    def latent(self, id: str) -> Vector:
        """A preset's own latent (size,)."""
        return np.array(self.catalogue.sound(id).latent)

    def dot(self, id: str) -> tuple[float, float]:
        """Where a preset lies on the map."""
        x, y = self.dots[self.ids.index(id)].tolist()
        return x, y

    def mixable(self, id: str) -> list[int]:
        """Numbers of the presets that may be mixed with one: their partials lie on the same grid."""
        sounds = self.catalogue.sounds
        grid = sounds[id].divisor
        return [number for number, each in enumerate(self.ids) if sounds[each].divisor == grid]

    def neighbours(self, id: str) -> Points:
        """Latents (n, size) of the presets that may be mixed with one."""
        return self.latents[self.mixable(id)]

    def check_mixing(self, id: str, others: Sequence[str]) -> None:
        """Raise HostError where presets cannot be mixed with one."""
        own, name = self.catalogue.sound(id), self.catalogue.find(id).name
        if own.keys:
            raise HostError(f"{name} has a sound for every key, and none to mix; use the directions")
        for other in others:
            grid = self.catalogue.sound(other).divisor
            if grid != own.divisor:
                raise HostError(
                    f"{self.catalogue.find(other).name} and {name} have partials on different grids "
                    f"(f0/{grid:g}, f0/{own.divisor:g}); choose presets of one grid"
                )

    def corners(self, id: str) -> tuple[str, ...]:
        """Four presets to begin with: this one, then those nearest to the other corners of the map."""
        free, found = [n for n in self.mixable(id) if self.ids[n] != id], [id]
        for corner in CORNERS[1:]:
            nearest = min(free, key=lambda n: float(np.hypot(*(self.dots[n] - corner))), default=None)
            found.append(id if nearest is None else self.ids[nearest])
            free = [n for n in free if n != nearest]
        return tuple(found)

    def between_corners(self, corners: Sequence[str], x: float, y: float) -> Vector:
        """The latent at a point between four presets."""
        return mixed(np.stack([self.latent(id) for id in corners]), corner_weights(x, y))

    def on_map(self, id: str, x: float, y: float) -> Vector:
        """The latent at a point of the map, among presets that may be mixed with one."""
        there = self.mixable(id)
        return mixed(self.latents[there], weights_at(np.array([x, y]), self.dots[there]))


class Steps:
    """The ways of a preset along two of its instrument's directions, for the pad's axes."""

    def __init__(self, preset: Preset, bundle: Bundle) -> None:
        self.preset, self.bundle = preset, bundle
        self._ways: dict[str, Points] = {}

    def of(self, direction: str) -> Points:
        """What steps along a direction add (5, size)."""
        if direction not in self._ways:
            self._ways[direction] = way(self.preset, self.bundle, direction)
        return self._ways[direction]

    def every(self) -> list[Points]:
        """The ways along all directions."""
        return [self.of(direction.id) for direction in self.bundle.directions]

    def offset(self, axes: Sequence[str], at: Sequence[float]) -> Vector:
        """What the axes add to the latent at a point."""
        total = np.zeros(self.bundle.latent)
        for direction, share in zip(axes, at, strict=True):
            if direction:
                total += along(self.of(direction), share)
        return total
