from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from rtsynth_models.export.levels import LevelGraph, apart, export_levels
from rtsynth_models.families.gansynth.generator import Level
from tests.engine.growing import LATENT, some_network

X = torch.randn(2, 6, 5, 16, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def test_a_level_taken_apart_says_the_same() -> None:
    torch.manual_seed(0)
    level = Level(6, 4)
    for weight in level.parameters():
        weight.data = weight.data.half().float()
    padded = torch.nn.functional.pad(X, (0, 0, 1, 1))
    inside = torch.ones(2, 1, 12, 1)
    inside[:, :, 0] = inside[:, :, -1] = 0.0
    columns, held = LevelGraph(level)(padded, inside, torch.zeros(2, 4, 0, 32))
    torch.testing.assert_close(columns, level(X), atol=1e-5, rtol=0)
    assert held.shape == (2, 4, 2, 32)


@torch.no_grad()
def test_what_is_written_says_what_the_network_says(tmp_path: Path) -> None:
    network = some_network()
    export_levels(network, LATENT, tmp_path)
    assert apart(network, LATENT, tmp_path) < 1e-5


@torch.no_grad()
def test_half_floats_change_an_image_by_less_than_a_hundredth(tmp_path: Path) -> None:
    network = some_network()
    for weight in network.parameters():
        weight.mul_(1 + 1e-4)
    export_levels(network, LATENT, tmp_path)
    assert 0 < apart(network, LATENT, tmp_path) < 1e-2


@torch.no_grad()
def test_a_network_that_was_changed_since_is_found_out(tmp_path: Path) -> None:
    network = some_network()
    export_levels(network, LATENT, tmp_path)
    network.levels[1].second[0].weight[0, 0, 1, 1] += 0.5
    assert apart(network, LATENT, tmp_path) > 1e-3


@torch.no_grad()
@pytest.mark.parametrize("name", ["seed", "level-1", "image"])
def test_weights_are_kept_as_half_floats(tmp_path: Path, name: str) -> None:
    export_levels(some_network(), LATENT, tmp_path)
    kept = onnx.load(tmp_path / f"{name}.onnx").graph.initializer
    large = [weight.data_type for weight in kept if len(weight.dims) > 1 and np.prod(weight.dims) > 100]
    assert set(large) <= {onnx.TensorProto.FLOAT16}
