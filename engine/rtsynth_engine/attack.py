"""The attack cache: the first 107 ms of every key and velocity layer of the programs in use, rendered ahead.

A note starts from it in the very block that begins it, whatever the size of the network. When a program's
latent moves its keys are stale: they still play, and are rendered anew in quiet moments.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .generators.contract import Character, Generator, checked_character, checked_step, habits
from .generators.onnx import BATCHES
from .layout import ATTACK_FRAMES, CACHES, FRAME, FREE, KEYS, MISSING, READY, STALE, VOICES, Memory
from .streaming import is_sane_block
from .timbres import Timbres

MIDDLE = 60  # middle C: keys near it are rendered first
ROWS = BATCHES[-1]
F4 = np.float32


class AttackCache:
    """Slots of shared memory and the programs they hold. Generator thread only."""

    def __init__(self, memory: Memory, generator: Generator, rate: float, timbres: Timbres) -> None:
        self.memory, self.generator, self.rate, self.timbres = memory, generator, rate, timbres
        _, self.layers, self.most = habits(generator)
        self.programs: list[int | None] = [None] * CACHES
        self.used: list[int] = [0] * CACHES
        self.turn = 0
        self.rows = VOICES + np.arange(ROWS)
        self.tried = np.zeros((CACHES, KEYS), np.int64)  # revision of the timbre that a key was rendered with
        self.complete = [0] * CACHES  # revision for which every key of a slot was
        self.attacks = np.zeros((ROWS, ATTACK_FRAMES, FRAME), F4)

    def work(self) -> Iterator[None] | None:
        """The next batch of attacks to render, step by step; None when every key has been."""
        program = self._next_missing()
        if program is not None:
            self.hold(program)
        for slot in sorted(range(CACHES), key=lambda slot: -self.used[slot]):
            keys = self._untried(slot)
            if len(keys):
                return self._render(slot, keys[: max(self.most // self.layers, 1)])
        return None

    def _next_missing(self) -> int | None:
        """A program that some channel has chosen and no slot holds."""
        chosen = [int(program) for program in np.unique(self.memory.channels["program"])]
        self.turn += 1
        for program in chosen:
            if program in self.programs:
                self.used[self.programs.index(program)] = self.turn
        missing = (p for p in chosen if self.timbres.known[p] and p not in self.programs)
        return next(missing, None)

    def _free_slot(self) -> int | None:
        """Slot that is empty or was chosen longest ago, and that no voice reads."""
        voices = self.memory.voices
        reading = set(voices["cache"][voices["stage"] != FREE].tolist())
        stale = [self.programs[s] is None or self.used[s] < self.turn for s in range(CACHES)]
        idle = [s for s in range(CACHES) if s not in reading and stale[s]]
        return min(idle, key=lambda s: (self.programs[s] is not None, self.used[s])) if idle else None

    def hold(self, program: int) -> None:
        """Give a program a slot, if one is free; its keys are missing until they are rendered."""
        slot = self._free_slot()
        if slot is None or program in self.programs:
            return
        former = self.programs[slot]
        if former is not None:
            self.memory.programs[former]["cache"] = -1
        self._lamps(slot)[:] = MISSING
        self.tried[slot], self.complete[slot] = 0, 0
        self.programs[slot], self.used[slot] = program, self.turn
        self.memory.programs[program]["cache"] = slot

    def _untried(self, slot: int) -> NDArray[np.int64]:
        """Keys not yet rendered with the timbre as it is, middle ones first. Their lamps turn stale."""
        program = self.programs[slot]
        revision = 0 if program is None else int(self.timbres.revisions[program])
        if self.complete[slot] == revision:
            return np.zeros(0, np.int64)
        sound = self.memory.programs[program]
        keys = np.arange(int(sound["low"]), int(sound["high"]) + 1)
        keys = keys[self.tried[slot, keys] != revision]
        lamps = self._lamps(slot)
        lamps[keys[lamps[keys] == READY]] = STALE
        self.complete[slot] = 0 if len(keys) else revision
        nearest: NDArray[np.int64] = keys[np.argsort(np.abs(keys - MIDDLE), kind="stable")]
        return nearest

    def _lamps(self, slot: int) -> NDArray[np.int64]:
        lamps: NDArray[np.int64] = self.memory.lamps[slot * KEYS : (slot + 1) * KEYS]
        return lamps

    def _render(self, slot: int, keys: NDArray[np.int64]) -> Iterator[None]:
        """Render attacks; yields after every step of the network, and hands them over together."""
        program = self.programs[slot]
        assert program is not None
        revision = int(self.timbres.revisions[program])
        attacks = self.attacks[: len(keys) * self.layers]
        try:
            character = self._start(program, keys)
            for frame in range(0, ATTACK_FRAMES, self.generator.frames_per_step):
                times = np.full(len(attacks), frame / self.rate, F4)
                block = checked_step(self.generator, self.rows[: len(attacks)], times)
                attacks[:, frame : frame + block.shape[1]] = block[:, : ATTACK_FRAMES - frame]
                yield
        except Exception:  # the feeder counts and tells it; the program is tried again
            self.programs[slot] = None
            self.memory.programs[program]["cache"] = -1
            raise
        if self.programs[slot] == program:
            self.tried[slot, keys] = revision
            self._hand_over(slot, keys, attacks, character)

    def _start(self, program: int, keys: NDArray[np.int64]) -> Character:
        pitch = np.repeat(keys, self.layers).astype(F4)
        velocity = np.tile((np.arange(self.layers, dtype=F4) + 1) / self.layers, len(keys)).astype(F4)
        latent = self.timbres.at_rest(program, pitch)
        character = self.generator.reset(self.rows[: len(pitch)], pitch, velocity, latent)
        return checked_character(character, len(pitch))

    def _hand_over(
        self, slot: int, keys: NDArray[np.int64], attacks: NDArray[F4], character: Character
    ) -> None:
        """Let the callback read attacks (keys * layers, ATTACK_FRAMES, FRAME), if they are sane. One layer
        stands for all.
        """
        memory = self.memory
        if not is_sane_block(attacks.reshape(-1, FRAME), bool(memory.state[0]["sounds"])):
            return
        slopes, motion, onset, phase = (
            part.reshape(len(keys), self.layers, *part.shape[1:]) for part in character
        )
        memory.attack[slot, keys] = attacks.reshape(len(keys), self.layers, ATTACK_FRAMES, FRAME)
        memory.attack_motions[slot, keys], memory.attack_onsets[slot, keys] = motion, onset
        memory.attack_phases[slot, keys] = phase
        memory.slopes[slot, keys] = slopes[:, :, 0].mean(axis=1)
        self._lamps(slot)[keys] = READY
