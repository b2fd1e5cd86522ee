"""The two ONNX graphs of a bundle: one runs once per note, one every step; neither has a state.

Both speak physical units; how levels and deviations are scaled stays inside. The weights of what runs once
per note are kept as half floats.
"""

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from rtsynth_models.network.heads import physical
from rtsynth_models.network.partialgan import PartialGAN, note_features
from rtsynth_models.network.scale import denormalise, gain, ratio, slope

OPSET = 17
NOTE_INPUTS = ["pitch", "velocity", "latent"]
NOTE_OUTPUTS = ["film", "static", "slopes", "motion", "onset", "phase"]
STEP_INPUTS, STEP_OUTPUTS = ["film", "static", "time"], ["amplitude", "ratio", "noise"]


class NoteGraph(nn.Module):
    """Once per note: pitch, velocity (V,) and latent (V, Z) to everything that is said once."""

    def __init__(self, model: PartialGAN) -> None:
        super().__init__()
        self.note, self.motion, self.onset, self.phase = model.note, model.motion, model.onset, model.phase
        self.register_buffer("centre", model.centre)
        self.register_buffer("colour", model.colour)

    def forward(self, pitch: Tensor, velocity: Tensor, latent: Tensor) -> tuple[Tensor, ...]:
        """Pitch as a MIDI number, velocity 0..1, to film (V, F), static (V, S), slopes (V, 2) in dB/s,
        motion (V, 184), onset (V, 3, 32) in dB, phase (V, K, 2).
        """
        features = note_features(pitch, velocity, latent @ self.colour + self.centre)
        said, motion = self.note(features), physical(self.motion(features))
        beginning = self.onset(features), self.phase(features)
        return said.film, said.static, slope(said.slopes), motion, *beginning


class StepGraph(nn.Module):
    """Once per step: film, static, time (V,) to amplitude, ratio (V, 2, K), noise (V, 2, bands)."""

    def __init__(self, model: PartialGAN) -> None:
        super().__init__()
        self.generator = model.generator

    def forward(self, film: Tensor, static: Tensor, time: Tensor) -> tuple[Tensor, ...]:
        """Time in seconds since note-on; linear gains and ratios to the grid's fundamental."""
        frames = self.generator(film, static, time[:, None])[:, 0]
        level, cents, noise = denormalise(frames, self.generator.config.partials)
        return gain(level), ratio(cents), gain(noise)


class HalfLinear(nn.Module):
    """A linear layer that keeps its weights as half floats and calculates with floats."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(layer.weight.half(), requires_grad=False), layer.bias

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        return functional.linear(x, self.weight.float(), self.bias)


def round_weights(model: PartialGAN) -> None:
    """Round the weights that a bundle keeps as half floats, so that the model says what the bundle will."""
    for layer in NoteGraph(model).modules():
        if isinstance(layer, nn.Linear):
            layer.weight.data = layer.weight.data.half().float()


def _halved(graph: nn.Module) -> nn.Module:
    """A copy whose linear layers keep half floats."""
    graph = copy.deepcopy(graph)
    for name, layer in list(graph.named_modules()):
        if isinstance(layer, nn.Linear):
            graph.set_submodule(name, HalfLinear(layer))
    return graph


def export_graphs(model: PartialGAN, folder: Path) -> None:
    """Write `note.onnx` and `generator.onnx` with a dynamic number of voices V; see `round_weights`."""
    voices = 2
    latent = torch.zeros(voices, model.config.latent)
    note = (torch.tensor([60.0, 64.0]), torch.tensor([0.5, 0.6]), latent)
    said = model.describe(*note).note
    step = (said.film, said.static, torch.zeros(voices))
    _export(_halved(NoteGraph(model)), note, folder / "note.onnx", NOTE_INPUTS, NOTE_OUTPUTS)
    _export(StepGraph(model), step, folder / "generator.onnx", STEP_INPUTS, STEP_OUTPUTS)


def _export(
    graph: nn.Module, example: tuple[Tensor, ...], path: Path, inputs: list[str], outputs: list[str]
) -> None:
    voices = {name: {0: "V"} for name in inputs + outputs}
    with torch.no_grad(), _tracing():
        torch.onnx.export(
            graph.eval(),
            example,
            str(path),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=voices,
            opset_version=OPSET,
            do_constant_folding=False,  # so that weights keep their names and can be read back
            dynamo=False,
        )


@contextmanager
def _tracing() -> Iterator[None]:
    """Silence the deprecation of the tracing exporter: its successor needs onnxscript and another opset."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield
