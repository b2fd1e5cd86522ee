import pytest

from rtsynth_models.export.card import card
from rtsynth_models.network.checkpoint import Checkpoint
from rtsynth_models.network.partialgan import Config

pytestmark = pytest.mark.train


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


def test_what_somebody_saw_to_be_wrong_ends_the_card(checkpoint):
    text = card(checkpoint, 1_000_000, None, "The flute is hoarse.\n")
    assert text.endswith("\nThe flute is hoarse.\n")
