"""The latent pad: a puck that a person drags, and the sound that follows it."""

from typing import Any

import numpy as np

from ...errors import HostError
from ...presets import Preset
from ...timbres import Vector
from .bookmarks import Bookmark, Bookmarks
from .catalogue import Catalogue
from .paths import Recorder, Spot
from .terrain import CORNERS, Steps, Terrain
from .ways import names, surprise, variation
from .wires import Message, Paced, Wires

MODES = ("directions", "corners", "map")
PAUSE = 1.0 / 60.0  # seconds between two moves that the playing process hears of
DIGITS = 5  # of a latent's numbers
CENTRE = (0.0, 0.0)


class Pad:
    """Moves the latent of the program in hand, from `base` where the pad's axes are directions.

    The puck tells where the sound is once it was `driven`; until then it rests, and the sound is `base`.
    """

    preset: Preset
    program: int
    own: Vector  # the preset's latent; like `base` and `latent` (size,)
    base: Vector
    latent: Vector  # what sounds
    _topic: dict[str, Any] | None

    def __init__(
        self, catalogue: Catalogue, wires: Wires, draw: np.random.Generator, preset: Preset, program: int
    ) -> None:
        self.wires, self.draw = wires, draw
        self.terrain, self.bookmarks = Terrain(catalogue), Bookmarks(catalogue.bundle.id)
        self.recorder = Recorder()
        self.mode = MODES[0]
        first, second, *_ = [*self.terrain.directions, "", ""]
        self.axes = (first, second)
        self.corners = self.terrain.corners(preset.id)
        self._take(preset, program)

    @property
    def moved(self) -> bool:
        """Whether the sound is another than the preset's."""
        return not np.array_equal(self.latent, self.own)

    def follow(self, preset: Preset, program: int, still: bool) -> None:
        """Come home with another preset or program in hand, and bring the one before back to its own sound.

        `still`: the program before plays what it did; where it does not, numbers were dealt out anew.
        """
        if (preset, program) == (self.preset, self.program):
            return
        if preset == self.preset and not still:
            self.program = program
            if self.moved:
                self._sound(self.latent)
            return
        if self.moved and still:
            self.wires.tell(_move(self.program, self.own))
        self.recorder.stop()
        self._take(preset, program)

    def _take(self, preset: Preset, program: int) -> None:
        self.preset, self.program = preset, program
        self.steps = Steps(preset, self.terrain.bundle)
        self.own = self.base = self.latent = self.terrain.latent(preset.id)
        self._moves: Paced[Message] = Paced(self.wires.tell, PAUSE)
        if not self._mixes(*self.corners):
            self.corners = self.terrain.corners(preset.id)
        if not self._mixes():
            self.mode = MODES[0]
        self._rest()

    def _mixes(self, *others: str) -> bool:
        try:
            self.terrain.check_mixing(self.preset.id, others)
        except HostError:
            return False
        return True

    def look(self) -> None:
        """Go on along a path that loops, and send what waits. Some 60 times a second."""
        now = self.wires.clock()
        if (at := self.recorder.at(now)) is not None:
            self._drive(at)
        self._moves.look(now)

    def move(self, x: float, y: float) -> None:
        """Drag the puck; a path that loops lets go of it."""
        at = (min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0))
        now = self.wires.clock()
        if self.recorder.at(now) is not None:
            self.recorder.stop()
        self._drive(at)
        self.recorder.hear(now, at)

    def home(self) -> None:
        """Back to the preset as it is."""
        self._settle(self.own)

    def surprise(self) -> None:
        """A sound that nobody chose, from which the puck starts anew."""
        near = self.terrain.neighbours(self.preset.id)
        self._settle(surprise(near, self.steps.every(), self.draw))

    def vary(self) -> None:
        """A sound a little different, from which the puck starts anew."""
        near = self.terrain.neighbours(self.preset.id)
        self._settle(variation(self.latent, near, self.steps.every(), self.draw))

    def choose_mode(self, mode: str) -> None:
        """Let the pad mean something else; the sound stays, and the puck rests. Raises HostError."""
        if mode not in MODES:
            raise HostError(f"no pad of {mode!r}; choose {', '.join(MODES)}")
        if mode != MODES[0]:
            self.terrain.check_mixing(self.preset.id, self.corners if mode == MODES[1] else ())
        self.mode = mode
        self._settle(self.latent)

    def choose_axis(self, axis: int, direction: str) -> None:
        """Give the axis 0 (x) or 1 (y) another direction. Raises HostError."""
        if direction not in self.terrain.directions:
            there = ", ".join(self.terrain.directions) or "none"
            raise HostError(f"no direction {direction!r}; {self.terrain.bundle.name} has {there}")
        self.axes = (self.axes[0], direction) if axis else (direction, self.axes[1])
        self._steer()

    def choose_corner(self, corner: int, id: str) -> None:
        """Put another preset into a corner, in the order of CORNERS. Raises HostError."""
        if not 0 <= corner < len(CORNERS):
            raise HostError(f"no corner {corner}; there are 0 to {len(CORNERS) - 1}")
        self.terrain.check_mixing(self.preset.id, [id])
        self.corners = (*self.corners[:corner], id, *self.corners[corner + 1 :])
        self._steer()

    def bookmark(self, name: str) -> None:
        """Keep where the pad stands under a name. Raises HostError."""
        latent, divisor = tuple(self.latent.round(DIGITS).tolist()), self._divisor
        own = (self.mode, self.at, self.axes, self.corners, divisor, latent)
        self.bookmarks.add(Bookmark(name, self.bookmarks.instrument, *own))
        self._topic = None

    def unbookmark(self, number: int) -> None:
        """Forget a bookmark. Raises HostError."""
        self.bookmarks.remove(number)
        self._topic = None

    def go(self, number: int) -> None:
        """Let the pad stand where a bookmark has it, and sound so. Raises HostError."""
        mark, size = self.bookmarks.find(number), self.terrain.bundle.latent
        if mark.divisor != self._divisor or len(mark.latent) != size:
            raise HostError(
                f"{mark.name} is of other partials than {self.preset.name}; choose its preset first"
            )
        if mark.mode != MODES[0]:
            self.terrain.check_mixing(self.preset.id, ())
        self.recorder.stop()
        self.mode, self.at, self.driven = mark.mode, mark.at, True
        self.axes = mark.axes if {*mark.axes} <= {*self.terrain.directions, ""} else self.axes
        self.corners = mark.corners if self._mixes(*mark.corners) else self.corners
        self.base = np.array(mark.latent) - self.steps.offset(self.axes, self.at)
        self._sound(np.array(mark.latent))

    def record(self, on: bool) -> None:
        """Begin or end to record a path."""
        self.recorder.record(on, self.wires.clock(), self.at)
        self._topic = None

    def loop(self, on: bool) -> None:
        """Run the puck along the path, or stop it. Raises HostError where there is none."""
        self.recorder.loop(on, self.wires.clock())
        self._topic = None

    def clear(self) -> None:
        """Forget the path."""
        self.recorder.clear()
        self._topic = None

    @property
    def _divisor(self) -> float:
        return float(self.terrain.catalogue.sound(self.preset.id).divisor)

    def _drive(self, at: Spot) -> None:
        self.at, self.driven = at, True
        self._steer()

    def _steer(self) -> None:
        """Sound as the puck says, where it says anything."""
        if not self.driven:
            self._rest()
        elif self.mode == MODES[0]:
            self._sound(self.base + self.steps.offset(self.axes, self.at))
        elif self.mode == MODES[1]:
            self._sound(self.terrain.between_corners(self.corners, *self.at))
        else:
            self._sound(self.terrain.on_map(self.preset.id, *self.at))

    def _settle(self, latent: Vector) -> None:
        """Sound like this, the puck at rest."""
        self.recorder.stop()
        self.base = latent
        self._rest()
        self._sound(latent)

    def _rest(self) -> None:
        """The puck goes where the preset is."""
        id, self.driven, self._topic = self.preset.id, False, None
        if self.mode == MODES[2]:
            self.at = self.terrain.dot(id)
        else:
            there = self.mode == MODES[1] and id in self.corners
            self.at = CORNERS[self.corners.index(id)] if there else CENTRE

    def _sound(self, latent: Vector) -> None:
        self.latent, self._topic = latent, None
        self._moves.offer(_move(self.program, latent), self.wires.clock())

    @property
    def shown(self) -> dict[str, Any]:
        """The topic, a new object when something of it has changed."""
        topic = self._topic or self._show()
        self._topic = topic
        return topic

    def _show(self) -> dict[str, Any]:
        marks = [{"name": each.name, "mode": each.mode, "at": list(each.at)} for each in self.bookmarks.own]
        return {
            "mode": self.mode,
            "x": self.axes[0],
            "y": self.axes[1],
            "corners": list(self.corners),
            "at": [round(each, 4) for each in self.at],
            "home": not self.moved,
            "directions": names(self.terrain.bundle),
            "bookmarks": marks,
            "path": self.recorder.shown(),
        }


def _move(program: int, latent: Vector) -> Message:
    return {"do": "latent", "program": program, "latent": latent.round(DIGITS).tolist()}
