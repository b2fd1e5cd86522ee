import numpy as np
import pytest
import torch

from rtsynth_engine.errors import EngineError
from rtsynth_models.training.batches import Draws, drawn

NOTES = np.array([3, 5, 8, 13, 21])


def test_every_note_is_drawn_as_often():
    counts = np.bincount(drawn(NOTES, 0, 100, seed=1))
    assert set(counts[NOTES]) == {20}


def test_a_draw_does_not_depend_on_how_the_ones_before_were_cut():
    pieces = [drawn(NOTES, 0, 4, 7), drawn(NOTES, 4, 9, 7), drawn(NOTES, 13, 2, 7)]
    np.testing.assert_array_equal(np.concatenate(pieces), drawn(NOTES, 0, 15, 7))


@pytest.mark.parametrize("kind", ["normal", "uniform", "integers"])
def test_the_shares_of_all_processes_are_the_draw_of_one(kind):
    def draw(process: int, processes: int) -> torch.Tensor:
        draws = Draws(4, process, processes)
        draws.begin(10)
        return getattr(draws, kind)(6, 5)

    torch.testing.assert_close(torch.cat([draw(i, 3) for i in range(3)]), draw(0, 1))


def test_the_draws_of_a_step_do_not_depend_on_the_steps_before():
    draws = Draws(4, 0, 1)
    draws.begin(9)
    draws.normal(3)
    draws.begin(10)
    after, fresh = draws.normal(3), Draws(4, 0, 1)
    fresh.begin(10)
    assert torch.equal(after, fresh.normal(3))


def test_a_batch_that_cannot_be_cut_evenly_is_refused():
    with pytest.raises(EngineError, match="batch of 8 cannot be shared by 3 processes"):
        Draws(0, 0, 3).share(8)
