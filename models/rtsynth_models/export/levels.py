"""The ONNX files of a network that grows an image level by level: seed, levels, image.

A level is taken apart so that it can be run column by column (see the engine's `tiles`): nearest upsampling
and the convolution after it become one convolution between pairs of pixels, which takes 4 multiplications
instead of 9 and says the same. Weights are kept as half floats.
"""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_engine.generators.sessions import open_session
from rtsynth_engine.generators.tiles import Tiles
from rtsynth_models.export.graphs import OPSET, _tracing

TILE = 8  # columns that are made at once where the files are compared with the network

# How the three taps of a convolution of doubled pixels fall on two pixels: on the pixel before a border and
# behind it, for the doubled pixel before the border and for the one behind it.
TAPS = torch.tensor([[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]])


class Half(nn.Module):
    """The weight of a layer, kept as half floats, and its bias."""

    def __init__(self, layer: nn.Conv2d | nn.Linear) -> None:
        super().__init__()
        assert layer.bias is not None
        self.weight = nn.Parameter(layer.weight.detach().half(), requires_grad=False)
        self.bias = nn.Parameter(layer.bias.detach().clone(), requires_grad=False)


class HalfLinear(Half):
    """A linear layer: (…, inputs) to (…, outputs)."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight.float(), self.bias)


class HalfConv(Half):
    """A convolution that keeps its image's size: (n, C, T, F) to (n, D, T, F)."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight.float(), self.bias, padding=self.weight.shape[2] // 2)


class LevelGraph(nn.Module):
    """Columns x (n, C, k + 1, F) and held (n, D, h, 2F) to columns (n, D, 2k + h - 2, 2F) and two to hold.

    The first of x is one that was fed before; held are 2, or none at a beginning. `inside` (n, 1, 2k, 1) is 0
    for what lies beyond the edges.
    """

    def __init__(self, level: Any) -> None:
        super().__init__()
        (first, *after_first), (second, *after_second) = level.first, level.second
        self.first, self.second = Half(first), Half(second)
        self.after_first, self.after_second = nn.Sequential(*after_first), nn.Sequential(*after_second)
        self.register_buffer("taps", TAPS)

    def forward(self, x: Tensor, inside: Tensor, held: Tensor) -> tuple[Tensor, Tensor]:
        h = functional.conv2d(x, self.between(), self.first.bias.repeat_interleave(4), padding=(0, 1))
        h = self.after_first(functional.pixel_shuffle(h, 2)[..., 1:-1]) * inside
        h = torch.cat([held, h], dim=2)
        found = functional.conv2d(h, self.second.weight.float(), self.second.bias, padding=(0, 1))
        return self.after_second(found), h[:, :, -2:]

    def between(self) -> Tensor:
        """The first convolution's weight (D, C, 3, 3) for pairs of pixels, (4D, C, 2, 2)."""
        pairs = torch.einsum("pai,qbj,dcij->dpqcab", self.taps, self.taps, self.first.weight.float())
        return pairs.reshape(-1, *pairs.shape[3:])


def halved(network: nn.Module) -> nn.Module:
    """A copy whose convolutions and linear layers keep half floats."""
    network = copy.deepcopy(network)
    for name, layer in list(network.named_modules()):
        if isinstance(layer, nn.Linear):
            network.set_submodule(name, HalfLinear(layer))
        elif isinstance(layer, nn.Conv2d):
            network.set_submodule(name, HalfConv(layer))
    return network


def export_levels(generator: Any, latent: int, folder: Path) -> list[str]:
    """Write `seed.onnx`, `level-1.onnx` … and `image.onnx`; gives their names.

    `generator` has a `seed` (latent (n, `latent`) and index of the pitch (n,) to an image (n, C, 2, 16)),
    `levels` (each a `first` and a `second` sequence of a convolution 3 × 3 and what is done to its pixels
    one by one) and an `image` (channels to 2).
    """
    pitch = torch.zeros(2, dtype=torch.int64)
    x = generator.seed(torch.zeros(2, latent), pitch)
    _write(
        halved(generator.seed),
        {"latent": torch.zeros(2, latent), "pitch": pitch},
        ["x"],
        folder / "seed.onnx",
    )
    for number, level in enumerate(generator.levels, 1):
        _write_level(level, x, folder / f"level-{number}.onnx")
        x = level(x)
    _write(halved(generator.image), {"x": x}, ["image"], folder / "image.onnx", time=True)
    return ["seed.onnx", *(f"level-{n}.onnx" for n in range(1, len(generator.levels) + 1)), "image.onnx"]


def _write_level(level: Any, x: Tensor, path: Path) -> None:
    deep, bins = level.second[0].weight.shape[0], 2 * x.shape[3]
    columns = 2 * (x.shape[2] - 1)
    held, inside = torch.zeros(2, deep, 2, bins), torch.ones(2, 1, columns, 1)
    inputs = {"x": x, "inside": inside, "held": held}
    _write(LevelGraph(level), inputs, ["columns", "next_held"], path, time=True)


def _write(
    graph: nn.Module, inputs: dict[str, Tensor], outputs: list[str], path: Path, time: bool = False
) -> None:
    """With any number of voices, and of columns where `time`."""
    axes = {name: {0: "voices"} for name in [*inputs, *outputs]}
    for name in {"x", "inside", "held", "columns", "image"} & axes.keys() if time else ():
        axes[name][2] = f"{name}_columns"
    with torch.no_grad(), _tracing():
        torch.onnx.export(
            graph.eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=False,
            dynamo=False,
        )


@torch.no_grad()
def apart(generator: Any, latent: int, folder: Path, notes: int = 4) -> float:
    """How far the images of the files in `folder`, run in tiles, lie from the whole ones of the network."""
    drawn = torch.randn(notes, latent, generator=torch.Generator().manual_seed(0))
    pitch = torch.arange(notes)
    names = [f"level-{number + 1}" for number in range(len(generator.levels))]
    seed, image, *levels = (_open(folder / f"{name}.onnx") for name in ("seed", "image", *names))
    tiles, rows = Tiles(levels, image, notes, TILE), np.arange(notes)
    tiles.start(rows, seed.run(["x"], {"latent": drawn.numpy(), "pitch": pitch.numpy()})[0], 0 * rows)
    tiles.advance(rows, 0 * rows + tiles.columns)
    whole = generator.seed(drawn, pitch)
    for level in generator.levels:
        whole = level(whole)
    return float(np.abs(tiles.image.memory - generator.image(whole).numpy()).max())


def _open(path: Path) -> Any:
    return open_session(path.read_bytes(), path.name)
