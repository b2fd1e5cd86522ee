import pytest

from rtsynth_models.export.card import card
from rtsynth_models.network.checkpoint import Checkpoint
from rtsynth_models.network.partialgan import Config

pytestmark = pytest.mark.train
DISTANCES = {"ceiling": {"mr": 2.5, "mel": 1.5}, "generated": {"mr": 4.25, "mel": 3.5}, "cents": 2.75}
FIGURES = DISTANCES | {"notes": 9, "level_db": 1, "rise_ms": {"original": 5, "analysed": 9, "generated": 12}}


@pytest.fixture
def checkpoint() -> Checkpoint:
    losses = {"level": 0.05, "noise": 0.1, "divergence": 30.0}
    return Checkpoint(Config(instruments=2), [0, 73], [1, 1], {}, {}, {}, 12_345, 61.0, losses)


def test_the_card_names_data_licence_and_instruments(checkpoint):
    text = card(checkpoint, 1_000_000, None)
    assert "FluidR3" in text
    assert "MIT" in text
    assert "Acoustic Grand Piano, Flute" in text
    assert "Measured" not in text


def test_the_card_tells_losses_in_decibels(checkpoint):
    text = card(checkpoint, 1_000_000, None)
    assert "1.00 dB" in text
    assert "12,345 steps" in text


def test_the_card_quotes_the_measured_figures(checkpoint):
    text = card(checkpoint, 1_000_000, {"all": FIGURES, "trained": FIGURES, "programs": {"73": FIGURES}})
    assert "| generated | 4.25 | 3.5 |" in text
    assert "| Flute | 2.5 / 1.5 | 4.25 / 3.5 | 2.75 |" in text
