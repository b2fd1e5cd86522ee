"""The network of any family in one file for other programs, ONNX or TorchScript, proved to say what it says.

Bundles are for the engine: cut up to stream, with smaller weights. Here a network is whole, as trained: a
latent, a pitch and, where it listens to it, a velocity give the image or the sound of a note; a WaveNet's
gives the logits that follow some codes.
"""

import io
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rtsynth_engine.errors import EngineError
from rtsynth_engine.generators.sessions import open_session
from rtsynth_engine.generators.wavenet import TURNS
from rtsynth_models.export.graphs import OPSET
from rtsynth_models.families.attention import plain
from rtsynth_models.training.contract import Trained

APART = 1e-4  # of the largest number that comes out
PROOFS, SEED = 4, 7
WINDOW = 64  # codes that a WaveNet is traced with; any number may be given


class Whole(NamedTuple):
    """A network, examples of its inputs by name (n, …), and the name of what comes out."""

    network: nn.Module
    inputs: dict[str, Tensor]
    output: str


class Window(nn.Module):
    """A WaveNet's logits (n, samples, Q) that follow `codes` (n, samples).

    `biases` (n, samples, L, 2 C) are the conditioning of every layer; `lag` (n,) is how many samples back the
    layers look that follow the pitch; `turns` (n, samples) tell how much of a period has passed.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, codes: Tensor, biases: Tensor, lag: Tensor, turns: Tensor) -> Tensor:
        net, heard = self.network, []
        x = net.embedding[codes] + net.turns[turns]
        channels = x.shape[2]
        for number, dilation in enumerate(net.config.dilations):
            back = lag * 0 + dilation if dilation else lag
            both = torch.cat([_earlier(x, back), x], dim=2) @ net.gates[number] + biases[:, :, number]
            filtered, gate = both.chunk(2, dim=2)
            heard.append(torch.tanh(filtered) * torch.sigmoid(gate))
            x = x + (heard[-1] @ net.outputs[number, :, :channels] + net.shifts[number, :channels])
        aside = net.outputs[..., channels:].flatten(0, 1)
        skip = torch.cat(heard, dim=2) @ aside + net.shifts[:, channels:].sum(0)
        hidden = torch.relu(skip.relu() @ net.hidden + net.hidden_shift)
        found: Tensor = hidden @ net.logits + net.logit_shift
        return found


def _earlier(x: Tensor, back: Tensor) -> Tensor:
    """What x (n, samples, C) was `back` (n,) samples ago, nothing before its first."""
    at = torch.arange(x.shape[1], device=x.device)[None] - back[:, None]
    found = torch.gather(x, 1, at.clamp(min=0)[..., None].expand(-1, -1, x.shape[2]))
    return found * (at >= 0)[..., None]


def _note(trained: Trained) -> dict[str, Tensor]:
    return {"latent": torch.randn(2, trained.config.latent), "pitch": torch.tensor([3, 7])}


def _gansynth(trained: Trained) -> Whole:
    return Whole(trained.network, _note(trained), "image")


def _vae(trained: Trained) -> Whole:
    decoder = trained.network.get_submodule("decoder")
    return Whole(decoder, _note(trained), "image")


def _wavegan(trained: Trained) -> Whole:
    from rtsynth_models.families.wavegan.export import NoteGraph, keys_of

    graph = NoteGraph(trained.network, keys_of(trained.config)[1])
    return Whole(graph, _note(trained) | {"velocity": torch.tensor([0.5, 1.0])}, "sound")


def _specgan(trained: Trained) -> Whole:
    from rtsynth_models.families.specgan.export import NoteGraph

    return Whole(NoteGraph(trained.network, trained.config), _note(trained), "sound")  # type: ignore[arg-type]


def _wavenet(trained: Trained) -> Whole:
    config, layers = trained.config, len(trained.config.dilations)
    inputs = {
        "codes": torch.randint(config.codes, (2, WINDOW)),
        "biases": 0.1 * torch.randn(2, WINDOW, layers, 2 * config.channels),
        "lag": torch.tensor([20, 50]),
        "turns": torch.randint(TURNS, (2, WINDOW)),
    }
    return Whole(Window(trained.network), inputs, "logits")


WHOLES: Mapping[str, Callable[[Trained], Whole]] = {
    "gansynth": _gansynth,
    "vae": _vae,
    "wavegan": _wavegan,
    "specgan": _specgan,
    "wavenet": _wavenet,
}


def write_whole(trained: Trained, path: Path) -> float:
    """Write the network as `path` says, `.onnx` or `.ts`; gives how far the file lies from the network.

    Raises EngineError for another ending, and where that is more than APART.
    """
    torch.manual_seed(SEED)
    whole = WHOLES[trained.family](trained)
    plain(whole.network).eval().requires_grad_(False)
    formats = {".onnx": (_onnx, _run_onnx), ".ts": (_script, _run_script)}
    if path.suffix not in formats:
        raise EngineError(f"{path.name}: a network is written as .onnx or .ts")
    write, run = formats[path.suffix]
    content = write(whole)
    apart = max(_apart(whole, run(content, whole)) for _ in range(PROOFS))
    if not apart < APART:
        raise EngineError(f"{path.name} would lie {apart:.1e} away from the network, so it is not written")
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
    return apart


def _apart(whole: Whole, run: Callable[[dict[str, Tensor]], Tensor]) -> float:
    """Largest difference for other inputs, and another number of them, against the largest number."""
    inputs = {name: _other(given) for name, given in whole.inputs.items()}
    with torch.no_grad():
        expected = whole.network(*inputs.values())
    return float((run(inputs) - expected).abs().max() / expected.abs().max())


def _other(given: Tensor) -> Tensor:
    rows = torch.randint(len(given), (PROOFS - 1,))
    if given.is_floating_point():
        return (given[rows] * (0.5 + torch.rand(PROOFS - 1, *[1] * (given.dim() - 1)))).contiguous()
    return given[rows]


@contextmanager
def _traced() -> Iterator[None]:
    """Both tracers are deprecated and warn of much; whether it matters the proof tells."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _onnx(whole: Whole) -> bytes:
    content, axes = io.BytesIO(), {name: {0: "notes"} for name in (*whole.inputs, whole.output)}
    if "codes" in whole.inputs:
        axes = {name: {0: "notes", 1: "samples"} if name != "lag" else {0: "notes"} for name in axes}
    with _traced():
        torch.onnx.export(
            whole.network,
            tuple(whole.inputs.values()),
            content,
            input_names=list(whole.inputs),
            output_names=[whole.output],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    return content.getvalue()


def _run_onnx(content: bytes, whole: Whole) -> Callable[[dict[str, Tensor]], Tensor]:
    session = open_session(content, whole.output)

    def run(inputs: dict[str, Tensor]) -> Tensor:
        (found,) = session.run(None, {name: given.numpy() for name, given in inputs.items()})
        return torch.from_numpy(np.asarray(found))

    return run


def _script(whole: Whole) -> bytes:
    content = io.BytesIO()
    with _traced():
        traced = torch.jit.trace(whole.network, tuple(whole.inputs.values()), check_trace=False)
        torch.jit.save(torch.jit.freeze(traced), content)
    return content.getvalue()


def _run_script(content: bytes, whole: Whole) -> Callable[[dict[str, Tensor]], Tensor]:
    with _traced():
        network = torch.jit.load(io.BytesIO(content))

    def run(inputs: dict[str, Tensor]) -> Tensor:
        with torch.no_grad():
            found: Tensor = network(*inputs.values())
        return found

    return run
