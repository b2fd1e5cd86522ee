"""Draws of the whole batch, of which every process takes its share."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtsynth_engine.errors import EngineError

SEEDS = 2**63 - 1


def seed_of(*numbers: int) -> int:
    """One seed of several numbers, unlike for unlike numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] % SEEDS)


def drawn(among: NDArray[np.int64], begin: int, size: int, seed: int) -> NDArray[np.int64]:
    """`size` of the notes `among` from place `begin` on of an endless list: one shuffle after the other."""
    places = np.arange(begin, begin + size)
    turns = places // len(among)
    orders = {turn: _shuffled(len(among), seed, turn) for turn in set(turns.tolist())}
    return among[
        [orders[turn][place % len(among)] for turn, place in zip(turns.tolist(), places, strict=True)]
    ]


def _shuffled(count: int, seed: int, turn: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, turn)).permutation(count)


class Draws:
    """What one process draws at a step of a training with `processes` of them."""

    def __init__(self, seed: int, process: int, processes: int) -> None:
        self.seed, self.process, self.processes = seed, process, processes
        self.random = torch.Generator()

    def begin(self, step: int) -> None:
        """The draws from here on are those of `step`."""
        self.random.manual_seed(seed_of(self.seed, step))
        torch.manual_seed(seed_of(self.seed, step, 1 + self.process))  # what a network draws by itself

    def share(self, size: int) -> slice:
        """Which rows of a batch are this process's. Raises EngineError when it cannot be cut evenly."""
        if size % self.processes:
            raise EngineError(f"a batch of {size} cannot be shared by {self.processes} processes; use fewer")
        rows = size // self.processes
        return slice(self.process * rows, (self.process + 1) * rows)

    def normal(self, size: int, *shape: int) -> Tensor:
        """Standard normal numbers (share, *shape)."""
        return torch.randn(size, *shape, generator=self.random)[self.share(size)]

    def uniform(self, size: int, *shape: int) -> Tensor:
        """Numbers in [0, 1), (share, *shape)."""
        return torch.rand(size, *shape, generator=self.random)[self.share(size)]

    def integers(self, size: int, high: int) -> Tensor:
        """Integers in [0, high), (share,)."""
        return torch.randint(high, (size,), generator=self.random)[self.share(size)]
