"""A generator on a device that may be lost, and the one that plays on without it."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .contract import Character, Floats, Generator, Rows, checked_step, habits

Answer = TypeVar("Answer")
F4 = np.float32


class Fallback:
    """Asks `primary` until it raises; `spare` then answers that very call and all that follow.

    The spare hears of a sounding note when its next step is due: from the pitch, velocity and latent
    remembered here. A memoryless spare goes on exactly where the primary was; one with states begins them
    anew.
    """

    def __init__(self, primary: Generator, spare: Generator, latent: int) -> None:
        self.primary, self.spare = primary, spare
        self.frames_per_step = primary.frames_per_step
        self.memoryless, self.velocity_layers, self.rows_at_once = habits(primary)
        self.size = latent
        self.failures = 0
        self.lost = ""  # one line: why the primary plays no more

    def prepare(self, rows: int) -> None:
        """Make both ready, so that the spare answers at once."""
        self.pitch, self.velocity = np.zeros(rows, F4), np.zeros(rows, F4)
        self.latent = np.zeros((rows, self.size), F4)
        self.heard = np.zeros(rows, bool)  # rows whose notes the spare knows
        self.spare.prepare(rows)
        self._ask(lambda: self.primary.prepare(rows))

    def _ask(self, call: Callable[[], Answer]) -> Answer | None:
        """What the primary answers; None once it is lost."""
        if self.lost:
            return None
        try:
            return call()
        except Exception as error:  # whatever a device raises when it goes, the sound goes on
            self.failures += 1
            anew = "" if self.memoryless else ", sounding notes from new states"
            self.lost = f"the network's device failed ({_line(error)}); the processor plays on{anew}"
            return None

    def _remember(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> None:
        self.pitch[rows], self.velocity[rows], self.latent[rows] = pitch, velocity, latent

    def _take_over(self, rows: NDArray[np.int64]) -> None:
        """Tell the spare of the notes of `rows` that it does not know."""
        new = rows[~self.heard[rows]]
        if len(new):
            self.spare.reset(new, self.pitch[new], self.velocity[new], self.latent[new])
            self.heard[new] = True

    def reset(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Start notes."""
        self._remember(rows, pitch, velocity, latent)
        said = self._ask(lambda: self.primary.reset(rows, pitch, velocity, latent))
        if said is None:
            said = self.spare.reset(rows, pitch, velocity, latent)
            self.heard[rows] = True
        return said

    def condition(self, rows: Rows, pitch: Floats, velocity: Floats, latent: Floats) -> Character:
        """Let notes go on under another latent."""
        self._remember(rows, pitch, velocity, latent)
        said = self._ask(lambda: self.primary.condition(rows, pitch, velocity, latent))
        if said is None:
            self._take_over(rows)
            said = self.spare.condition(rows, pitch, velocity, latent)
        return said

    def step(self, rows: NDArray[np.int64], time: NDArray[np.float32]) -> NDArray[np.float32]:
        """Frames of the primary or, once it is lost, of the spare."""
        frames = self._ask(lambda: checked_step(self.primary, rows, time))
        if frames is None:
            self._take_over(rows)
            frames = self.spare.step(rows, time)
        return frames

    def close(self) -> None:
        """Let go of both; a device that is gone may refuse."""
        with suppress(Exception):
            self.primary.close()
        self.spare.close()


def _line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
