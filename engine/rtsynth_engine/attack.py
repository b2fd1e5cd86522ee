"""The attack cache: the first 107 ms of every key and velocity layer of the programs in use, rendered ahead.

A note starts from it in the very block that begins it, whatever the size of the network.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .generators.contract import Generator, checked_reset, checked_step
from .generators.onnx import BATCHES
from .layout import ATTACK_FRAMES, CACHES, FREE, KEYS, LAYERS, MISSING, READY, VOICES, Memory
from .streaming import is_sane_block

MIDDLE = 60  # middle C: keys near it are rendered first
ROWS = BATCHES[-1]
F4 = np.float32


class AttackCache:
    """Slots of shared memory and the programs they hold. Generator thread only."""

    def __init__(
        self, memory: Memory, generator: Generator, rate: float, latents: dict[int, NDArray[F4]]
    ) -> None:
        self.memory, self.generator, self.rate, self.latents = memory, generator, rate, latents
        self.programs: list[int | None] = [None] * CACHES
        self.used: list[int] = [0] * CACHES
        self.turn = 0
        self.rows = VOICES + np.arange(ROWS)

    def next_missing(self) -> int | None:
        """A program that some channel has chosen and no slot holds."""
        chosen = np.unique(self.memory.channels["program"])
        self.turn += 1
        for program in chosen:
            if int(program) in self.programs:
                self.used[self.programs.index(int(program))] = self.turn
        for program in chosen:
            if int(program) in self.latents and int(program) not in self.programs:
                return int(program) if self._free_slot() is not None else None
        return None

    def _free_slot(self) -> int | None:
        """Slot that is empty or was chosen longest ago, and that no voice reads."""
        voices = self.memory.voices
        reading = set(voices["cache"][voices["stage"] != FREE].tolist())
        stale = [self.programs[s] is None or self.used[s] < self.turn for s in range(CACHES)]
        idle = [s for s in range(CACHES) if s not in reading and stale[s]]
        return min(idle, key=lambda s: (self.programs[s] is not None, self.used[s])) if idle else None

    def fill(self, program: int) -> Iterator[None]:
        """Render a program's attacks, middle keys first; yields after every step of the network."""
        slot = self._claim(program)
        if slot is None:
            return
        sound = self.memory.programs[program]
        keys = sorted(range(int(sound["low"]), int(sound["high"]) + 1), key=lambda key: abs(key - MIDDLE))
        per_batch = ROWS // LAYERS
        try:
            for start in range(0, len(keys), per_batch):
                yield from self._fill_keys(slot, program, np.array(keys[start : start + per_batch]))
        except Exception:  # the feeder counts and tells it; the program is tried again
            self.programs[slot] = None
            sound["cache"] = -1
            raise

    def _claim(self, program: int) -> int | None:
        slot = self._free_slot()
        if slot is None:
            return None
        former = self.programs[slot]
        if former is not None:
            self.memory.programs[former]["cache"] = -1
        self.memory.lamps[slot * KEYS : (slot + 1) * KEYS] = MISSING
        self.programs[slot], self.used[slot] = program, self.turn
        self.memory.programs[program]["cache"] = slot
        return slot

    def _fill_keys(self, slot: int, program: int, keys: NDArray[np.int64]) -> Iterator[None]:
        rows = self.rows[: len(keys) * LAYERS]
        pitch = np.repeat(keys, LAYERS).astype(F4)
        velocity = np.tile((np.arange(LAYERS, dtype=F4) + 1) / LAYERS, len(keys)).astype(F4)
        latent = np.tile(self.latents[program].astype(F4), (len(rows), 1))
        character = checked_reset(self.generator, rows, pitch, velocity, latent)
        slopes, motion, onset = (part.reshape(len(keys), LAYERS, *part.shape[1:]) for part in character)
        attacks = self.memory.attack[slot]
        sane = True
        for frame in range(0, ATTACK_FRAMES, self.generator.frames_per_step):
            frames = checked_step(self.generator, rows, np.full(len(rows), frame / self.rate, F4))
            sane = sane and is_sane_block(frames.reshape(-1, frames.shape[-1]))
            block = frames.reshape(len(keys), LAYERS, *frames.shape[1:])
            attacks[keys, :, frame : frame + frames.shape[1]] = block
            yield
        if sane:
            self.memory.attack_motions[slot, keys] = motion
            self.memory.attack_onsets[slot, keys] = onset
            self.memory.slopes[slot, keys] = slopes[:, :, 0].mean(axis=1)
            self.memory.lamps[slot * KEYS + keys] = READY
