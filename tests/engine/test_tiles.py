import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rtsynth_engine.generators.tiles import Tiles
from rtsynth_models.families.gansynth.config import PAPER, SMALL
from tests.engine.growing import SEEDS, Grown, grow

EVERY = np.arange(SEEDS)
NOTHING = np.zeros(SEEDS, np.int64)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    return grow(tmp_path_factory.mktemp("network"))


@pytest.mark.parametrize("tile", [1, 3, 4, 8, 16, 32])
def test_tiles_are_the_whole_note(grown: Grown, tile: int) -> None:
    tiles = grown.tiles(tile)
    tiles.start(EVERY, grown.seeds(), NOTHING)
    for end in range(tile, tiles.columns + tile, tile):
        tiles.advance(EVERY, np.full(SEEDS, min(end, tiles.columns)))
    np.testing.assert_allclose(tiles.image.memory, grown.images, atol=1e-5)


@pytest.mark.parametrize("tile", [2, 4, 16])
@pytest.mark.parametrize("start", [1, 2, 3, 4, 7, 13, 22, 30, 31])
def test_a_note_begins_at_any_column(grown: Grown, start: int, tile: int) -> None:
    tiles = grown.tiles(tile)
    tiles.start(EVERY, grown.seeds(), np.full(SEEDS, start))
    tiles.advance(EVERY, np.full(SEEDS, tiles.columns))
    np.testing.assert_allclose(tiles.image.memory[:, :, start:], grown.images[:, :, start:], atol=1e-5)
    assert not tiles.image.memory[:, :, :start].any()


def test_columns_are_there_as_soon_as_they_are_asked_for(grown: Grown) -> None:
    tiles = grown.tiles(4)
    tiles.start(EVERY, grown.seeds(), NOTHING)
    for end in (1, 2, 5, 6, 11, 32):
        tiles.advance(EVERY, np.full(SEEDS, end))
        assert (tiles.ready >= end).all()
        np.testing.assert_allclose(tiles.image.memory[:, :, :end], grown.images[:, :, :end], atol=1e-5)


def test_voices_at_different_times_go_together(grown: Grown) -> None:
    tiles = grown.tiles(4, rows=9)
    rows, starts, seeds = np.array([7, 0, 4]), np.array([0, 13, 6]), grown.seeds()
    tiles.start(rows, seeds, starts)
    tiles.advance(rows[1:], np.array([22, 9]))
    tiles.advance(rows[::-1], np.array([32, 32, 32]))
    for row, start, image in zip(rows, starts, grown.images, strict=True):
        np.testing.assert_allclose(tiles.image.memory[row, :, start:], image[:, start:], atol=1e-5)


def test_a_voice_that_starts_again_forgets_the_note_before(grown: Grown) -> None:
    tiles = grown.tiles(8)
    tiles.start(EVERY, grown.seeds()[::-1], NOTHING)
    tiles.advance(EVERY, np.full(SEEDS, 19))
    tiles.start(EVERY, grown.seeds(), NOTHING)
    tiles.advance(EVERY, np.full(SEEDS, 32))
    np.testing.assert_allclose(tiles.image.memory, grown.images, atol=1e-5)


@dataclasses.dataclass
class Counted:
    """A level or image of given channels and input bins that calculates nothing, and how much it would."""

    wide: int
    deep: int
    bins: int
    work: int = 0

    def get_inputs(self) -> Any:
        told = dataclasses.make_dataclass("Told", ["name", "shape"])
        return [told("x", (0, self.wide, 0, self.bins)), told("held", (0, self.deep, 0, 2 * self.bins))]

    def run(self, names: Sequence[str], inputs: dict[str, Any]) -> list[Any]:
        count, wide, columns, bins = inputs["x"].shape
        if "held" not in inputs:
            self.work += count * columns * bins * self.wide * self.deep
            return [np.zeros((count, self.deep, columns, bins), np.float32)]
        pairs, given = columns - 1, 2 * (columns - 1) + inputs["held"].shape[2] - 2
        self.work += count * pairs * (bins + 1) * 4 * wide * 4 * self.deep
        self.work += count * given * 2 * bins * 9 * self.deep**2
        shapes = (count, self.deep, given, 2 * bins), (count, self.deep, 2, 2 * bins)
        return [np.zeros(shape, np.float32) for shape in shapes]


def counted(channels: tuple[int, ...]) -> tuple[list[Counted], Counted]:
    pairs = enumerate(pairwise(channels))
    return [Counted(a, b, 16 << n) for n, (a, b) in pairs], Counted(channels[-1], 2, 8 << len(channels))


def work(channels: tuple[int, ...], tile: int, start: int, end: int) -> int:
    """Multiplications for columns `start` … `end` of one note after the seed."""
    levels, image = counted(channels)
    tiles = Tiles(levels, image, 1, tile)
    one = np.zeros(1, np.int64)
    tiles.start(one, np.zeros((1, channels[0], 2, 16), np.float32), one + start)
    for column in range(start + tile, end + tile, tile):
        tiles.advance(one, one + min(column, end))
    return image.work + sum(level.work for level in levels)


def whole(channels: tuple[int, ...], taps: int) -> int:
    """Multiplications of a whole note; `taps` of a level's first convolution: 9 as published, 4 in pairs."""
    sizes = [(2 << n) * (16 << n) for n in range(1, len(channels))]
    each = [size * (taps * a * b + 9 * b * b) for size, (a, b) in zip(sizes, pairwise(channels), strict=True)]
    return sum(each) + sizes[-1] * channels[-1] * 2


@pytest.mark.parametrize("tile", [4, 8, 16])
@pytest.mark.parametrize("channels", [PAPER.channels, SMALL.channels])
def test_tiles_cost_hardly_more_than_the_whole_note(channels: tuple[int, ...], tile: int) -> None:
    columns = 1 << len(channels)
    assert work(channels, tile, 0, columns) <= 1.1 * whole(channels, 4)
    assert work(channels, tile, 0, columns) <= 0.75 * whole(channels, 9)


@pytest.mark.parametrize("start", [12, 31, 40])
def test_a_note_from_its_middle_costs_less_than_the_whole(start: int) -> None:
    for channels in (PAPER.channels, SMALL.channels):
        assert work(channels, 4, start, 1 << len(channels)) <= 1.1 * whole(channels, 4)


def test_the_first_sound_costs_a_seventh_of_the_whole_note() -> None:
    assert work(PAPER.channels, 7, 0, 7) <= 0.15 * whole(PAPER.channels, 9)


def test_nothing_is_calculated_twice() -> None:
    assert (
        work(PAPER.channels, 4, 0, 128) == work(PAPER.channels, 16, 0, 128) == work(PAPER.channels, 1, 0, 128)
    )
