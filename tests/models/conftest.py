import numpy as np
import pytest
import torch

from rtsynth_models.analysis.trend import STEPS
from rtsynth_models.data.notes import Motions, Notes
from rtsynth_models.network.partialgan import Config, PartialGAN


@pytest.fixture
def config() -> Config:
    return Config(instruments=2, hidden=24, inner=32, blocks=2, trunk=32, conditioning=16, head=16)


@pytest.fixture
def model(config: Config) -> PartialGAN:
    torch.manual_seed(1)
    made = PartialGAN(config)
    for block in made.generator.blocks:
        torch.nn.init.normal_(block.narrow.weight, std=0.3)
    return made.eval().requires_grad_(False)


def still(notes: int) -> Motions:
    """Motion of notes that hardly move and do not beat."""
    shapes = (
        (3, 3, 96),
        (3, 3, 96),
        (3, 96),
        (3, 96),
        (3, 3),
        (3,),
        (3,),
        (),
        (),
        (96,),
        (96,),
        (96,),
        (96,),
    )
    values = (0.2, 1.0, 1, 1, 0.5, 1, 0.3, 5.5, 0.5, 0, 0, 0, 1)
    return Motions(*(torch.full((notes, *s), float(v)) for s, v in zip(shapes, values, strict=True)))


@pytest.fixture
def notes(config: Config) -> Notes:
    """Six notes that only differ by pitch and instrument: a falling spectrum over steady noise."""
    pitch = torch.tensor([48.0, 54.0, 60.0, 66.0, 72.0, 78.0])
    instrument = torch.tensor([0, 1, 0, 1, 0, 1])
    k = torch.arange(config.partials)
    level = 1.0 - k / 12 - 0.1 * instrument[:, None] + (pitch[:, None] - 60) / 40
    row = torch.cat([level, torch.zeros_like(level), torch.full((6, config.bands), -1.0)], 1)
    slopes = torch.log1p(torch.tensor([[100.0, 5.0]] * 5 + [[100.0, float("nan")]]))
    return Notes(
        trend=row[:, None, None].repeat(1, STEPS, 2, 1).half(),
        onset=torch.full((6, 3, 32), -3.0),
        phase=torch.full((6, config.partials), 1.0),
        motion=still(6),
        instrument=instrument,
        pitch=pitch,
        velocity=torch.full((6,), 0.6),
        slots=torch.full((6,), 60),
        slopes=slopes,
        peak=torch.full((6,), -30.0),
    )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
