import numpy as np
import pytest
import torch

from rtsynth_models.data.notes import Notes
from rtsynth_models.network.partialgan import Config, PartialGAN


@pytest.fixture
def config() -> Config:
    return Config(instruments=2, hidden=24, inner=32, conditioning=16)


@pytest.fixture
def model(config: Config) -> PartialGAN:
    torch.manual_seed(1)
    made = PartialGAN(config)
    for block in made.generator.blocks:
        torch.nn.init.normal_(block.narrow.weight, std=0.3)
    return made.eval().requires_grad_(False)


@pytest.fixture
def notes(config: Config) -> Notes:
    """Six notes that only differ by pitch and instrument: a falling spectrum over steady noise."""
    pitch = torch.tensor([48.0, 54.0, 60.0, 66.0, 72.0, 78.0])
    instrument = torch.tensor([0, 1, 0, 1, 0, 1])
    k = torch.arange(config.partials)
    level = 1.0 - k / 12 - 0.1 * instrument[:, None] + (pitch[:, None] - 60) / 40
    row = torch.cat([level, torch.zeros_like(level), torch.full((6, config.bands), -1.0)], 1)
    frames = row[:, None].repeat(1, 300, 1).half()
    slopes = torch.log1p(torch.tensor([[100.0, 5.0]] * 5 + [[100.0, float("nan")]]))
    return Notes(
        frames,
        instrument,
        pitch,
        torch.full((6,), 0.6),
        torch.full((6,), 60),
        slopes,
        torch.full((6,), -30.0),
    )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
