"""Timbres: the latent of every program, how far the sources of modulation move it, and which voices must
follow.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .layout import KNOBS, PROGRAMS, SOURCES, VOICES, Memory

F4 = np.float32
LEAST = 1.01 / 127.0  # a controller that moved by no more than its finest step is left alone
MOST_MOVED = 32  # voices conditioned anew in one turn: a fraction of a millisecond for the flagship
MACROS = tuple(f"macro {i + 1}" for i in range(KNOBS))
NAMES = ("wheel", "pressure", "timbre", "breath", "foot", "body", "motion", *MACROS)


class Timbres:
    """Written by the host's thread, read by the generator's; `size` numbers to a latent."""

    def __init__(self, size: int) -> None:
        self.latents = np.zeros((PROGRAMS, size), F4)
        self.offsets = np.zeros((PROGRAMS, SOURCES, size), F4)  # of sources at full deflection
        self.reach = np.zeros((PROGRAMS, SOURCES), F4)  # 1 where there is such an offset
        self.known = np.zeros(PROGRAMS, np.bool_)
        self.keys: dict[int, NDArray[F4]] = {}  # of kits: what each key (KEYS, size) adds to the latent
        self.revisions = np.ones(PROGRAMS, np.int64)  # how often a latent was set

    def set(self, program: int, latent: NDArray[F4], offsets: Mapping[str, NDArray[F4]]) -> None:
        """Give a program its latent (size,) and the offsets (size,) of sources by their NAMES."""
        self.offsets[program] = 0.0
        for name, offset in offsets.items():
            self.offsets[program, NAMES.index(name)] = offset
        self.reach[program] = self.offsets[program].any(axis=1)
        self.known[program] = True
        self.move(program, latent)

    def move(self, program: int, latent: NDArray[F4]) -> None:
        """Give a program another latent (size,), which its sounding voices follow."""
        self.latents[program] = latent
        self.revisions[program] += 1

    def at(self, programs: NDArray[np.int64], controls: NDArray[F4], pitches: NDArray[F4]) -> NDArray[F4]:
        """Latents (n, size) of `programs` (n,) with the sources at `controls` (n, SOURCES), -1 … 1, for keys
        `pitches` (n,).
        """
        moved = np.einsum("nc,ncz->nz", controls, self.offsets[programs])
        latents = np.asarray(self.latents[programs] + moved, F4)
        for program in self.keys.keys() & set(programs.tolist() if self.keys else ()):
            ours = programs == program
            latents[ours] += self.keys[program][pitches[ours].astype(np.int64)]
        return latents

    def at_rest(self, program: int, pitches: NDArray[F4]) -> NDArray[F4]:
        """Latents (n, size) of one program for keys `pitches` (n,), where nothing is turned."""
        count = len(pitches)
        return self.at(np.full(count, program), np.zeros((count, SOURCES), F4), pitches)


class Travel:
    """What each voice was last conditioned on. Generator thread only."""

    def __init__(self, memory: Memory, timbres: Timbres, pause: int) -> None:
        self.memory, self.timbres = memory, timbres
        self.pause = pause  # audio frames between two turns
        self.turn = -pause  # the clock at the last one
        self.controls = np.zeros((VOICES, SOURCES), F4)
        self.pitches = np.zeros(VOICES, F4)
        self.revisions = np.zeros(VOICES, np.int64)
        self.since = np.zeros(VOICES, np.int64)  # the clock when a voice was conditioned

    def latents(self, rows: NDArray[np.int64]) -> NDArray[F4]:
        """Latents (n, size) of the voices `rows` (n,) now; they count as conditioned on them."""
        programs, controls = self._now(rows)
        self.controls[rows], self.revisions[rows] = controls, self.timbres.revisions[programs]
        self.pitches[rows] = self.memory.requests[rows]["pitch"]
        self.since[rows] = self._clock()
        return self.timbres.at(programs, controls, self.pitches[rows])

    def is_due(self) -> bool:
        """Whether `pause` has passed since the last turn: moving costs little, however wild the wheel."""
        clock = self._clock()
        due = clock - self.turn >= self.pause
        self.turn = clock if due else self.turn
        return due

    def moved(self, conditioned: NDArray[np.int64]) -> NDArray[np.int64]:
        """Voices to condition anew: those of `conditioned` (n,) whose timbre has moved since.

        At most MOST_MOVED in a turn, those that wait longest first.
        """
        programs, controls = self._now(conditioned)
        far = (np.abs(controls - self.controls[conditioned]) > LEAST).any(axis=1)
        far |= self.pitches[conditioned] != self.memory.requests[conditioned]["pitch"]
        rows = conditioned[far | (self.revisions[conditioned] != self.timbres.revisions[programs])]
        waiting: NDArray[np.int64] = rows[np.argsort(self.since[rows], kind="stable")]
        return waiting[:MOST_MOVED]

    def _clock(self) -> int:
        return int(self.memory.state[0]["clock"])

    def _now(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[F4]]:
        """Programs (n,), and where the sources that reach them stand (n, SOURCES)."""
        requests = self.memory.requests[rows]
        programs = requests["program"]
        return programs, requests["controls"] * self.timbres.reach[programs]
