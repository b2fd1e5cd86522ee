"""Whole networks for other programs: whatever the family, the file says what the network says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from rtsynth_engine.errors import EngineError
from rtsynth_engine.generators.wavenet import TURNS
from rtsynth_models.export import whole
from rtsynth_models.families.registry import NAMES, family
from rtsynth_models.training.contract import Trained

LITTLE: dict[str, dict[str, Any]] = {
    "gansynth": {"channels": (8,) * 6},
    "vae": {"channels": (16,) * 6, "latent": 4, "seen": (8, 8)},
    "wavegan": {"size": 2},
    "specgan": {"size": 2, "rounds": 2},
    "wavenet": {"channels": 32, "skips": 32, "longest": 16},
}


def trained(name: str, size: str = "small") -> Trained:
    """A family's network with weights at random."""
    found = family(name)
    torch.manual_seed(0)
    config = replace(found.configs[size], **LITTLE[name])
    network = found.network(config).eval()
    return Trained(name, config, network, {}, 0, 0, 0.0, {})


@pytest.mark.parametrize("ending", ["onnx", "ts"])
@pytest.mark.parametrize("name", NAMES)
def test_the_file_says_what_the_network_says(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.{ending}"
    assert whole.write_whole(trained(name), path) < whole.APART
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["wavegan", "specgan"])
def test_attention_is_an_option_that_is_exported_too(name: str, tmp_path: Path) -> None:
    plain, made = trained(name), trained(name, "attentive")
    assert set(plain.network.state_dict()) < set(made.network.state_dict())
    attention: Any = made.network.get_submodule("attention")
    torch.nn.init.ones_(attention.gamma)
    assert whole.write_whole(made, tmp_path / "attentive.onnx") < whole.APART


def test_a_wavenet_seen_through_a_window_is_the_network() -> None:
    made = trained("wavenet")
    network, config = made.network, made.config
    codes, index = torch.randint(config.codes, (2, 512)), [3, 40]
    points = 512 // config.stride
    biases = 0.1 * torch.randn(2, points, len(config.dilations) * 2 * config.channels)
    spread = biases.repeat_interleave(config.stride, 1).view(2, 512, len(config.dilations), -1)
    lag = torch.tensor([config.lags[i] for i in index])
    turns = torch.randint(TURNS, codes.shape)
    with torch.no_grad():
        expected = network(codes, biases, index, turns)
        found = whole.Window(network)(codes, spread, lag, turns)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_file_that_says_something_else_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_run_script", lambda content, made: lambda inputs: torch.zeros(3, 2, 64, 512))
    with pytest.raises(EngineError, match="away from the network"):
        whole.write_whole(trained("gansynth"), tmp_path / "gan.ts")
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"\.onnx or \.ts"):
        whole.write_whole(trained("gansynth"), tmp_path / "gan.pickle")
