"""How a sound that is held goes on after its end: its last part again and again, joined where it fits best.

A sound that was dying away goes on dying, by as much every time round.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
F4 = np.float32
UNUSED = 256  # samples at the end of a sound, where recovered phases have nothing after them to lean on
FADE, COMPARED = 800, 1024  # samples
SHORTEST, LONGEST = 0.2, 0.5  # of the sound
STAYING = F4(0.92)  # what is left after one time round of a sound that is taken to stay
TINY = 1e-9


class Loop(NamedTuple):
    """Per sound: how many samples come again (n,), and what is left of their level each time round (n,)."""

    length: Rows
    left: NDArray[np.float32]

    def put(self, rows: Rows, found: "Loop") -> None:
        """Keep the loops of some sounds in their rows."""
        self.length[rows], self.left[rows] = found

    def at(self, rows: Rows) -> "Loop":
        """Those of some rows."""
        return Loop(self.length[rows], self.left[rows])


def looped(sound: NDArray[np.float32]) -> Loop:
    """Find the loop of each of the sounds (n, S) and blend their ends into it, in place."""
    found = [_fit(row) for row in sound]
    for row, (length, left) in zip(sound, found, strict=True):
        end, weight = len(row) - UNUSED, np.linspace(0.0, 1.0, FADE, dtype=F4)
        before = row[end - length - FADE : end - length]
        row[end - FADE : end] += weight * (left * before - row[end - FADE : end])
    lengths, lefts = zip(*found, strict=True)
    return Loop(np.array(lengths, np.int64), np.array(lefts, F4))


def _fit(row: NDArray[np.float32]) -> tuple[int, np.float32]:
    """Length of the loop of a sound (S,) whose end is most like its beginning, and what of that is left."""
    end, shortest, longest = len(row) - UNUSED, int(len(row) * SHORTEST), int(len(row) * LONGEST)
    tail, searched = row[end - COMPARED : end], row[end - longest - COMPARED : end - shortest]
    energy = np.convolve(np.square(searched), np.ones(COMPARED), "valid") + TINY
    place = int(np.argmax(np.correlate(searched, tail, "valid") / np.sqrt(energy)))
    left = min(F4(np.sqrt((np.square(tail).sum() + TINY) / energy[place])), F4(1.0))
    return longest - place, left if left < STAYING else F4(1.0)


def read_looped(sound: NDArray[np.float32], rows: Rows, places: Rows, loop: Loop) -> NDArray[np.float32]:
    """Samples `places` (n, samples) of the `rows` (n,) of sounds, that go on for ever."""
    over, length = places - (sound.shape[1] - UNUSED), loop.length[rows, None]
    rounds = np.where(over < 0, 0, over // length + 1)
    return sound[rows[:, None], places - rounds * length] * loop.left[rows, None] ** rounds.astype(F4)


def read_once(sound: NDArray[np.float32], rows: Rows, places: Rows) -> NDArray[np.float32]:
    """Samples `places` (n, samples) of the `rows` (n,) of sounds, zeros after their end."""
    last = sound.shape[1] - 1
    return sound[rows[:, None], np.minimum(places, last)] * (places <= last)
